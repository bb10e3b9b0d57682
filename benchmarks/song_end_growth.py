"""What the end of a song costs, against the number of people in the table of song ends."""

import os
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from benchmarks.stand_in import (
    LIBRARY,
    SONG_ENDS_TABLE,
    SONGS_TABLE,
    Item,
    Tables,
    in_place_of,
    library,
)
from events import stream
from events.pulse import Pulse
from events.session import Settings
from events.stream import Average, Averages
from lambdas.adapters import clients, environment
from local import processes, valkey

SONG_ENDS = 300
SONGS = 10_000
"""Songs in the library of the people whose songs end."""
DAY_MS = 86_400_000
LEAD_MS = 10_000
HOST = "127.0.0.1"
ENVIRONMENT = {
    "REQUESTS_STREAM": "song-requests",
    "SONG_ENDS_TABLE": SONG_ENDS_TABLE,
    "TASTES_TABLE": "tastes",
    "SESSION_GAP_SECONDS": "900",
    "SONGS_TABLE": SONGS_TABLE,
    "DEAD_LETTERS_QUEUE_URL": "http://127.0.0.1:1/dead-letters",
    "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": "http://127.0.0.1:1",
    "POWERTOOLS_TRACE_DISABLED": "true",
    "POWERTOOLS_METRICS_NAMESPACE": "TempoFit",
    "POWERTOOLS_SERVICE_NAME": "growth",
}


class SongEnds(msgspec.Struct, frozen=True):
    """A song end, from the average that notices it to the song stored.

    Counts on average, the median of its time.
    """

    people: int
    dynamodb_calls: dict[str, float]
    items_read: float
    items_written: float
    redis_commands: float
    cpu_us: float
    cpu_ratio: float
    """To the fewest people."""


def song_ends(people: Sequence[int]) -> list[SongEnds]:
    """Song ends among so many people, with a Redis of their own. Raises what its start raises."""
    with (
        TemporaryDirectory(prefix="tempofit-bench-") as directory,
        _redis(Path(directory)) as redis_url,
        _environment(redis_url),
    ):
        return _song_ends(people)


class _Kinesis:
    """Keeps what was put."""

    def __init__(self) -> None:
        self.records: list[tuple[str, bytes]] = []

    def put_records(self, **request: Any) -> Item:
        self.records += [(entry["PartitionKey"], entry["Data"]) for entry in request["Records"]]
        return {"FailedRecordCount": 0}


def _song_ends(people: Sequence[int]) -> list[SongEnds]:
    """Songs end one after another, each for another person; nobody is connected."""
    handlers, kinesis = _handlers(), _Kinesis()
    tables, random = [_people(count) for count in people], Random(3)
    rounds = min(SONG_ENDS, *people)
    users = [random.sample(sorted(one.song_ends), rounds) for one in tables]
    seconds: list[list[float]] = [[] for _ in people]
    commands = [0 for _ in people]
    redis = clients.redis()
    for number in range(rounds):
        for index, one in enumerate(tables):
            if number == rounds // 10:  # from here on, what only the first ones pay is paid
                one.reset()
                seconds[index].clear()
                commands[index] = 0
            before = redis.info()["total_commands_processed"]
            with in_place_of(one, kinesis=kinesis):
                seconds[index].append(_end(users[index][number], one, kinesis, *handlers))
            commands[index] += redis.info()["total_commands_processed"] - before - 1
    return [
        SongEnds(
            people=count,
            dynamodb_calls={
                name: round(calls / len(spent), 2) for name, calls in sorted(one.calls.items())
            },
            items_read=round(one.items_read / len(spent), 1),
            items_written=round(one.items_written / len(spent), 1),
            redis_commands=round(all_commands / len(spent), 1),
            cpu_us=round(median(spent) * 1e6, 1),
            cpu_ratio=round(median(spent) / median(seconds[0]), 2),
        )
        for count, one, spent, all_commands in zip(people, tables, seconds, commands, strict=True)
    ]


def _people(count: int) -> Tables:
    """Everybody of a day is in the table until their TTL; each song ends at another time."""
    tables = library(SONGS)
    day_ms = time.time_ns() // 1_000_000
    for number in range(count):
        user = f"{count}-{number}"
        tables.song_ends[user] = _song_end(user, day_ms + DAY_MS * number // count)
    return tables


def _handlers() -> tuple[Any, Any]:
    handlers = [import_module(f"lambdas.{name}").handler for name in ("schedule", "recommend")]
    return handlers[0], handlers[1]


@contextmanager
def _environment(redis_url: str) -> Iterator[None]:
    """The environment of the functions, and a Redis client of their own, while it lasts."""
    before = dict(os.environ)
    os.environ.update(ENVIRONMENT | {"REDIS_URL": redis_url})
    _forget()
    try:
        yield
        clients.redis().close()
    finally:
        _forget()
        os.environ.clear()
        os.environ.update(before)


def _forget() -> None:
    environment._read_once.cache_clear()
    clients.redis.cache_clear()


def _end(user: str, tables: Tables, kinesis: _Kinesis, schedule: Any, recommend: Any) -> float:
    """An average shortly before the end of a person's song, and the request that follows.

    Answers seconds of processor time, without the stand-in's.
    """
    at_ms = int(tables.song_ends[user]["ends_at_ms"]["N"]) - LEAD_MS
    average = Averages(
        [Average(user, Pulse(at_ms, at_ms - 5_000, 150.0, 150.0, 148.0, 152.0, 160.0), 100, at_ms)]
    )
    event = _event("0", stream.encode(average), at_ms)
    stand_in, started = tables.seconds, time.thread_time()
    with redirect_stdout(StringIO()):  # the metrics, which are a part of the cost
        schedule(event, _Context)
        ((key, data),) = kinesis.records
        kinesis.records.clear()
        recommend(_event(key, data, at_ms), _Context)
    return time.thread_time() - started - (tables.seconds - stand_in)


class _Context:
    function_name = "growth"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:growth"
    aws_request_id = "growth"


def _event(key: str, data: bytes, arrived_ms: int) -> Item:
    return {
        "Records": [
            {
                "eventID": "shardId-000000000000:1",
                "eventSourceARN": "arn:aws:kinesis:us-east-1:000000000000:stream/growth",
                "kinesis": {
                    "partitionKey": key,
                    "sequenceNumber": "1",
                    "data": b64encode(data).decode(),
                    "approximateArrivalTimestamp": arrived_ms / 1000,
                },
            }
        ]
    }


def _song_end(user: str, ends_at_ms: int) -> Item:
    return {
        "user_id": {"S": user},
        "session": {"N": str(ends_at_ms - 3_600_000)},
        "slot": {"N": "14"},
        "ends_at_ms": {"N": str(ends_at_ms)},
        "starts_at_ms": {"N": str(ends_at_ms - 200_000)},
        "tempo": {"N": "150"},
        "target": {"N": "150"},
        "settings": {"S": msgspec.json.encode(Settings(library=LIBRARY)).decode()},
        "version": {"N": "30"},
        "expires_at": {"N": str(ends_at_ms // 1000 + 900)},
    }


@contextmanager
def _redis(directory: Path) -> Iterator[str]:
    port = processes.free_port()
    part = processes.start(
        "redis", valkey.command(port), environment={}, logs=directory, address=(HOST, port)
    )
    try:
        part.wait_until_ready()
        yield f"redis://{HOST}:{port}/0"
    finally:
        processes.stop([part])
