"""Every metric that is watched exists, and none is about a person."""

import ast

from infra.bundle import ROOT
from tests.infra.conftest import Template
from tests.infra.watching import all_metrics, filters, variables

KNOWN = {
    "AWS/ApiGateway": (
        {
            "5XXError",
            "ClientError",
            "ConnectCount",
            "Count",
            "ExecutionError",
            "IntegrationError",
            "MessageCount",
        },
        [{"ApiId", "Stage"}, {"ApiName", "Stage"}],
    ),
    "AWS/DynamoDB": (
        {
            "ConsumedReadCapacityUnits",
            "ConsumedWriteCapacityUnits",
            "ReadThrottleEvents",
            "WriteThrottleEvents",
        },
        [{"TableName"}, {"TableName", "GlobalSecondaryIndexName"}],
    ),
    "AWS/ElastiCache": (
        {
            "AuthenticationFailures",
            "BytesUsedForCache",
            "CommandAuthorizationFailures",
            "CurrConnections",
            "ElastiCacheProcessingUnits",
            "Evictions",
            "IamAuthenticationThrottling",
            "KeyAuthorizationFailures",
            "ThrottledCmds",
        },
        [{"clusterId"}],
    ),
    "AWS/Firehose": (
        {"DeliveryToS3.DataFreshness", "FailedConversion.Records", "ThrottledRecords"},
        [{"DeliveryStreamName"}],
    ),
    "AWS/Kinesis": (
        {"IncomingBytes", "IncomingRecords", "WriteProvisionedThroughputExceeded"},
        [{"StreamName"}],
    ),
    "AWS/Lambda": (
        {
            "ClaimedAccountConcurrency",
            "ConcurrentExecutions",
            "DestinationDeliveryFailures",
            "Duration",
            "Errors",
            "Invocations",
            "IteratorAge",
            "Throttles",
        },
        [{"FunctionName"}, set()],
    ),
    "AWS/NATGateway": ({"ErrorPortAllocation"}, [{"NatGatewayId"}]),
    "AWS/SQS": (
        {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"},
        [{"QueueName"}],
    ),
}
"""Metrics and dimensions as the monitoring pages of AWS's services list them; `clusterId` is what
serverless caches publish, whatever the page of other caches says."""


def test_metrics_of_aws_exist_with_these_dimensions(
    dev: Template, prod: Template, lake: Template
) -> None:
    seen = set()
    for metric in (*all_metrics(dev), *all_metrics(prod), *all_metrics(lake)):
        if metric["Namespace"].startswith("AWS/"):
            names, dimensions = KNOWN[metric["Namespace"]]
            assert metric["MetricName"] in names
            assert metric["Dimensions"].keys() in dimensions
            seen.add(metric["Namespace"])
    assert seen == KNOWN.keys()


def test_metrics_of_ours_are_those_that_the_functions_count(template: Template) -> None:
    ours = [m for m in all_metrics(template) if not m["Namespace"].startswith("AWS/")]
    assert ours
    for metric in ours:
        service = metric["Dimensions"].get("service")
        if service is None:
            assert metric["MetricName"] in {name for name, _ in filters(template)}
            continue
        told = variables(template, service)
        assert metric["Namespace"] == told["POWERTOOLS_METRICS_NAMESPACE"]
        assert service == told["POWERTOOLS_SERVICE_NAME"]
        assert metric["MetricName"] in counted(service)


def test_no_metric_is_about_a_person(template: Template) -> None:
    allowed = set().union(*(keys for _, kinds in KNOWN.values() for keys in kinds)) | {"service"}
    assert set().union(*(metric["Dimensions"] for metric in all_metrics(template))) <= allowed


def counted(function: str) -> set[str]:
    """What the source of a function counts, or measures the time of."""
    return {
        keyword.arg
        for node in ast.walk(ast.parse((ROOT / "lambdas" / f"{function}.py").read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("count", "took")
        for keyword in node.keywords
        if keyword.arg
    }
