from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from catalog.demo import demo_songs
from catalog.library import ATTEMPTS
from catalog.store import StoreError, store_songs
from events.session import Song
from lambdas.adapters.batch_writes import BATCH
from lambdas.adapters.songs import song_of, tempo_bucket
from tests.aws import account

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def dynamodb() -> Iterator["DynamoDBClient"]:
    """An empty songs table."""
    with account():
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(
            TableName="songs",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "library", "AttributeType": "S"},
                {"AttributeName": "song_id", "AttributeType": "S"},
            ],
            KeySchema=[
                {"AttributeName": "library", "KeyType": "HASH"},
                {"AttributeName": "song_id", "KeyType": "RANGE"},
            ],
        )
        yield client


class Busy:
    """A table that leaves the last item of a call unprocessed, so many times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.written: list[str] = []
        self.largest = 0

    def batch_write_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        ((table, requests),) = RequestItems.items()
        self.largest = max(self.largest, len(requests))
        left = []
        if self.times:
            self.times -= 1
            left = requests[-1:]
            requests = requests[:-1]
        self.written += [request["PutRequest"]["Item"]["song_id"]["S"] for request in requests]
        return {"UnprocessedItems": {table: left} if left else {}}


def stored(dynamodb: "DynamoDBClient") -> dict[str, dict[str, Any]]:
    items = dynamodb.get_paginator("scan").paginate(TableName="songs").build_full_result()["Items"]
    return {item["song_id"]["S"]: item for item in items}


def test_songs_are_written_as_the_functions_read_them(dynamodb: "DynamoDBClient") -> None:
    songs = demo_songs(60)
    told: list[int] = []
    assert store_songs(dynamodb, "songs", "demo", songs, written=told.append) == 60
    items = stored(dynamodb)
    assert [song_of(items[song.id]) for song in songs] == songs
    assert {item["library"]["S"] for item in items.values()} == {"demo"}
    assert items[songs[0].id]["tempo_bucket"]["S"] == tempo_bucket("demo", songs[0].tempo)
    assert told == [25, 50, 60]


def test_a_song_of_the_same_id_is_replaced(dynamodb: "DynamoDBClient") -> None:
    for title in ("Old", "New"):
        store_songs(dynamodb, "songs", "mine", [Song("a", title, "Ann", 120.0, 200.0)])
    assert stored(dynamodb)["a"]["title"]["S"] == "New"


def test_unprocessed_songs_are_written_again() -> None:
    busy: Any = Busy(times=4)
    songs = demo_songs(60)
    assert store_songs(busy, "songs", "demo", songs, backoff_seconds=0.0001) == 60
    assert sorted(busy.written) == [song.id for song in songs]
    assert busy.largest == BATCH


def test_a_table_that_stays_busy_is_named() -> None:
    busy: Any = Busy(times=10 * ATTEMPTS)
    song = [Song("a", "One", "Ann", 120.0, 200.0)]
    with pytest.raises(StoreError, match="'songs' left 1 songs unwritten after 10 attempts"):
        store_songs(busy, "songs", "demo", song, backoff_seconds=0.0001)
