"""What the local cloud reads out of the real template."""

import json
import os
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.exceptions
import pytest
from mypy_boto3_sqs import SQSClient

from events.messages import encode
from events.stream import HeartRateBatch, Sent, decode_sent
from infra.mapping_templates import UNKNOWN_ACTION
from infra.streams import RETRY_ATTEMPTS
from local.gateway.mapping_template import MappingTemplate
from local.processes import free_port
from local.template.intrinsics import StackError
from local.template.stack import KinesisIntegration, LambdaIntegration, MockIntegration, Stack
from local.template.template import read
from tests.infra import variables
from tests.infra.conftest import Template
from tests.infra.scenarios import SCENARIOS
from tests.local.processes import client
from tests.local.tables.process import tables_process

QUEUES = {"sqs": "http://127.0.0.1:4566"}
POWERTOOLS = {
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_LOG_LEVEL",
}
"""What Powertools read, and not our code."""


@pytest.fixture
def stack(dev: Template) -> Stack:
    return read(dev, {}, QUEUES)


def test_names_are_readable(stack: Stack) -> None:
    streams = {stream.name: stream.shards for stream in stack.streams}
    assert streams == {"heart-rate": 1, "average-heart-rate": 1, "song-requests": 1}
    assert [table["TableName"] for table in stack.tables] == [
        "songs",
        "song-ends",
        "tastes",
        "plays",
    ]
    assert [queue["QueueName"] for queue in stack.queues] == ["dead-letters"]
    assert {function.name for function in stack.functions} == SCENARIOS.keys() - {"lake"}


def test_every_function_finds_its_whole_environment_and_nothing_else(lake: Template) -> None:
    for function in read(lake, {}, QUEUES).functions:
        assert function.environment.keys() - POWERTOOLS == variables.variables(function.name)
        assert all(type(value) is str and value for value in function.environment.values())
        assert function.handler == f"lambdas.{function.name}.handler"


def test_references_lead_to_the_names_of_what_they_name(stack: Stack) -> None:
    functions = {function.name: function.environment for function in stack.functions}
    queue = "http://127.0.0.1:4566/000000000000/dead-letters"
    assert functions["average"]["DEAD_LETTERS_QUEUE_URL"] == queue
    assert functions["average"]["AVERAGES_STREAM"] == "average-heart-rate"
    assert functions["recommend"]["SONGS_TABLE"] == "songs"
    assert functions["skip"]["SONG_ENDS_TABLE"] == "song-ends"
    issuer = "https://cognito-idp.us-east-1.amazonaws.com/people"  # the launcher has its own
    assert functions["authorize"]["OIDC_ISSUER"] == issuer
    assert stack.time_to_live == {"song-ends": "expires_at", "plays": "expires_at"}
    assert {m.on_failure_queue_url for m in stack.mappings} == {queue}


def test_mappings_lead_from_stream_to_function(stack: Stack) -> None:
    assert [(m.stream, m.function, m.batch_size) for m in stack.mappings] == [
        ("heart-rate", "average", 1_000),
        ("average-heart-rate", "schedule", 100),
        ("song-requests", "recommend", 100),
    ]
    for mapping in stack.mappings:
        assert mapping.report_batch_item_failures
        assert mapping.bisect_on_error
        assert mapping.maximum_retry_attempts == RETRY_ATTEMPTS
        assert mapping.maximum_record_age_seconds == 3600
        assert mapping.starting_position == "TRIM_HORIZON"


def test_routes_lead_to_their_integrations(stack: Stack) -> None:
    routes = {route.key: route for route in stack.api.routes}
    functions = {
        key: route.integration.function
        for key, route in routes.items()
        if isinstance(route.integration, LambdaIntegration)
    }
    assert functions == {
        "$connect": "connect",
        "$disconnect": "disconnect",
        "start": "start",
        "change": "change",
        "skip": "skip",
        "end": "end",
        "rate": "rate",
        "workout": "workout",
        "floor": "floor",
        "class_plan": "class_plan",
        "own_songs": "own_songs",
        "history": "history",
    }
    assert isinstance(routes["heartrate"].integration, KinesisIntegration)
    assert isinstance(routes["$default"].integration, MockIntegration)
    answering = {key for key, route in routes.items() if route.responds}
    assert answering == {
        *("start", "change", "skip", "end", "rate"),
        *("workout", "floor", "class_plan", "own_songs", "history", "$default"),
    }
    assert {key for key, route in routes.items() if route.models} == {
        "heartrate",
        "start",
        "change",
        "skip",
        "end",
        "rate",
        "workout",
        "floor",
        "class_plan",
        "own_songs",
        "history",
    }
    assert stack.api.authorizer.function == "authorize"
    assert stack.api.authorizer.identity_sources == ["route.request.querystring.token"]


def test_the_heart_rate_template_makes_a_kinesis_record(stack: Stack) -> None:
    (integration,) = [
        route.integration
        for route in stack.api.routes
        if isinstance(route.integration, KinesisIntegration)
    ]
    template = MappingTemplate(integration.request_templates["heartrate"])
    context = {
        "authorizer": {"principalId": "athlete-001"},
        "connectionId": "L0SM9c=",
        "connectedAt": 1_759_999_999_000,
    }
    sent = '{"action":"heartrate","samples":[[1760000000000,99.5]],"id":"$x#if \\"ü\\""}'
    rendered = json.loads(template.render(sent, context))
    assert integration.action == "PutRecord"
    assert integration.content_type == "application/x-amz-json-1.1"
    data = b64decode(rendered.pop("Data"))
    assert rendered == {"StreamName": "heart-rate", "PartitionKey": "athlete-001"}
    batch = HeartRateBatch([(1_760_000_000_000, 99.5)], '$x#if "ü"')
    assert decode_sent(data) == Sent("L0SM9c=", batch, 1_759_999_999_000)


