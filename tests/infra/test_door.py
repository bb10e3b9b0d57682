"""The HTTP door: whose record it writes, what it takes, what it says, and what it may."""

import json
from copy import deepcopy
from typing import Any

import pytest

from events.messages import Error, decode_server
from events.schemas import draft4
from events.stream import HeartRateBatch
from infra import door
from local.template.intrinsics import StackError
from local.template.template import read
from tests.infra.conftest import Template, of_type, properties
from tests.infra.grants import Grant, flat, function_id, grants_of_role
from tests.infra.watching import alarms_on, is_breached

METHOD, STAGE = "AWS::ApiGateway::Method", "AWS::ApiGateway::Stage"
REFUSAL = "AWS::ApiGateway::GatewayResponse"
QUEUES = {"sqs": "http://127.0.0.1:4566"}
ANY_PAGE = {"Access-Control-Allow-Origin": "*"}


def post(template: Template) -> Any:
    (method,) = [one for one in properties(template, METHOD) if one["HttpMethod"] == "POST"]
    return method


def test_the_record_is_what_was_posted_by_whom_the_token_names(template: Template) -> None:
    integration = post(template)["Integration"]
    (record,) = integration["RequestTemplates"].values()
    assert flat(record).partition(",")[2] == (
        '"PartitionKey":"$context.authorizer.principalId",'
        '"Data":"$util.base64Encode($input.json(\'$\'))"}'
    )
    assert integration["PassthroughBehavior"] == "NEVER"
    assert ":lambda:" not in flat(integration["Uri"]), "no function stands in this way"


def test_what_is_taken_is_what_the_wire_says_behind_a_validator(template: Template) -> None:
    (model,) = properties(template, "AWS::ApiGateway::Model")
    (validator,) = of_type(template, "AWS::ApiGateway::RequestValidator").values()
    assert json.loads(model["Schema"]) == draft4(HeartRateBatch)
    assert validator["Properties"]["ValidateRequestBody"] is True
    assert list(post(template)["RequestModels"]) == ["application/json"]


def test_only_a_token_opens_it_and_is_asked_about_once_in_a_while(template: Template) -> None:
    (logical_id,) = of_type(template, "AWS::ApiGateway::Authorizer")
    (authorizer,) = properties(template, "AWS::ApiGateway::Authorizer")
    method = post(template)
    assert (method["AuthorizationType"], method["AuthorizerId"]) == ("CUSTOM", {"Ref": logical_id})
    assert function_id(template, "authorize") in flat(authorizer["AuthorizerUri"])
    assert 0 < authorizer["AuthorizerResultTtlInSeconds"] <= 300
    sources = [
        flat(one["SourceArn"])
        for one in properties(template, "AWS::Lambda::Permission")
        if "SourceArn" in one and function_id(template, "authorize") in flat(one["FunctionName"])
    ]
    assert any(source.endswith(f":door/authorizers/{logical_id}") for source in sources)


def test_the_door_may_put_one_record_at_a_time_and_nothing_else(template: Template) -> None:
    integration = post(template)["Integration"]
    (request,) = integration["RequestTemplates"].values()
    stream = json.loads(flat(request))["StreamName"]
    grants = grants_of_role(template, flat(integration["Credentials"]))
    assert grants == {Grant("kinesis:PutRecord", stream)}


def test_a_crowd_at_the_door_leaves_the_sockets_their_share(template: Template) -> None:
    (stage,) = properties(template, STAGE)
    (settings,) = stage["MethodSettings"]
    (sockets,) = properties(template, "AWS::ApiGatewayV2::Stage")
    rates = sockets["DefaultRouteSettings"]
    assert settings["ThrottlingRateLimit"] + rates["ThrottlingRateLimit"] < 10_000
    assert settings["ThrottlingBurstLimit"] + rates["ThrottlingBurstLimit"] < 5_000


def test_a_refusal_of_kinesis_is_told(template: Template) -> None:
    kept = read(template, {}, QUEUES).door
    assert (kept.taken.status, json.loads(kept.taken.body)["type"]) == (200, "taken")
    assert kept.refused.status == 503
    assert decode_server(kept.refused.body) == door.NOT_TAKEN


def test_every_answer_can_be_read_by_any_page_and_says_what_to_do(template: Template) -> None:
    kept = read(template, {}, QUEUES).door
    answers = [kept.taken, kept.refused, *kept.refusals.values()]
    assert all(answer.headers == ANY_PAGE for answer in answers)
    assert ANY_PAGE.items() <= kept.preflight.headers.items()
    said = {kind: answer.body for kind, answer in kept.refusals.items() if answer.body}
    assert said.keys() == door.REFUSALS.keys()
    assert all(isinstance(decode_server(body), Error) for body in said.values())
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= kept.refusals.keys()


def test_a_deployment_of_the_door_waits_for_all_that_it_publishes(template: Template) -> None:
    (deployment,) = of_type(template, "AWS::ApiGateway::Deployment").values()
    for kind in ("Resource", "Method", "Authorizer", "Model", "RequestValidator"):
        assert set(of_type(template, f"AWS::ApiGateway::{kind}")) <= set(deployment["DependsOn"])
    assert set(of_type(template, REFUSAL)) <= set(deployment["DependsOn"])


def test_one_post_in_a_hundred_that_fails_is_an_alarm(template: Template) -> None:
    (api,) = properties(template, "AWS::ApiGateway::RestApi")
    (stage,) = properties(template, STAGE)
    named = {"ApiName": api["Name"], "Stage": stage["StageName"]}
    (alarm,) = alarms_on(template, "5XXError", named)
    assert is_breached(alarm, failed=11, asked=1000)
    assert not is_breached(alarm, failed=9, asked=1000)
    assert not is_breached(alarm, failed=None, asked=1000)


@pytest.mark.parametrize(
    ("kind", "change", "sentence"),
    [
        (METHOD, {"HttpMethod": "PUT"}, "has the methods PUT"),
        (METHOD, {"AuthorizationType": "NONE"}, "is authorized by NONE"),
        (METHOD, {"RequestModels": {}}, "takes bodies by"),
        (STAGE, {"MethodSettings": []}, "throttles no method"),
        ("AWS::ApiGateway::RequestValidator", {"ValidateRequestBody": False}, "takes bodies by"),
        ("AWS::ApiGateway::Model", {"Schema": {"minItems": 1}}, "Invalid model schema specified"),
        (REFUSAL, {"ResponseTemplates": {"application/json": "$context.x"}}, "has variables"),
        (REFUSAL, {"ResponseParameters": {"gatewayresponse.query.x": "'1'"}}, "is no header"),
    ],
)
def test_a_door_that_the_local_cloud_does_not_keep_is_named(
    kind: str, change: dict[str, Any], sentence: str, dev: Template
) -> None:
    changed = deepcopy(dev)
    for resource in of_type(changed, kind).values():
        resource["Properties"] |= change
    with pytest.raises(StackError, match=sentence):
        read(changed, {}, QUEUES)
