"""What would hurt if it were missing from the template."""

import json
from math import ceil, log2
from typing import Any

import pytest
from cfnlint import ManualArgs, lint  # type: ignore[import-untyped]  # it ships no types
from cfnlint.helpers import REGIONS  # type: ignore[import-untyped]  # nor here

from events.messages import decode_server
from events.schemas import ROUTES, draft4
from infra.mapping_templates import UNKNOWN_ACTION
from infra.models import KIND
from infra.streams import MAX_RECORD_AGE, RETRY_ATTEMPTS
from local.functions.mappings import wait_seconds
from local.project import PROJECT
from tests.infra.conftest import Template, of_type, properties
from tests.infra.grants import Grant, function_id, grants_of

CDK_ADDS_THE_ROLE_TWICE = "W3005"
WITHOUT_A_LOGIN = ("cn-", "us-gov-")
"""Partitions that have no user pools, or no CloudFront: the stack is not for their regions."""
WITHOUT_A_MODEL = {
    "$connect": "has no body",
    "$disconnect": "has no body",
    "$default": "takes what nothing else takes",
}
RUNBOOK = PROJECT / "docs" / "runbook.md"
FAIL_OVER_SECONDS = 120
"""How long a Redis that fails over is away, at most, as far as we know."""
STATEFUL = ("AWS::DynamoDB::Table", "AWS::Kinesis::Stream", "AWS::SQS::Queue")
GUARDED = ("AWS::DynamoDB::Table", "AWS::Cognito::UserPool")
"""What refuses to be deleted in prod: a rollback that tried to would fail itself."""
PHYSICAL_NAMES = {
    "BucketName",
    "FunctionName",
    "LogGroupName",
    "ManagedPolicyName",
    "QueueName",
    "RoleName",
    "StreamName",
    "TableName",
}


def test_cfn_lint_finds_nothing(template: Template) -> None:
    regions = [region for region in REGIONS if not region.startswith(WITHOUT_A_LOGIN)]
    everything = ManualArgs(include_checks=["I"], include_experimental=True, regions=regions)
    findings = lint(json.dumps(template), config=everything)
    assert [str(f) for f in findings if f.rule.id != CDK_ADDS_THE_ROLE_TWICE] == []


def test_every_mapping_gives_up_on_a_bad_record_and_says_so(template: Template) -> None:
    mappings = properties(template, "AWS::Lambda::EventSourceMapping")
    (queue,) = of_type(template, "AWS::SQS::Queue")
    assert len(mappings) == 3
    for mapping in mappings:
        assert mapping["MaximumRetryAttempts"] == RETRY_ATTEMPTS
        assert mapping["MaximumRecordAgeInSeconds"] == 3600
        assert mapping["BisectBatchOnFunctionError"] is True
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        destination = mapping["DestinationConfig"]["OnFailure"]["Destination"]
        assert destination == {"Fn::GetAtt": [queue, "Arn"]}
    assert sorted(mapping["ParallelizationFactor"] for mapping in mappings) == [1, 1, 4]


def test_what_a_poisoned_record_costs_is_said_as_the_waits_add_up(template: Template) -> None:
    batches = [m["BatchSize"] for m in properties(template, "AWS::Lambda::EventSourceMapping")]
    # One wait after progress up to the record, one each time that the rest is cut in two.
    splits = (1 + ceil(log2(max(batches) - 1))) * wait_seconds(1)
    retries = sum(wait_seconds(retry) for retry in range(1, RETRY_ATTEMPTS + 1))
    said = f"{retries:.0f} s", f"up to {splits:.0f} s"
    for text in ((PROJECT / "infra/streams.py").read_text(), RUNBOOK.read_text()):
        assert all(each in text for each in said), said
    assert "after nine attempts" in RUNBOOK.read_text()
    assert RETRY_ATTEMPTS + 1 == 9
    assert retries / 2 > FAIL_OVER_SECONDS, "as on AWS it may be half as long"
    assert retries + splits < MAX_RECORD_AGE.to_seconds() / 10


def test_song_ends_expire(template: Template) -> None:
    lifetimes = [t.get("TimeToLiveSpecification") for t in _tables(template)]
    assert {"AttributeName": "expires_at", "Enabled": True} in lifetimes


def test_songs_are_found_by_tempo(template: Template) -> None:
    ((index,),) = [
        table["GlobalSecondaryIndexes"]
        for table in _tables(template)
        if "GlobalSecondaryIndexes" in table
    ]
    assert index["IndexName"] == "by-tempo"
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["tempo_bucket", "tempo"]
    assert index["Projection"] == {"ProjectionType": "ALL"}


