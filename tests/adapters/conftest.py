"""AWS by moto, Redis by a real server, handlers as Lambda calls them."""

import base64
import itertools
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pkgutil import iter_modules
from types import SimpleNamespace
from typing import Any

import pytest
from redis import Redis

import lambdas
from catalog.store import store_songs
from events.pulse import Pulse
from events.session import Song, SongPush
from events.stream import SongRequest
from lambdas.adapters import clients, floods, floors, lake, listeners, playlists, songs, traces
from lambdas.adapters.records import Record
from lambdas.domain.line import MINUTE_MS, Point, longer
from lambdas.domain.turn import Turn
from tests.aws import account

NAMES = {
    "HEART_RATE_STREAM": "heart-rate",
    "AVERAGES_STREAM": "average-heart-rate",
    "REQUESTS_STREAM": "song-requests",
    "SONGS_TABLE": "songs",
    "SONG_ENDS_TABLE": "song-ends",
    "TASTES_TABLE": "tastes",
    "PLAYS_TABLE": "plays",
    "DEAD_LETTERS_QUEUE_URL": "http://127.0.0.1:1/dead-letters",
    "AVERAGES_DELIVERY": "averages",
    "LAKE_KEY": "lake-key",
    "SESSION_GAP_SECONDS": "900",
    "OIDC_ISSUER": "https://issuer.test",
    "OIDC_AUDIENCE": "tempofit",
    "OIDC_JWKS_URL": "http://127.0.0.1:1/jwks.json",
    "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": "http://127.0.0.1:1/dev",
}
os.environ.update(NAMES)
with pytest.MonkeyPatch.context() as patch:  # handlers want to know, before Redis runs, where
    patch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    for module in iter_modules(lambdas.__path__, "lambdas."):
        import_module(module.name)

Context = SimpleNamespace(
    function_name="test",
    memory_limit_in_mb=128,
    invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:test",
    aws_request_id="request",
)
START_MS = 1_760_000_040_000


