"""Tables in a file: what they keep, find and let go."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from msgspec import json

from local.processes import free_port
from local.tables import values
from local.tables.operations import Operations
from local.tables.server import operations_of
from local.tables.store import FILE, LAYOUT, OLDEST_EXPIRY_SECONDS, LayoutError, Store
from tests.local.processes import client
from tests.local.tables.calls import CREATED, EVERY_TYPE, number, song, text
from tests.local.tables.conftest import Tables
from tests.local.tables.process import tables_process

NUMBERS = some.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=6
)
NOW = 1_760_000_000


@given(some.lists(NUMBERS, min_size=2, max_size=2))
def test_numbers_sort_as_bytes_as_they_do_as_numbers(pair: list[Decimal]) -> None:
    one, other = (values.canonical_number(str(number)) for number in pair)
    bytes_of = [values.key_bytes("N", each) for each in (one, other)]
    assert (bytes_of[0] < bytes_of[1]) == (pair[0] < pair[1])
    assert (bytes_of[0] == bytes_of[1]) == (pair[0] == pair[1])
    assert Decimal(one) == pair[0]


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("1.50", "1.5"),
        ("-0", "0"),
        ("1e3", "1000"),
        ("+.5", "0.5"),
        ("00012", "12"),
        ("1E-3", "0.001"),
    ],
)
def test_a_number_has_one_form(told: str, kept: str) -> None:
    assert values.canonical_number(told) == kept


@settings(max_examples=25, deadline=None)
@given(tempi=some.lists(some.integers(1000, 1299), max_size=40), limit=some.integers(1, 7))
def test_pages_of_an_index_are_all_that_is_there_in_its_order(
    tmp_path_factory: pytest.TempPathFactory, tempi: list[int], limit: int
) -> None:
    with opened(tmp_path_factory.mktemp("tables")) as tables:
        songs = [song(at, tempo / 10) for at, tempo in enumerate(tempi)]
        for one in songs:
            tables("PutItem", TableName="songs", Item=one)
        for forward in (True, False):
            found = list(paged(tables, limit, ScanIndexForward=forward))
            wanted = [one for one in songs if one["tempo_bucket"] == text("demo#24")]
            wanted.sort(key=lambda one: (Decimal(one["tempo"]["N"]), one["song_id"]["S"]))
            assert found == (wanted if forward else wanted[::-1])


def paged(tables: Tables, limit: int, **more: Any) -> Iterator[Any]:
    """The songs of a bucket, a page after the other."""
    while True:
        page = tables(
            "Query",
            TableName="songs",
            IndexName="by-tempo",
            KeyConditionExpression="tempo_bucket = :bucket",
            ExpressionAttributeValues={":bucket": text("demo#24")},
            Limit=limit,
            **more,
        )
        assert page["Count"] == len(page["Items"]) <= limit
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        more["ExclusiveStartKey"] = page["LastEvaluatedKey"]


@contextmanager
def opened(directory: Path) -> Iterator[Tables]:
    store = Store(directory)
    answers = operations_of(Operations(store))

    def call(operation: str, **parameters: Any) -> Any:
        return json.decode(answers[operation](json.encode(parameters)))

    for _, table in CREATED[:2]:
        if table["TableName"] not in store.names():
            call("CreateTable", **table)
    try:
        yield call
    finally:
        store.close()


def test_a_song_of_another_tempo_leaves_its_place_in_the_index(tables: Tables) -> None:
    for tempo in (121, 131, 122):
        tables("PutItem", TableName="songs", Item=song(1, tempo))
    assert list(paged(tables, 5)) == [song(1, 122)]
    without = {name: value for name, value in song(1, 122).items() if name != "tempo"}
    tables("PutItem", TableName="songs", Item=without)
    assert list(paged(tables, 5)) == []
    assert tables("Scan", TableName="songs")["Items"] == [without]
    assert tables("Scan", TableName="songs", IndexName="by-tempo")["Items"] == []


def test_an_index_that_holds_some_attributes_answers_no_others(tables: Tables) -> None:
    (_, songs) = CREATED[1]
    (index,) = songs["GlobalSecondaryIndexes"]
    some_kept = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["title"]}
    narrow = {"TableName": "narrow", "GlobalSecondaryIndexes": [index | {"Projection": some_kept}]}
    tables("CreateTable", **songs | narrow)
    more = {"title": text("Run"), "artist": text("Ada")}
    tables("PutItem", TableName="narrow", Item=song(1, 121, **more))
    page = tables("Scan", TableName="narrow", IndexName="by-tempo")
    assert page["Items"] == [song(1, 121, title=text("Run"))]
    assert tables("Scan", TableName="narrow")["Items"] == [song(1, 121, **more)]


def test_a_page_ends_at_a_megabyte(tables: Tables) -> None:
    for at in range(8):
        tables("PutItem", TableName="songs", Item=song(at, 121, title=text("a" * 200_000)))
    page = tables("Scan", TableName="songs", Select="COUNT")
    assert (page["Count"], page["LastEvaluatedKey"]["song_id"]) == (5, text("song-04"))
    start = page["LastEvaluatedKey"]
    page = tables("Scan", TableName="songs", Select="COUNT", ExclusiveStartKey=start)
    assert (page["Count"], "LastEvaluatedKey" in page) == (3, False)


def test_a_batch_of_large_items_leaves_some_unread(tables: Tables) -> None:
    keys = [{"user_id": text(f"user-{at}")} for at in range(60)]
    for key in keys:
        item = key | {"song": text("a" * 300_000)}
        tables("PutItem", TableName="song-ends", Item=item)
    seen = []
    wanted: Any = {"song-ends": {"Keys": keys, "ProjectionExpression": "user_id"}}
    calls = 0
    while wanted:
        calls += 1
        answer = tables("BatchGetItem", RequestItems=wanted)
        seen += answer["Responses"]["song-ends"]
        wanted = answer["UnprocessedKeys"]
    assert (seen, calls) == (keys, 2)


def test_what_has_expired_is_swept(tables: Tables, store: Store) -> None:
    tables(
        "PutItem", TableName="song-ends", Item={"user_id": text("before"), "at": number(NOW - 1)}
    )
    tables(
        "UpdateTimeToLive",
        TableName="song-ends",
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "at"},
    )
    long_ago = NOW - OLDEST_EXPIRY_SECONDS - 1
    others = {"after": number(NOW + 1), "text": text("1"), "mistake": number(long_ago)}
    for user, at in (others | {"expired": number(NOW - 60)}).items():
        tables("PutItem", TableName="song-ends", Item={"user_id": text(user), "at": at})
    tables("PutItem", TableName="song-ends", Item={"user_id": text("without")})
    assert store.sweep(NOW) == 2
    left = tables("Scan", TableName="song-ends", ProjectionExpression="user_id")["Items"]
    assert {item["user_id"]["S"] for item in left} == {*others, "without"}
    assert store.sweep(NOW) == 0


def test_a_batch_is_there_wholly_or_not_at_all(tables: Tables) -> None:
    puts = [
        {"PutRequest": {"Item": one}} for one in (song(1, 121), song(2, 121) | {"tempo": text("x")})
    ]
    with pytest.raises(Exception, match="Type mismatch for Index Key tempo"):
        tables("BatchWriteItem", RequestItems={"songs": puts})
    assert tables("Scan", TableName="songs")["Items"] == []


def test_tables_are_there_when_their_folder_is_opened_again(tmp_path: Path) -> None:
    item = {"user_id": text("ada"), **EVERY_TYPE, "bytes": {"B": "AP8="}}
    with opened(tmp_path) as tables:
        tables("PutItem", TableName="song-ends", Item=item)
        expiry = {"Enabled": True, "AttributeName": "expires_at"}
        tables("UpdateTimeToLive", TableName="song-ends", TimeToLiveSpecification=expiry)
        before = tables("DescribeTable", TableName="songs")
    with opened(tmp_path) as tables:
        assert (
            tables("GetItem", TableName="song-ends", Key={"user_id": text("ada")})["Item"] == item
        )
        told = tables("DescribeTimeToLive", TableName="song-ends")["TimeToLiveDescription"]
        assert told == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
        assert tables("DescribeTable", TableName="songs") == before


def test_what_was_answered_is_there_after_the_process_was_killed(tmp_path: Path) -> None:
    port = free_port()
    with tables_process(port, tmp_path) as process, client("dynamodb", port) as dynamodb:
        for _, table in CREATED[:2]:
            dynamodb.create_table(**table)
        for at in range(300):
            dynamodb.put_item(TableName="songs", Item=song(at, 121))
        puts = [{"PutRequest": {"Item": song(at, 122)}} for at in range(300, 325)]
        dynamodb.batch_write_item(RequestItems={"songs": puts})
        dynamodb.delete_item(
            TableName="songs", Key={"library": text("demo"), "song_id": text("song-00")}
        )
        process.kill()
    port = free_port()
    with tables_process(port, tmp_path), client("dynamodb", port) as dynamodb:
        page = dynamodb.query(
            TableName="songs",
            IndexName="by-tempo",
            KeyConditionExpression="tempo_bucket = :bucket",
            ExpressionAttributeValues={":bucket": text("demo#24")},
        )
        assert page["Count"] == 324


def test_tables_of_another_version_are_told_and_left_as_they_are(tmp_path: Path) -> None:
    with opened(tmp_path) as tables:
        tables("PutItem", TableName="songs", Item=song(1, 121))
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        file.execute(f"PRAGMA user_version={LAYOUT + 1}")

    with pytest.raises(LayoutError, match=f"have layout {LAYOUT + 1}, this .* has {LAYOUT}"):
        Store(tmp_path)

    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        file.execute(f"PRAGMA user_version={LAYOUT}")
    with opened(tmp_path) as tables:
        assert tables("Scan", TableName="songs")["Items"] == [song(1, 121)]


@pytest.mark.parametrize(("lasting", "level"), [(False, 1), (True, 2)])
def test_what_lasts_is_on_the_disk_before_it_is_answered(
    tmp_path: Path, lasting: bool, level: int
) -> None:
    """2 is FULL: the log of writes is synced at each end of a transaction. Source: SQLite's
    PRAGMA synchronous."""
    with closing(Store(tmp_path, lasting=lasting)) as store:
        assert store._run("PRAGMA synchronous").fetchone() == (level,)