def test_identity_comes_from_the_authorizer_alone(template: Template) -> None:
    (integration,) = [
        i
        for i in properties(template, "AWS::ApiGatewayV2::Integration")
        if i["IntegrationType"] == "AWS"
    ]
    (request_template,) = integration["RequestTemplates"].values()
    text = "".join(
        part if isinstance(part, str) else "NAME" for part in request_template["Fn::Join"][1]
    )
    assert text == (
        "#set($quote = '\"')"
        '{"StreamName":"NAME","PartitionKey":"$context.authorizer.principalId",'
        '"Data":"$util.base64Encode("[$quote$context.connectionId$quote,$input.json(\'$\')]")"}'
    )
    assert integration["PassthroughBehavior"] == "NEVER"


def test_models_are_the_schemas_of_the_wire_as_one_string(template: Template) -> None:
    models = properties(template, KIND)
    assert {model["Name"]: json.loads(model["Schema"]) for model in models} == {
        key.replace("_", ""): draft4(struct) for key, struct in ROUTES.items()
    }
    assert all(model["Name"].isalnum() for model in models), "API Gateway takes no other names"


def test_every_route_has_a_model_or_a_reason_for_none(template: Template) -> None:
    for route in properties(template, "AWS::ApiGatewayV2::Route"):
        key = route["RouteKey"]
        if key not in WITHOUT_A_MODEL:
            assert route["RequestModels"] == {key: key.replace("_", "")}
            assert route["ModelSelectionExpression"] == "$request.body.action"


def test_nobody_connects_without_the_authorizer(template: Template) -> None:
    (authorizer,) = of_type(template, "AWS::ApiGatewayV2::Authorizer")
    routes = properties(template, "AWS::ApiGatewayV2::Route")
    (connect,) = [route for route in routes if route["RouteKey"] == "$connect"]
    assert connect["AuthorizationType"] == "CUSTOM"
    assert connect["AuthorizerId"] == {"Ref": authorizer}


def test_a_deployment_waits_for_all_that_it_publishes(template: Template) -> None:
    (deployment,) = of_type(template, "AWS::ApiGatewayV2::Deployment").values()
    for kind in ("Route", "RouteResponse", "Integration", "IntegrationResponse"):
        assert set(of_type(template, f"AWS::ApiGatewayV2::{kind}")) <= set(deployment["DependsOn"])
    assert set(of_type(template, KIND)) <= set(deployment["DependsOn"])


def test_a_route_waits_for_its_model_and_a_model_for_the_one_before(template: Template) -> None:
    models = of_type(template, KIND)
    names = {one["Properties"]["Name"]: logical_id for logical_id, one in models.items()}
    for route in of_type(template, "AWS::ApiGatewayV2::Route").values():
        for name in route["Properties"].get("RequestModels", {}).values():
            assert names[name] in route["DependsOn"]
    before = [one.get("DependsOn") for one in models.values()]
    assert before == [None, *([logical_id] for logical_id in list(models)[:-1])]


def test_models_are_changed_by_a_function_that_may_do_nothing_else(template: Template) -> None:
    function = function_id(template, "models")
    for model in properties(template, KIND):
        assert model["ServiceToken"] == {"Fn::GetAtt": [function, "Arn"]}
        assert model["ApiId"] == {"Ref": "websocket"}
        assert 360 < int(model["ServiceTimeout"]) <= 3600, "longer than three tries"
    models = "arn:aws:apigateway:us-east-1::/apis/websocket/models"
    may = {grant for grant in grants_of(template, "models") if grant.action.startswith("api")}
    assert may == {
        Grant("apigateway:POST", models),
        Grant("apigateway:PATCH", f"{models}/*"),
        Grant("apigateway:DELETE", f"{models}/*"),
    }
    policies = {
        logical_id
        for logical_id, one in of_type(template, "AWS::IAM::Policy").items()
        if one["Properties"]["Roles"] == [{"Ref": _role(template, function)}]
    }
    assert policies <= set(template["Resources"][function]["DependsOn"]), (
        "it may before it is asked"
    )


def test_one_stage_cannot_use_up_the_account(template: Template) -> None:
    (stage,) = properties(template, "AWS::ApiGatewayV2::Stage")
    settings = stage["DefaultRouteSettings"]
    assert 0 < settings["ThrottlingRateLimit"] < 10_000
    assert 0 < settings["ThrottlingBurstLimit"] < 5_000


def test_an_unknown_action_is_answered_by_the_gateway(template: Template) -> None:
    (answer,) = properties(template, "AWS::ApiGatewayV2::IntegrationResponse")
    (body,) = answer["ResponseTemplates"].values()
    assert decode_server(body) == UNKNOWN_ACTION


@pytest.mark.parametrize("action", ROUTES)
def test_the_answer_to_an_unknown_action_names_every_action(action: str) -> None:
    assert action in UNKNOWN_ACTION.message


