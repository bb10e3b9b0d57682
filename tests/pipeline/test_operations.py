"""Forgetting a person and replaying dead letters, on the running local cloud."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from redis import Redis
from typer.testing import CliRunner

from events.stream import HeartRateBatch, encode
from local.addresses import FILE
from local.launcher import Cloud
from tempofit import addresses
from tempofit.__main__ import app
from tests.local.waiting import until

PERSON = "who-is-forgotten"


@pytest.fixture(autouse=True)
def here(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands find the cloud of the tests."""
    monkeypatch.setattr(addresses, "ADDRESSES", cloud.logs.parent / FILE)


@pytest.fixture
def redis(cloud: Cloud) -> Any:
    with Redis.from_url(cloud.addresses.redis_url) as redis:
        yield redis


def fields(redis: Redis) -> list[bytes]:
    """The fields of the person in all hashes."""
    hashes = [key for key in redis.scan_iter() if redis.type(key) == b"hash"]
    found: list[Any] = [field for key in hashes for field in redis.hkeys(key)]
    return [field for field in found if PERSON.encode() in field]


def send(cloud: Cloud) -> None:
    now_ms = int(time.time() * 1000)
    samples = [(now_ms - 10_000 + 1000 * second, 150.0) for second in range(10)]
    cloud.client("kinesis").put_record(
        StreamName=cloud.addresses.heart_rate_stream,
        PartitionKey=PERSON,
        Data=encode(HeartRateBatch(samples)),
    )


def wait(condition: Callable[[], object]) -> None:
    """The commands bring a loop of their own, so the tests have none."""
    asyncio.run(until(condition))


def run(*arguments: str) -> Any:
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_person_is_forgotten_by_the_running_cloud(cloud: Cloud, redis: Redis) -> None:
    send(cloud)
    key = {"user_id": {"S": PERSON}}
    table = cloud.addresses.song_ends_table
    dynamodb = cloud.client("dynamodb")
    wait(lambda: "Item" in dynamodb.get_item(TableName=table, Key=key))
    wait(lambda: fields(redis))
    exported = run("export", PERSON)
    assert (exported["user"], exported["unreadable"]) == (PERSON, 0)
    deleted = run("forget", PERSON)["deleted"]
    assert (deleted["song ends"], deleted["windows"]) == (1, 1)
    assert not fields(redis)
    assert not [key for key in redis.scan_iter() if PERSON.encode() in key]
    assert "Item" not in dynamodb.get_item(TableName=table, Key=key)
    assert not any(run("forget", PERSON)["deleted"].values())


def test_an_unreadable_record_is_replayed_and_comes_back(cloud: Cloud) -> None:
    sqs, queue = cloud.client("sqs"), cloud.addresses.dead_letters_queue_url

    def letters() -> int:
        name = "ApproximateNumberOfMessages"
        return int(
            sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])["Attributes"][name]
        )

    sqs.purge_queue(QueueUrl=queue)
    cloud.client("kinesis").put_record(
        StreamName=cloud.addresses.averages_stream, PartitionKey="7", Data=b"not json"
    )
    wait(lambda: letters() == 1)
    assert run("redrive") == {"messages": 1, "records": 1, "left": {}}
    wait(lambda: letters() == 1)
    sqs.purge_queue(QueueUrl=queue)
