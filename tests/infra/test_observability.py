"""Every part of the path is watched, every alarm has its page, and nothing watched is a person."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import jwt
import pytest
from aws_cdk import App, Stack

from infra.alarms import alarm_email, create_topic
from infra.bundle import ROOT
from tests.infra.conftest import Template, of_type, properties

ALARM = "AWS::CloudWatch::Alarm"
PATH = [
    "API",
    "heart-rate",
    "average",
    "average-heart-rate",
    "schedule",
    "song-requests",
    "recommend",
    "push",
]
MATH = {
    "FILL": lambda value, otherwise: otherwise if value is None else value,
    "IF": lambda condition, then, otherwise: then if condition else otherwise,
    "MAX": max,
    "SUM": sum,
}
"""CloudWatch's functions at one moment; None is a metric without a value."""
KNOWN = {
    "AWS/ApiGateway": (
        {"ClientError", "ConnectCount", "ExecutionError", "IntegrationError", "MessageCount"},
        [{"ApiId", "Stage"}],
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
        {"BytesUsedForCache", "CurrConnections", "ElastiCacheProcessingUnits", "ThrottledCmds"},
        [{"clusterId"}],
    ),
    "AWS/Kinesis": (
        {"IncomingBytes", "IncomingRecords", "WriteProvisionedThroughputExceeded"},
        [{"StreamName"}],
    ),
    "AWS/Lambda": (
        {
            "ConcurrentExecutions",
            "DestinationDeliveryFailures",
            "Duration",
            "Errors",
            "Invocations",
            "IteratorAge",
            "Throttles",
        },
        [{"FunctionName"}],
    ),
    "AWS/SQS": (
        {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"},
        [{"QueueName"}],
    ),
}
"""Metrics and dimensions as the monitoring pages of AWS's services list them; `clusterId` is what
serverless caches publish, whatever the page of other caches says."""


def test_every_function_has_alarms_on_errors_and_throttles(template: Template) -> None:
    functions = of_type(template, "AWS::Lambda::Function")
    assert len(functions) >= 11
    for logical_id in functions:
        watched = {
            metric["MetricName"]
            for alarm in properties(template, ALARM)
            for metric in metrics_of(alarm)
            if metric["Dimensions"] == {"FunctionName": {"Ref": logical_id}}
        }
        assert {"Errors", "Throttles"} <= watched, logical_id


def test_every_mapping_has_alarms_on_its_age_and_on_standing_still(template: Template) -> None:
    mappings = properties(template, "AWS::Lambda::EventSourceMapping")
    lead_ms = 1000 * float(variables(template, "schedule")["LEAD_SECONDS"])
    assert len(mappings) == 3
    for mapping in mappings:
        function = {"FunctionName": mapping["FunctionName"]}
        stream = {"StreamName": {"Ref": mapping["EventSourceArn"]["Fn::GetAtt"][0]}}
        (age,) = alarms_on(template, "IteratorAge", function, expression=False)
        assert age["Threshold"] <= lead_ms
        (stalled,) = alarms_on(template, "Invocations", function)
        assert stream in [metric["Dimensions"] for metric in metrics_of(stalled)]
        assert is_breached(stalled, records=1, invocations=None)
        assert not is_breached(stalled, records=1_000_000, invocations=1)
        assert not is_breached(stalled, records=None, invocations=None)


def test_a_single_dead_letter_is_an_alarm_until_the_queue_is_empty(template: Template) -> None:
    queues = of_type(template, "AWS::SQS::Queue")
    assert queues
    for logical_id in queues:
        dimension = {"QueueName": {"Fn::GetAtt": [logical_id, "QueueName"]}}
        (alarm,) = alarms_on(template, "ApproximateNumberOfMessagesVisible", dimension)
        assert (alarm["Threshold"], alarm["DatapointsToAlarm"]) == (0, 1)
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
        assert alarm["TreatMissingData"] == "ignore"  # a quiet queue reports nothing


def test_shards_are_added_at_70_percent_of_records_or_of_bytes(template: Template) -> None:
    streams = of_type(template, "AWS::Kinesis::Stream")
    assert len(streams) == 3
    for logical_id, stream in streams.items():
        dimension = {"StreamName": {"Ref": logical_id}}
        assert alarms_on(template, "WriteProvisionedThroughputExceeded", dimension)
        (alarm,) = alarms_on(template, "IncomingBytes", dimension)
        assert {metric["Period"] for metric in metrics_of(alarm)} == {300}
        records = stream["Properties"]["ShardCount"] * 1_000 * 300
        data = stream["Properties"]["ShardCount"] * 1_000_000 * 300
        assert is_breached(alarm, records=0.71 * records, bytes=0)
        assert is_breached(alarm, records=0, bytes=0.71 * data)
        assert not is_breached(alarm, records=0.69 * records, bytes=0.69 * data)


def test_every_table_and_its_index_have_an_alarm_that_ends(template: Template) -> None:
    """CloudWatch ignores missing data of DynamoDB, so that only FILL ends an alarm."""
    for logical_id, table in of_type(template, "AWS::DynamoDB::Table").items():
        wanted = [{"TableName": {"Ref": logical_id}}] + [
            {"TableName": {"Ref": logical_id}, "GlobalSecondaryIndexName": index["IndexName"]}
            for index in table["Properties"].get("GlobalSecondaryIndexes", [])
        ]
        (alarm,) = alarms_on(template, "WriteThrottleEvents", wanted[0])
        assert all(one in [m["Dimensions"] for m in metrics_of(alarm)] for one in wanted)
        names = [metric["Id"] for metric in metrics_of(alarm)]
        assert not is_breached(alarm, **dict.fromkeys(names))
        for name in names:
            assert is_breached(alarm, **{**dict.fromkeys(names), name: 1})


def test_one_message_in_a_hundred_that_fails_behind_the_api_is_an_alarm(
    template: Template,
) -> None:
    (alarm,) = alarms_on(template, "IntegrationError")
    quiet = {"failed": None, "uncalled": None, "messages": 1000, "connects": None}
    assert not is_breached(alarm, **quiet)
    assert not is_breached(alarm, **{**quiet, "failed": 9})
    assert is_breached(alarm, **{**quiet, "failed": 11})
    assert is_breached(alarm, **{**quiet, "failed": 6, "uncalled": 6})


def test_the_api_is_watched_below_the_rate_at_which_it_refuses(template: Template) -> None:
    (stage,) = properties(template, "AWS::ApiGatewayV2::Stage")
    most = 60 * stage["DefaultRouteSettings"]["ThrottlingRateLimit"]
    (alarm,) = [a for a in alarms_on(template, "MessageCount") if page_of(a) == "api-throttle"]
    assert is_breached(alarm, messages=0.6 * most, connects=0.15 * most)
    assert not is_breached(alarm, messages=0.6 * most, connects=None)


def test_a_crowd_of_refused_tokens_is_an_alarm_and_a_few_are_not(template: Template) -> None:
    (alarm,) = [a for a in properties(template, ALARM) if page_of(a) == "refused-tokens"]
    assert is_breached(alarm, refused=30, asked=40)
    assert not is_breached(alarm, refused=30, asked=90)
    assert not is_breached(alarm, refused=3, asked=3)
    assert not is_breached(alarm, refused=None, asked=3)


def test_the_log_filters_count_what_the_authorizer_prints(template: Template) -> None:
    assert {name for name, pattern in filters(template) if matches(pattern, refusal("x.y"))} == {
        "TokensRefused"
    }
    signed = jwt.encode({"sub": "ann"}, "k" * 32, algorithm="HS256", headers={"kid": "one"})
    assert {name for name, pattern in filters(template) if matches(pattern, refusal(signed))} == {
        "TokensRefused",
        "KeysAway",
    }
    watched = {metric["MetricName"] for metric in all_metrics(template)}
    assert {name for name, _ in filters(template)} <= watched


def test_a_late_song_is_an_alarm_before_the_lead_is_used_up(template: Template) -> None:
    lead_ms = 1000 * float(variables(template, "schedule")["LEAD_SECONDS"])
    (alarm,) = alarms_on(template, "SampleToPushMs", {"service": "recommend"})
    assert 2_000 < alarm["Threshold"] < lead_ms
    assert alarm["ExtendedStatistic"] == "p95"


def test_redis_is_watched_below_the_limits_of_the_cache(template: Template) -> None:
    (cache,) = properties(template, "AWS::ElastiCache::ServerlessCache")
    limits = cache["CacheUsageLimits"]
    (memory,) = alarms_on(template, "BytesUsedForCache")
    (units,) = alarms_on(template, "ElastiCacheProcessingUnits")
    assert alarms_on(template, "ThrottledCmds")
    assert memory["Threshold"] == 0.8 * limits["DataStorage"]["Maximum"] * 1e9
    assert units["Threshold"] == 0.8 * limits["ECPUPerSecond"]["Maximum"] * 60
    assert memory["TreatMissingData"] == "missing"


def test_silence_at_night_is_no_alarm(template: Template) -> None:
    otherwise = {
        page_of(alarm)
        for alarm in properties(template, ALARM)
        if alarm["TreatMissingData"] != "notBreaching"
    }
    assert otherwise == {"dead-letters", "redis-memory"}


def test_every_alarm_names_a_page_of_the_runbook_that_says_what_to_do(template: Template) -> None:
    pages = sections(ROOT / "docs" / "runbook.md")
    named = {page_of(alarm) for alarm in properties(template, ALARM)}
    assert named == pages.keys()
    for page, text in pages.items():
        parts = re.findall(r"^\*\*(.+?):\*\*", text, re.MULTILINE)
        assert parts == ["For athletes", "Look at", "Do", "Over when"], page


def test_links_in_the_runbook_lead_somewhere() -> None:
    path = ROOT / "docs" / "runbook.md"
    for link in re.findall(r"\]\(([^)]+)\)", path.read_text()):
        file, _, anchor = link.partition("#")
        assert not file or (path.parent / file).exists(), link
        assert file or anchor in sections(path), link


def test_every_alarm_says_when_it_begins_and_when_it_is_over(template: Template) -> None:
    (topic,) = of_type(template, "AWS::SNS::Topic")
    for alarm in properties(template, ALARM):
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": topic}]


def test_cloudwatch_can_reach_the_topic_and_only_over_tls(template: Template) -> None:
    """With a key that CloudWatch may not use, or a policy without it, alarms would go nowhere."""
    (topic,) = properties(template, "AWS::SNS::Topic")
    (key_id,) = of_type(template, "AWS::KMS::Key")
    assert topic["KmsMasterKeyId"] == {"Fn::GetAtt": [key_id, "Arn"]}
    (key,) = properties(template, "AWS::KMS::Key")
    assert key["EnableKeyRotation"] is True
    cloudwatch = {"Service": "cloudwatch.amazonaws.com"}
    (use,) = [s for s in key["KeyPolicy"]["Statement"] if s["Principal"] == cloudwatch]
    assert set(use["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}
    (policy,) = properties(template, "AWS::SNS::TopicPolicy")
    statements = policy["PolicyDocument"]["Statement"]
    (publish,) = [s for s in statements if s["Principal"] == cloudwatch]
    assert (publish["Effect"], publish["Action"]) == ("Allow", "sns:Publish")
    assert publish["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    }
    assert {"Bool": {"aws:SecureTransport": "false"}} in [s.get("Condition") for s in statements]


def test_an_address_is_told_and_none_is_needed(tmp_path: Path, template: Template) -> None:
    assert not of_type(template, "AWS::SNS::Subscription")
    app = App(outdir=str(tmp_path), analytics_reporting=False)
    stack = Stack(app, "Alarms")
    create_topic(stack, "ops@example.com")
    (synthesized,) = app.synth().stacks
    (subscription,) = properties(synthesized.template, "AWS::SNS::Subscription")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "ops@example.com")


def test_what_is_no_address_is_a_sentence() -> None:
    assert alarm_email(App().node) is None
    with pytest.raises(ValueError, match=r"alarm_email is 'ops'\. Give an address such as"):
        alarm_email(App(context={"alarm_email": "ops"}).node)


def test_the_dashboard_is_laid_out_like_the_path(template: Template) -> None:
    widgets = board(template)
    assert {widget["width"] + widget["x"] <= 24 for widget in widgets} == {True}
    rows = sorted((w for w in widgets if w["type"] == "text"), key=lambda w: (w["y"], w["x"]))
    titles = [re.match(r"## \d+\. (.+)", row["properties"]["markdown"]) for row in rows]
    assert [title and title[1] for title in titles] == PATH
    assert [row["x"] for row in rows] == [0] * len(PATH)
    for row, name in zip(rows, PATH, strict=True):
        beside = [w for w in widgets if w["y"] == row["y"] and w["type"] == "metric"]
        shown = [w["properties"]["title"] for w in beside]
        assert len([title for title in shown if title.startswith(f"{name}: ")]) == 2
    side = " ".join(w["properties"].get("title", "") for w in widgets if w["x"] == 18)
    assert all(store in side for store in ("Redis", "DynamoDB", "Dead letters"))


def test_the_dashboard_shows_the_state_of_every_alarm(template: Template) -> None:
    (status,) = [widget for widget in board(template) if widget["type"] == "alarm"]
    assert len(status["properties"]["alarms"]) == len(of_type(template, ALARM))


def test_metrics_of_aws_exist_with_these_dimensions(template: Template) -> None:
    seen = set()
    for metric in all_metrics(template):
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


Properties = dict[str, Any]


def metrics_of(alarm: Properties) -> list[Properties]:
    """The metrics of an alarm, each with its dimensions as one mapping, and its id and period."""
    if "MetricName" in alarm:
        return [alarm | {"Dimensions": _mapping(alarm.get("Dimensions", []))}]
    return [
        one["MetricStat"]["Metric"]
        | {"Id": one["Id"], "Period": one["MetricStat"]["Period"]}
        | {"Dimensions": _mapping(one["MetricStat"]["Metric"].get("Dimensions", []))}
        for one in alarm["Metrics"]
        if "MetricStat" in one
    ]


def alarms_on(
    template: Template,
    name: str,
    dimensions: Properties | None = None,
    *,
    expression: bool = True,
) -> list[Properties]:
    """The alarms on metric `name`, of these dimensions, in an expression or not."""
    return [
        alarm
        for alarm in properties(template, ALARM)
        if (expression or "MetricName" in alarm)
        and any(
            metric["MetricName"] == name and dimensions in (None, metric["Dimensions"])
            for metric in metrics_of(alarm)
        )
    ]


def is_breached(alarm: Properties, **values: float | None) -> bool:
    """Whether the expression of `alarm` is over its threshold with these values."""
    (expression,) = [one["Expression"] for one in alarm["Metrics"] if "Expression" in one]
    assert {metric["Id"] for metric in metrics_of(alarm)} == values.keys()
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    value = eval(expression, dict(MATH), values)  # of our own template
    return bool(value > alarm["Threshold"])


def page_of(alarm: Properties) -> str:
    text, _, page = alarm["AlarmDescription"].rpartition(" docs/runbook.md#")
    assert text.endswith(".")
    return str(page)


def sections(path: Path) -> dict[str, str]:
    """The sections of a page, by the anchor that their heading gets."""
    _, *parts = re.split(r"^## (.+)$", path.read_text(), flags=re.MULTILINE)
    titles = [re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in parts[::2]]
    return dict(zip(titles, parts[1::2], strict=True))


def board(template: Template) -> list[Properties]:
    """The widgets of the dashboard; references stand there by name."""
    (dashboard,) = properties(template, "AWS::CloudWatch::Dashboard")
    _, parts = dashboard["DashboardBody"]["Fn::Join"]
    text = "".join(part if isinstance(part, str) else str(*part.values()) for part in parts)
    widgets: list[Properties] = json.loads(text)["widgets"]
    return widgets


def all_metrics(template: Template) -> Iterator[Properties]:
    """What alarms watch and what the dashboard shows."""
    for alarm in properties(template, ALARM):
        yield from metrics_of(alarm)
    for widget in board(template):
        for row in widget["properties"].get("metrics", []):
            if isinstance(row[0], str):
                *names, _ = row
                namespace, name, *dimensions = names
                yield {
                    "Namespace": namespace,
                    "MetricName": name,
                    "Dimensions": dict(zip(dimensions[::2], dimensions[1::2], strict=True)),
                }


def variables(template: Template, function: str) -> dict[str, Any]:
    (found,) = [
        one["Environment"]["Variables"]
        for one in properties(template, "AWS::Lambda::Function")
        if one["Handler"] == f"lambdas.{function}.handler"
    ]
    assert isinstance(found, dict)
    return found


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


def filters(template: Template) -> list[tuple[str, str]]:
    """The metrics counted in logs, with their patterns."""
    return [
        (transformation["MetricName"], one["FilterPattern"])
        for one in properties(template, "AWS::Logs::MetricFilter")
        for transformation in one["MetricTransformations"]
    ]


def matches(pattern: str, line: str) -> bool:
    """What a filter `{ $.message = "…" }` finds in a line of JSON."""
    wanted = re.fullmatch(r'\{ \$\.message = "(.+)" \}', pattern)
    assert wanted
    return fnmatchcase(json.loads(line)["message"], wanted[1])


def refusal(token: str) -> str:
    """What `authorize` prints of `token`, when the issuer's keys cannot be fetched."""
    code = (
        "from lambdas.authorize import handler\n"
        f"handler({{'queryStringParameters': {{'token': {token!r}}}, 'methodArn': 'arn'}}, None)"
    )
    environment = {
        "OIDC_ISSUER": "https://issuer.test",
        "OIDC_AUDIENCE": "tempofit",
        "OIDC_JWKS_URL": "http://127.0.0.1:1/jwks.json",
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment,
    )
    return done.stdout


def _mapping(dimensions: list[dict[str, Any]]) -> dict[str, Any]:
    return {one["Name"]: one["Value"] for one in dimensions}