def test_the_gateway_may_only_put_one_record_at_a_time(template: Template) -> None:
    (policy,) = [
        policy["Properties"]["PolicyDocument"]["Statement"]
        for logical_id, policy in of_type(template, "AWS::IAM::Policy").items()
        if logical_id.startswith("heartraterole")
    ]
    (statement,) = policy
    assert statement["Action"] == "kinesis:PutRecord"


@pytest.mark.parametrize("kind", STATEFUL)
def test_prod_keeps_its_data_and_dev_does_not(kind: str, dev: Template, prod: Template) -> None:
    assert {r["DeletionPolicy"] for r in of_type(dev, kind).values()} == {"Delete"}
    kept = "Retain" if kind in GUARDED else "RetainExceptOnCreate"
    assert {r["DeletionPolicy"] for r in of_type(prod, kind).values()} == {kept}
    assert {r["UpdateReplacePolicy"] for r in of_type(prod, kind).values()} == {"Retain"}


def test_a_first_deployment_that_fails_leaves_nothing_that_is_paid_for_empty(
    prod: Template,
) -> None:
    left = {
        one["Type"]
        for one in prod["Resources"].values()
        if one.get("DeletionPolicy") == "Retain" and one["Type"] not in GUARDED
    }
    assert left == set()


def test_a_function_goes_before_what_lambda_needs_to_take_it_out_of_the_network(
    template: Template,
) -> None:
    """Its network interfaces are deleted in its role's name, after it, and by way of its routes."""
    policies = of_type(template, "AWS::IAM::Policy")
    routes = of_type(template, "AWS::EC2::Route")
    inside = [
        function
        for function in of_type(template, "AWS::Lambda::Function").values()
        if "VpcConfig" in function["Properties"]
    ]
    assert inside
    for function in inside:
        (role,) = function["Properties"]["Role"]["Fn::GetAtt"][:1]
        own = {
            name for name, one in policies.items() if {"Ref": role} in one["Properties"]["Roles"]
        }
        assert own
        assert own <= set(function["DependsOn"])
        assert routes.keys() & set(function["DependsOn"])


def test_tables_in_prod_can_be_restored_and_not_deleted_by_mistake(prod: Template) -> None:
    for table in _tables(prod):
        assert table["DeletionProtectionEnabled"] is True
        assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True


def test_data_is_encrypted_at_rest(template: Template) -> None:
    for stream in properties(template, "AWS::Kinesis::Stream"):
        assert stream["StreamEncryption"]["EncryptionType"] == "KMS"
    for queue in properties(template, "AWS::SQS::Queue"):
        assert queue["SqsManagedSseEnabled"] is True


def test_functions_share_one_bundle_for_one_platform(template: Template) -> None:
    functions = properties(template, "AWS::Lambda::Function")
    assert len(functions) == 17
    assert len({json.dumps(function["Code"]) for function in functions}) == 1
    assert {tuple(function["Architectures"]) for function in functions} == {("arm64",)}


def test_logs_are_kept_for_two_weeks(template: Template) -> None:
    groups = properties(template, "AWS::Logs::LogGroup")
    others = 2  # what the network turned away, and what was asked of the page
    assert len(groups) == len(properties(template, "AWS::Lambda::Function")) + others
    assert {group["RetentionInDays"] for group in groups} == {14}


def test_nothing_is_named_by_hand(template: Template) -> None:
    refers = (
        *("EC2::FlowLog", "Lambda::EventSourceMapping"),
        *("Lambda::Permission", "Logs::MetricFilter"),
    )
    allowed = {f"AWS::{kind}" for kind in refers}
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] not in allowed:
            named = PHYSICAL_NAMES & resource.get("Properties", {}).keys()
            assert not named, logical_id


def test_an_account_must_give_no_parameter(template: Template) -> None:
    assert [name for name, p in template["Parameters"].items() if "Default" not in p] == []


def test_outputs_name_what_an_operator_asks_for(template: Template) -> None:
    assert template["Outputs"].keys() == {
        "WebSocketUrl",
        "HeartRateUrl",
        "SongsTable",
        "SongEndsTable",
        "TastesTable",
        "PlaysTable",
        "ForgetFunction",
        "HeartRateStream",
        "AverageHeartRateStream",
        "SongRequestsStream",
        "DeadLettersQueueUrl",
        "PageUrl",
        "PageBucket",
        "PageConfig",
    }


def _role(template: Template, function: str) -> str:
    role: str = template["Resources"][function]["Properties"]["Role"]["Fn::GetAtt"][0]
    return role


def _tables(template: Template) -> list[dict[str, Any]]:
    return properties(template, "AWS::DynamoDB::Table")