@pytest.fixture(autouse=True)
def aws(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Empty tables, streams, queue and Redis for each test."""
    monkeypatch.setenv("REDIS_URL", redis_url)
    with tables():
        for allowances in (floods.MESSAGES, floods.SONGS, floods.OWN_SONGS):
            allowances._felt_ms.clear()
        for stream in ("heart-rate", "average-heart-rate", "song-requests"):
            clients.kinesis().create_stream(StreamName=stream, ShardCount=1)
        queue = clients.sqs().create_queue(QueueName="dead-letters")
        monkeypatch.setenv("DEAD_LETTERS_QUEUE_URL", queue["QueueUrl"])
        yield
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()


@contextmanager
def tables() -> Iterator[None]:
    """An account with nothing but empty tables."""
    with account():
        for client in (clients.dynamodb, clients.hasty_dynamodb, clients.kinesis, clients.sqs):
            client.cache_clear()
        for other in (clients.firehose, clients.hasty_firehose, clients.hasty_secrets):
            other.cache_clear()
        lake._key.cache_clear()
        clients.redis.cache_clear()
        songs._runs.clear()
        dynamodb = clients.dynamodb()
        dynamodb.create_table(
            TableName="songs",
            AttributeDefinitions=[
                {"AttributeName": "library", "AttributeType": "S"},
                {"AttributeName": "song_id", "AttributeType": "S"},
                {"AttributeName": "tempo_bucket", "AttributeType": "S"},
                {"AttributeName": "tempo", "AttributeType": "N"},
            ],
            KeySchema=[
                {"AttributeName": "library", "KeyType": "HASH"},
                {"AttributeName": "song_id", "KeyType": "RANGE"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by-tempo",
                    "KeySchema": [
                        {"AttributeName": "tempo_bucket", "KeyType": "HASH"},
                        {"AttributeName": "tempo", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        for table in ("song-ends", "tastes"):
            dynamodb.create_table(
                TableName=table,
                AttributeDefinitions=[{"AttributeName": "user_id", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "user_id", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
            )
        dynamodb.create_table(
            TableName="plays",
            AttributeDefinitions=[
                {"AttributeName": "user_id", "AttributeType": "S"},
                {"AttributeName": "play", "AttributeType": "S"},
            ],
            KeySchema=[
                {"AttributeName": "user_id", "KeyType": "HASH"},
                {"AttributeName": "play", "KeyType": "RANGE"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        yield


def kinesis_event(*records: tuple[str, bytes], arrived_ms: int = START_MS) -> dict[str, Any]:
    """An event as the mapping of a stream makes it."""
    numbers = itertools.count(1)
    return {
        "Records": [
            {
                "eventID": f"shardId-000000000000:{number}",
                "eventSource": "aws:kinesis",
                "eventSourceARN": "arn:aws:kinesis:us-east-1:000000000000:stream/test",
                "kinesis": {
                    "partitionKey": key,
                    "sequenceNumber": str(number),
                    "data": base64.b64encode(data).decode(),
                    "approximateArrivalTimestamp": arrived_ms / 1000,
                },
            }
            for number, (key, data) in zip(numbers, records, strict=False)
        ]
    }


def websocket_event(
    user: str, body: dict[str, Any], arrived_ms: int = START_MS, *, role: str = "athlete"
) -> dict[str, Any]:
    """An event as the WebSocket API makes it."""
    return {
        "requestContext": {
            "connectionId": "connection-1",
            "requestTimeEpoch": arrived_ms,
            "authorizer": {"principalId": user, "user": user, "role": role},
        },
        "body": json.dumps(body),
    }


def records_of(stream: str) -> list[tuple[str, bytes]]:
    """What a stream holds: (partition key, data)."""
    kinesis = clients.kinesis()
    shard = kinesis.list_shards(StreamName=stream)["Shards"][0]["ShardId"]
    iterator = kinesis.get_shard_iterator(
        StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = kinesis.get_records(ShardIterator=iterator)["Records"]
    return [(record["PartitionKey"], record["Data"]) for record in records]


def dead_letters() -> list[dict[str, Any]]:
    """The messages in the dead-letter queue."""
    answer = clients.sqs().receive_message(
        QueueUrl=os.environ["DEAD_LETTERS_QUEUE_URL"], MaxNumberOfMessages=10
    )
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def add_songs(tempi: list[float], library: str = "demo", seconds: float = 200) -> None:
    """Songs of these tempi, named by their index."""
    added = (
        Song(f"song-{index}", f"Song {index}", f"Artist {index}", tempo, seconds)
        for index, tempo in enumerate(tempi)
    )
    store_songs(clients.dynamodb(), "songs", library, added)


def turn_of(user: str, session: int, slot: int) -> Turn:
    """Somebody who asks for a slot, with what is known of them."""
    pulse = Pulse(START_MS, 0, 130, 130, 129, 131, 130, START_MS)
    request = SongRequest(session, slot, pulse, START_MS, None, 0, START_MS)
    (turn,) = listeners.read([Record(user, request, START_MS, "1", {})])
    return turn


def keep_song(user: str, song: SongPush) -> None:
    """A song is in its playlist."""
    with clients.redis().pipeline(transaction=False) as pipeline:
        playlists.write(pipeline, user, song)
        pipeline.execute()


def draw(user: str, *points: Point, arrived_ms: int = START_MS) -> None:
    """Points are in a person's line."""
    lines: dict[traces.Minute, bytes] = {}
    for point in points:
        minute = user, point.at_ms // MINUTE_MS
        lines[minute] = longer(lines.get(minute, b""), *point)
    traces.write(lines, arrived_ms)


def join_floor(floor: str, user: str, arrived_ms: int) -> None:
    """Somebody is seen on a floor."""
    with clients.redis().pipeline(transaction=False) as pipeline:
        floors.join(pipeline, floor, user, arrived_ms)
        pipeline.execute()


class Pushes:
    """What was posted to connections; those in `gone` answer 410."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.closed: list[str] = []
        self.gone: set[str] = set()
        self.failing = 0
        self.exceptions = SimpleNamespace(GoneException=KeyError)

    def post_to_connection(self, *, ConnectionId: str, Data: bytes) -> None:  # noqa: N803 - boto3
        if self.failing:
            self.failing -= 1
            raise RuntimeError("Limit exceeded")
        if ConnectionId in self.gone:
            raise self.exceptions.GoneException
        self.sent.append((ConnectionId, json.loads(Data)))

    def delete_connection(self, *, ConnectionId: str) -> None:  # noqa: N803 - boto3
        self.closed.append(ConnectionId)


@pytest.fixture
def pushes(monkeypatch: pytest.MonkeyPatch) -> Pushes:
    """Stands where `@connections` is; the pipeline tests use the real one."""
    fake = Pushes()
    management: Callable[[], Pushes] = lambda: fake  # noqa: E731
    monkeypatch.setattr(clients, "management", management)
    return fake