def test_the_answer_to_an_unknown_action_survives_its_template(stack: Stack) -> None:
    (integration,) = [
        route.integration
        for route in stack.api.routes
        if isinstance(route.integration, MockIntegration)
    ]
    (text,) = integration.response_templates.values()
    assert MappingTemplate(text).render("{}", {}) == encode(UNKNOWN_ACTION).decode()


@pytest.mark.parametrize(
    ("resource", "sentence"),
    [
        ({"Type": "AWS::EFS::FileSystem"}, "resource of type AWS::EFS::FileSystem"),
        (
            {"Type": "AWS::SQS::Queue", "Properties": {"X": {"Ref": "Nobody"}}},
            r"'Nobody'.*Give the parameter a value",
        ),
        (
            {
                "Type": "AWS::SQS::Queue",
                "Properties": {"MessageRetentionPeriod": {"Fn::If": ["A", 1, 2]}},
            },
            "uses Fn::If",
        ),
        (
            {"Type": "AWS::SQS::Queue", "Properties": {"X": {"Fn::GetAtt": ["Extra", "Age"]}}},
            "asks for Extra.Age",
        ),
        ({"Type": "AWS::ApiGatewayV2::Api", "Properties": {}}, "has 2 resources of type"),
        (
            {
                "Type": "AWS::Lambda::Function",
                "Properties": {"Handler": "a.b", "ReservedConcurrentExecutions": 5},
            },
            "'Extra' has ReservedConcurrentExecutions 5",
        ),
        (
            {
                "Type": "AWS::Lambda::EventSourceMapping",
                "Properties": {
                    "EventSourceArn": "arn:aws:kinesis:us-east-1:000000000000:stream/heart-rate",
                    "FunctionName": "average",
                    "StartingPosition": "LATEST",
                    "Enabled": False,
                },
            },
            "has Enabled False",
        ),
        (
            {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 10**11}},
            r"would exceed the shard limit for the account 000000000000 in us-east-1\. Current "
            r"shard count for the account: \d\. Limit: 20000\. Number of additional shards that "
            r"would have resulted from this request: 100000000000\.",
        ),
        (
            {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 0}},
            "Value '0' at 'shardCount' failed to satisfy constraint: Member must have value "
            "greater than or equal to 1",
        ),
        (
            {
                "Type": "AWS::Kinesis::Stream",
                "Properties": {"StreamModeDetails": {"StreamMode": "ON_DEMAND"}},
            },
            "'Extra' is in mode ON_DEMAND",
        ),
        (
            {
                "Type": "AWS::Kinesis::Stream",
                "Metadata": {"aws:cdk:path": "stack/heart rate/Resource"},
                "Properties": {"ShardCount": 1},
            },
            "Value 'heart rate' at 'streamName' failed to satisfy constraint: Member must satisfy "
            r"regular expression pattern: \[a-zA-Z0-9_.-\]\+",
        ),
        (
            {
                "Type": "AWS::Kinesis::Stream",
                "Metadata": {"aws:cdk:path": f"stack/{'a' * 129}/Resource"},
                "Properties": {"ShardCount": 1},
            },
            "Member must have length less than or equal to 128",
        ),
    ],
)
def test_what_the_local_cloud_does_not_know_is_said(
    resource: dict[str, Any], sentence: str, dev: Template
) -> None:
    changed = dev | {"Resources": dev["Resources"] | {"Extra": resource}}
    with pytest.raises(StackError, match=sentence):
        read(changed, {}, QUEUES)


def test_tables_can_be_created_as_they_are_read(dev: Template, tmp_path: Path) -> None:
    stack = read(dev, {}, QUEUES)
    port = free_port()
    with tables_process(port, tmp_path), client("dynamodb", port) as dynamodb:
        for table in stack.tables:
            dynamodb.create_table(**table)
        for name, attribute in stack.time_to_live.items():
            dynamodb.update_time_to_live(
                TableName=name,
                TimeToLiveSpecification={"Enabled": True, "AttributeName": attribute},
            )
        (index,) = dynamodb.describe_table(TableName="songs")["Table"]["GlobalSecondaryIndexes"]
        assert index["IndexName"] == "by-tempo"
        expiry = dynamodb.describe_time_to_live(TableName="song-ends")["TimeToLiveDescription"]
        assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


def test_queues_can_be_created_as_they_are_read(dev: Template, ministack: str) -> None:
    stack = read(dev, {}, {"sqs": ministack})
    sqs: SQSClient = boto3.client("sqs", endpoint_url=ministack)
    (url,) = [sqs.create_queue(**queue)["QueueUrl"] for queue in stack.queues]
    assert {mapping.on_failure_queue_url for mapping in stack.mappings} == {url}


@pytest.fixture
def ministack(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    environment = os.environ | {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": "sqs",
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "ministack"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url)
        yield url
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(url: str) -> None:
    probe: SQSClient = boto3.client("sqs", endpoint_url=url)
    deadline = time.monotonic() + 20
    while True:
        try:
            probe.list_queues()
            return
        except botocore.exceptions.EndpointConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
