"""Messages that become records of a stream without a function."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import boto3
import pytest

from local import streams
from local.gateway.integrations import IntegrationError, Message, kinesis
from local.gateway.server import Config, Gateway
from local.kinesis import shards
from local.processes import free_port
from local.template.stack import KinesisIntegration, Stream
from tests.local.gateway.cloud import Cloud, api, ask, connection_id, functions, served
from tests.local.waiting import until

if TYPE_CHECKING:
    from mypy_boto3_kinesis.type_defs import RecordTypeDef

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_heart_rates_reach_kinesis_in_their_order_without_an_answer(
    cloud: Cloud, user: str
) -> None:
    async with await cloud.connect(user) as socket:
        for rate in range(60, 160):
            await socket.send_str(json.dumps({"action": "beat", "rate": rate}))
        # The first answer that comes back is the one to this message.
        assert (await ask(socket, {"action": "echo"}))["requestContext"]["routeKey"] == "echo"
    assert [record["rate"] for record in cloud.kinesis.of(user)] == list(range(60, 160))
    headers = cloud.kinesis.headers[-1]
    assert headers["X-Amz-Target"] == "Kinesis_20131202.PutRecord"
    assert headers["Content-Type"] == "application/x-amz-json-1.1"


@pytest.mark.parametrize(
    "extra",
    [
        {"PartitionKey": "victim", "StreamName": "other"},
        {"note": '","PartitionKey":"victim","x":"'},
        {"note": "$context.authorizer.principalId $input.body ${util}"},
        {"note": "#set($context.authorizer.principalId = 'victim') #stop"},
        {"note": '\\", \n\r\t\u0000 \u2028 \U0001f3c3 zażółć'},
    ],
)
async def test_no_body_changes_whose_record_it_becomes(
    cloud: Cloud, user: str, extra: dict[str, str]
) -> None:
    message = {"action": "beat", "rate": 100, **extra}
    async with await cloud.connect(user) as socket:
        await socket.send_str(json.dumps(message, ensure_ascii=False))
        await until(lambda: bool(cloud.kinesis.of(user)))
    assert cloud.kinesis.of(user) == [message]
    assert {put["StreamName"] for put in cloud.kinesis.puts} == {"heart-rate"}
    assert "victim" not in {put["PartitionKey"] for put in cloud.kinesis.puts}


async def test_nobody_is_told_that_the_stream_refused_a_message(
    cloud: Cloud, user: str, caplog: pytest.LogCaptureFixture
) -> None:
    cloud.kinesis.away = True
    try:
        async with await cloud.connect(user) as socket:
            for rate in (100, 101, 102):
                await socket.send_str(json.dumps({"action": "beat", "rate": rate}))
            # The first answer that comes back is the one to this message.
            assert (await ask(socket, {"action": "echo"}))["requestContext"]["routeKey"] == "echo"
            cloud.kinesis.away = False
            await socket.send_str(json.dumps({"action": "beat", "rate": 103}))
            assert (await ask(socket, {"action": "echo"}))["requestContext"]["routeKey"] == "echo"
    finally:
        cloud.kinesis.away = False
    assert [record["rate"] for record in cloud.kinesis.of(user)] == [103]
    assert caplog.text.count("Kinesis answered PutRecord with status 500.") == 3


async def test_a_client_learns_that_nothing_answers_where_the_stream_should_be(
    tmp_path: Path, user: str
) -> None:
    port = free_port()
    endpoints = {"AWS_ENDPOINT_URL_KINESIS": f"http://127.0.0.1:{free_port()}"}
    config = Config("127.0.0.1", port, api(), functions(tmp_path), endpoints, str(tmp_path))
    url = f"http://127.0.0.1:{port}/dev?token=allow-{user}"
    async with (
        served(Gateway(config).application(), port),
        aiohttp.ClientSession() as http,
        http.ws_connect(url) as socket,
    ):
        answer = await ask(socket, {"action": "beat", "rate": 100})
    assert answer["message"] == "Internal server error"


async def test_who_sent_what_a_full_shard_refused_learns_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "SHARD_RECORDS_PER_SECOND", 1)
    port = free_port()
    config = streams.Config("127.0.0.1", port, {}, [Stream("heart-rate", 1)], [], [], str(tmp_path))
    (beat,) = (route.integration for route in api().routes if route.key == "beat")
    assert isinstance(beat, KinesisIntegration)
    async with served(streams.application(config), port), aiohttp.ClientSession() as http:
        integrate = kinesis(beat, f"http://127.0.0.1:{port}", lambda: http)
        message = Message("{}", {}, {"authorizer": {"principalId": "athlete-001"}})
        # The first goes out alone, the others in one call, that is at one time.
        answers = await asyncio.gather(
            *(integrate(message) for _ in range(300)), return_exceptions=True
        )
    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert len(refused) in (298, 299)
    assert all(isinstance(error, IntegrationError) for error in refused)
    assert {str(error) for error in refused} == {
        "Kinesis refused a record. ProvisionedThroughputExceededException: Rate exceeded for shard "
        "shardId-000000000000 in stream heart-rate under account 000000000000."
    }


async def test_the_local_kinesis_keeps_the_message_under_the_principals_key(
    tmp_path: Path, user: str
) -> None:
    port, kinesis_port = free_port(), free_port()
    stream = streams.Config(
        "127.0.0.1", kinesis_port, {}, [Stream("heart-rate", 1)], [], [], str(tmp_path)
    )
    kinesis_url = f"http://127.0.0.1:{kinesis_port}"
    endpoints = {"AWS_ENDPOINT_URL_KINESIS": kinesis_url}
    config = Config("127.0.0.1", port, api(), functions(tmp_path), endpoints, str(tmp_path))
    async with (
        served(streams.application(stream), kinesis_port),
        served(Gateway(config).application(), port),
        aiohttp.ClientSession() as http,
    ):
        url = f"http://127.0.0.1:{port}/dev?token=allow-{user}"
        async with http.ws_connect(url) as socket:
            await socket.send_str('{"action": "beat", "rate": 99}')
            await connection_id(socket)
        (record,) = await asyncio.to_thread(records_of, kinesis_url)
    assert record["PartitionKey"] == user
    assert record["Data"] == b'{"action":"beat","rate":99}'


def records_of(kinesis_url: str) -> "list[RecordTypeDef]":
    client = boto3.client(
        "kinesis",
        endpoint_url=kinesis_url,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )
    iterator = client.get_shard_iterator(
        StreamName="heart-rate",
        ShardId="shardId-000000000000",
        ShardIteratorType="TRIM_HORIZON",
    )["ShardIterator"]
    records = client.get_records(ShardIterator=iterator)["Records"]
    client.close()
    return records
