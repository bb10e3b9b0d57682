"""What the songs of a batch cost, against the number of people in the table of song ends."""

import time
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from types import SimpleNamespace
from typing import Any

import msgspec

from benchmarks.catalog_growth import library_of, songs_of
from benchmarks.in_process import CONTEXT, Meter, Spent, handlers
from catalog.store import store_songs
from events import stream
from events.pulse import Pulse
from events.session import Settings
from events.stream import Average, Averages
from lambdas.adapters import batch_writes, clients
from local.launcher import Cloud
from planning.sizes import typical_song

BATCH, BATCHES, WARM = 50, 40, 4
SONGS = 2_000
"""In the library of the people whose songs end."""
LEAD_MS = 10_000


class SongEnds(msgspec.Struct, frozen=True):
    """A song of a batch of 50, from the average that notices that one ends to the next stored.

    On average; microseconds of processor time. Nobody is connected, so nothing is pushed.
    """

    people: int
    dynamodb_requests: float
    """Of `recommend`."""
    redis_commands: float
    schedule_us: float
    recommend_us: float
    redis_us: float
    dynamodb_us: float
    together_us: float
    """Of `recommend` and its stores."""
    ratio: float
    """Of that to the fewest people."""


def song_ends(
    cloud: Cloud, people: Sequence[int], progress: Callable[[str], None]
) -> list[SongEnds]:
    """Batches of songs that end among so many people, for each of these sizes."""
    table = cloud.addresses.songs_table
    store_songs(cloud.client("dynamodb"), table, library_of(SONGS), songs_of(SONGS))
    found: list[SongEnds] = []
    for count in people:
        progress(f"Songs end among {count:,} people")
        found.append(_song_ends(cloud, count, found))
    return found


def _song_ends(cloud: Cloud, people: int, before: Sequence[SongEnds]) -> SongEnds:
    users = [f"{people}-{number}" for number in range(people)]
    _store(cloud, users)
    random, asked, answered = Random(3), Spent(), Spent()
    size = min(BATCH, people)
    with handlers(cloud, "schedule", "recommend") as (schedule, recommend):
        meter = Meter(cloud)
        for number in range(WARM + BATCHES):
            if number == WARM:
                asked, answered = Spent(), Spent()
            batch = random.sample(users, size)
            at_ms = _store(cloud, batch) - LEAD_MS
            with _keeping_requests() as requests, meter.adding_to(asked):
                schedule(_averages(batch, at_ms), CONTEXT)
            with meter.adding_to(answered):
                recommend(_event(requests, at_ms), CONTEXT)
    songs = BATCHES * size
    own, redis, dynamodb = (
        round(seconds / songs * 1e6, 1)
        for seconds in (answered.own_seconds, answered.redis_seconds, answered.dynamodb_seconds)
    )
    together = round(own + redis + dynamodb, 1)
    return SongEnds(
        people=people,
        dynamodb_requests=round(answered.dynamodb_calls.total() / songs, 3),
        redis_commands=round(answered.redis_commands / songs, 1),
        schedule_us=round(asked.own_seconds / songs * 1e6, 1),
        recommend_us=own,
        redis_us=redis,
        dynamodb_us=dynamodb,
        together_us=together,
        ratio=round(together / (before[0].together_us if before else together), 2),
    )


def _store(cloud: Cloud, users: Sequence[str]) -> int:
    """Everybody's song ends at one time, which is answered, epoch ms."""
    ends_at_ms = time.time_ns() // 1_000_000
    requests: Any = [{"PutRequest": {"Item": _song_end(user, ends_at_ms)}} for user in users]
    table = cloud.addresses.song_ends_table
    batch_writes.write(table, requests, attempts=10, dynamodb=cloud.client("dynamodb"))
    return ends_at_ms


def _song_end(user: str, ends_at_ms: int) -> dict[str, dict[str, str]]:
    settings = Settings(library=library_of(SONGS))
    session, starts_at_ms = ends_at_ms - 3_600_000, ends_at_ms - 200_000
    song = msgspec.structs.replace(
        typical_song(14), session=session, starts_at_ms=starts_at_ms, ends_at_ms=ends_at_ms
    )
    return {
        "user_id": {"S": user},
        "session": {"N": str(session)},
        "slot": {"N": "14"},
        "ends_at_ms": {"N": str(ends_at_ms)},
        "starts_at_ms": {"N": str(starts_at_ms)},
        "tempo": {"N": "150"},
        "target": {"N": "150"},
        "settings": {"S": msgspec.json.encode(settings).decode()},
        "song": {"S": msgspec.json.encode(song).decode()},
        "version": {"N": str(ends_at_ms)},
        "expires_at": {"N": str(ends_at_ms // 1000 + 900)},
    }


@contextmanager
def _keeping_requests() -> Iterator[list[tuple[str, bytes]]]:
    """What `schedule` puts meanwhile, which the functions of the cloud do not get."""
    kept: list[tuple[str, bytes]] = []

    def put_records(**request: Any) -> dict[str, int]:
        kept.extend((entry["PartitionKey"], entry["Data"]) for entry in request["Records"])
        return {"FailedRecordCount": 0}

    kinesis = clients.kinesis
    clients.kinesis = lambda: SimpleNamespace(put_records=put_records)  # type: ignore[assignment]
    try:
        yield kept
    finally:
        clients.kinesis = kinesis


def _averages(users: Sequence[str], at_ms: int) -> dict[str, Any]:
    """Averages of people shortly before their songs end, as `average` puts them."""
    groups: defaultdict[int, list[Average]] = defaultdict(list)
    for user in users:
        pulse = Pulse(at_ms, at_ms - 5_000, 150.0, 150.0, 148.0, 152.0, 160.0)
        groups[stream.group_of(user)].append(Average(user, pulse, 100, at_ms))
    return _event(
        [(str(group), stream.encode(Averages(members))) for group, members in groups.items()],
        at_ms,
    )


def _event(records: Sequence[tuple[str, bytes]], arrived_ms: int) -> dict[str, Any]:
    return {
        "Records": [
            {
                "eventID": f"shardId-000000000000:{number}",
                "eventSourceARN": "arn:aws:kinesis:us-east-1:000000000000:stream/growth",
                "kinesis": {
                    "partitionKey": key,
                    "sequenceNumber": str(number),
                    "data": b64encode(data).decode(),
                    "approximateArrivalTimestamp": arrived_ms / 1000,
                },
            }
            for number, (key, data) in enumerate(records, start=1)
        ]
    }
