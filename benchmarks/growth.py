"""What grows with the number of songs, of people, and what does not.

Counts of DynamoDB calls and items are what transfers to AWS, where a query by key costs the same
in a table of any size; a local emulator's own time does not. So songs and song ends lie in memory
here, in a stand-in that answers as DynamoDB does, and its own time is left out.
"""

import os
import time
from array import array
from base64 import b64encode
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from importlib import import_module
from io import StringIO
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import msgspec

from benchmarks import machine, pipeline
from catalog.demo import MAX_TEMPO, MIN_TEMPO, STYLES
from events import stream
from events.pulse import Pulse
from events.session import Settings, Song
from events.stream import Average, Averages
from lambdas.adapters import clients, songs
from lambdas.domain.choose import Listener, choose, search
from local import processes, valkey

LIBRARIES = (1_000, 10_000, 100_000, 1_000_000)
PEOPLE = (1_000, 10_000, 100_000)
USERS = (1_000, 10_000)
WARM = 50
CHOICES = 1000
SONG_ENDS = 300
LISTENING = 20
"""One in so many holds a WebSocket, at every size."""
HEARD = 200
"""Songs heard in the two weeks before a choice."""
SONGS = 10_000
"""Songs in the library of the people whose songs end."""
DAY_MS = 86_400_000
LEAD_MS = 10_000
LIBRARY = "demo"
HOST = "127.0.0.1"
ENVIRONMENT = {
    "REQUESTS_STREAM": "song-requests",
    "SONG_ENDS_TABLE": "song-ends",
    "TASTES_TABLE": "tastes",
    "SESSION_GAP_SECONDS": "900",
    "SONGS_TABLE": "songs",
    "DEAD_LETTERS_QUEUE_URL": "http://127.0.0.1:1/dead-letters",
    "POWERTOOLS_TRACE_DISABLED": "true",
    "POWERTOOLS_METRICS_NAMESPACE": "TempoFit",
    "POWERTOOLS_SERVICE_NAME": "growth",
}

Item = dict[str, Any]


class Choices(msgspec.Struct, frozen=True):
    """A choice that finds nothing in the cache: counts on average, the median of its time."""

    songs: int
    queries: float
    items_read: float
    cpu_us: float
    cpu_ratio: float
    """To the smallest library."""


class SongEnds(msgspec.Struct, frozen=True):
    """A song end, from the average that notices it to the song stored: as `Choices`."""

    people: int
    dynamodb_calls: dict[str, float]
    items_read: float
    items_written: float
    redis_commands: float
    cpu_us: float
    cpu_ratio: float
    """To the fewest people."""


class Samples(msgspec.Struct, frozen=True):
    """The pipeline's processor time for a sample, the benchmark's own left out."""

    users: int
    samples: int
    samples_lost: int
    cpu_us_per_sample: float
    cpu_ratio: float
    """To the fewest users."""
    cpu_seconds: dict[str, float]


class Report(msgspec.Struct, frozen=True):
    """What `tempofit bench growth --json` prints."""

    machine: str
    choices: list[Choices]
    song_ends: list[SongEnds]
    samples: list[Samples]


def run(
    *,
    libraries: Sequence[int] = LIBRARIES,
    people: Sequence[int] = PEOPLE,
    users: Sequence[int] = USERS,
    seconds: int = 30,
    progress: Callable[[str], None] = lambda sentence: None,
) -> Report:
    """Measure each at its sizes, smallest first. Raises what the launcher raises."""
    progress(f"Choosing among {_list(libraries)} songs")
    choices = _choices(libraries)
    progress(f"Songs end among {_list(people)} people")
    with (
        TemporaryDirectory(prefix="tempofit-bench-") as directory,
        _redis(Path(directory)) as redis_url,
        _environment(redis_url),
    ):
        song_ends = _song_ends(people)
    samples: list[Samples] = []
    for count in users:
        progress(f"{count:,} people send samples for {seconds} s")
        samples.append(_samples(count, seconds, samples))
    return Report(machine.describe(), choices, song_ends, samples)


@dataclass
class Tables:
    """Songs and song ends in memory, behind the calls of DynamoDB that the adapters make.

    The tempi of a bucket are a sorted array; items are made as they are read. `seconds` is the
    processor time of the stand-in itself.
    """

    tempi: dict[str, "array[float]"] = field(default_factory=dict)
    song_ends: dict[str, Item] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    items_read: int = 0
    items_written: int = 0
    seconds: float = 0.0
    exceptions: Any = field(
        default_factory=lambda: SimpleNamespace(ConditionalCheckFailedException=ConditionError)
    )

    def reset(self) -> None:
        """Count from here on."""
        self.calls.clear()
        self.items_read = self.items_written = 0

    def query(self, **query: Any) -> Item:
        """A page of the index `by-tempo`."""
        with self._answering("Query"):
            values = query["ExpressionAttributeValues"]
            bucket, upward = values[":bucket"]["S"], query["ScanIndexForward"]
            tempi = self.tempi.get(bucket, array("d"))
            first, end = 0, len(tempi)
            if ":start" in values:
                at = bisect_left(tempi, float(values[":start"]["N"]))
                first, end = (at, end) if upward else (first, at)
            if "ExclusiveStartKey" in query:
                last = int(query["ExclusiveStartKey"]["song_id"]["S"].rpartition("/")[2])
                first, end = (last + 1, end) if upward else (first, last)
            places = range(first, end) if upward else range(end - 1, first - 1, -1)
            page = places[: query["Limit"]]
            items = [_song_item(bucket, place, tempi[place]) for place in page]
            self.items_read += len(items)
            more = {"LastEvaluatedKey": items[-1]} if len(places) > len(page) else {}
            return {"Items": items, **more}

    def batch_get_item(self, **request: Any) -> Item:
        """The song ends of some people; nobody has a taste."""
        with self._answering("BatchGetItem"):
            ((table, wanted),) = request["RequestItems"].items()
            users = [key["user_id"]["S"] for key in wanted["Keys"]]
            stored = self.song_ends if table == ENVIRONMENT["SONG_ENDS_TABLE"] else {}
            items = [stored[user] for user in users if user in stored]
            self.items_read += len(users)
            return {"Responses": {table: items}}

    def get_item(self, **request: Any) -> Item:
        """The song end of one person."""
        with self._answering("GetItem"):
            self.items_read += 1
            item = self.song_ends.get(request["Key"]["user_id"]["S"])
            return {} if item is None else {"Item": item}

    def put_item(self, **request: Any) -> Item:
        """A song end in the place of the version it was read in."""
        with self._answering("PutItem"):
            item = request["Item"]
            self._check(item["user_id"]["S"], request)
            self.song_ends[item["user_id"]["S"]] = item
            self.items_written += 1
            return {}

    def _check(self, user: str, request: Any) -> None:
        item = self.song_ends.get(user)
        expected = request.get("ExpressionAttributeValues", {}).get(":version")
        if (item["version"] if item else None) != expected:
            raise ConditionError

    @contextmanager
    def _answering(self, call: str) -> Iterator[None]:
        started = time.thread_time()
        self.calls[call] += 1
        try:
            yield
        finally:
            self.seconds += time.thread_time() - started


class ConditionError(Exception):
    """Stands for DynamoDB's ConditionalCheckFailedException."""


def _list(sizes: Sequence[int]) -> str:
    return ", ".join(f"{size:,}" for size in sizes)


def library(count: int, seed: int = 1) -> Tables:
    """`count` songs with the tempi of popular music, by bucket."""
    random = Random(f"growth {seed}")
    shares = [style.share for style in STYLES]
    buckets: defaultdict[str, array[float]] = defaultdict(lambda: array("d"))
    for style in random.choices(STYLES, shares, k=count):
        tempo = round(min(MAX_TEMPO, max(MIN_TEMPO, random.gauss(style.tempo, style.spread))), 1)
        buckets[songs.tempo_bucket(LIBRARY, tempo)].append(tempo)
    return Tables(tempi={bucket: array("d", sorted(tempi)) for bucket, tempi in buckets.items()})


def _song_item(bucket: str, place: int, tempo: float) -> Item:
    song = Song(f"{bucket}/{place}", f"Song {place}", "An artist", tempo, 215.0, "pop", 0.7, 2001)
    return songs.song_item(LIBRARY, song)


def _choices(libraries: Sequence[int]) -> list[Choices]:
    """Sizes take turns, so that what else the machine does falls on all of them alike."""
    tables, random = [library(count) for count in libraries], Random(2)
    seconds: list[list[float]] = [[] for _ in libraries]
    for number in range(WARM + CHOICES):
        target = random.uniform(90, 180)
        for one, spent in zip(tables, seconds, strict=True):
            if number == WARM:
                one.reset()
                spent.clear()
            with _in_place_of(one):
                spent.append(_choose(one, target))
    return [
        Choices(
            songs=count,
            queries=round(one.calls["Query"] / CHOICES, 2),
            items_read=round(one.items_read / CHOICES, 1),
            cpu_us=round(median(spent) * 1e6, 1),
            cpu_ratio=round(median(spent) / median(seconds[0]), 2),
        )
        for count, one, spent in zip(libraries, tables, seconds, strict=True)
    ]


def _choose(tables: Tables, target: float) -> float:
    """Seconds of processor time of one choice, without the stand-in's."""
    heard = {f"heard-{number}": 0 for number in range(HEARD)}
    listener = Listener(at_ms=1, session=0, heard=heard, unsettled=0.5)
    songs._runs.clear()
    stand_in, started = tables.seconds, time.thread_time()
    near = search(lambda tempo, most: songs.near(LIBRARY, tempo, most), target, listener)
    choose(near, target, listener, seed=str(target))
    return time.thread_time() - started - (tables.seconds - stand_in)


@contextmanager
def _in_place_of(tables: Tables, **others: Any) -> Iterator[None]:
    """While it lasts the adapters use `tables`, and `others` for other services."""
    stand_ins = {"dynamodb": tables, **others}
    real = {name: getattr(clients, name) for name in stand_ins}
    os.environ.setdefault("SONGS_TABLE", ENVIRONMENT["SONGS_TABLE"])
    try:
        for name, stand_in in stand_ins.items():
            setattr(clients, name, lambda stand_in=stand_in: stand_in)
        songs._runs.clear()
        yield
    finally:
        for name, function in real.items():
            setattr(clients, name, function)


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
            with _in_place_of(one, kinesis=kinesis):
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
    clients.redis.cache_clear()
    try:
        yield
        clients.redis().close()
    finally:
        clients.redis.cache_clear()
        os.environ.clear()
        os.environ.update(before)


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


def _samples(users: int, seconds: int, before: Sequence[Samples]) -> Samples:
    report = pipeline.run(users, seconds, listeners=users // LISTENING)
    parts = {name: spent for name, spent in report.cpu_seconds.items() if name != "benchmark"}
    cpu_us = round(sum(parts.values()) / report.samples_sent * 1e6, 1)
    return Samples(
        users=users,
        samples=report.samples_sent,
        samples_lost=report.samples_lost,
        cpu_us_per_sample=cpu_us,
        cpu_ratio=round(cpu_us / (before[0].cpu_us_per_sample if before else cpu_us), 2),
        cpu_seconds=parts,
    )
