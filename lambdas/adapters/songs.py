"""The songs table: one item a song, found by tempo through the index `by-tempo`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from math import floor
from time import monotonic
from typing import Any

from msgspec import Struct

from events.session import Song
from lambdas.adapters import clients, environment, stored

BUCKET_WIDTH = 5
"""Beats a minute that share one partition of the index."""
MIN_TEMPO, MAX_TEMPO = 40, 250
STEP = 2
"""Tempi are looked up in steps of this, so that people near each other share what was read."""
PAGE = 50
CACHE_SECONDS = 300.0
MAX_RUNS = 2_000
"""Kept at once: a page of songs each is some 45 MB of the function's 512, at 464 bytes a song."""

Item = dict[str, Any]


class Table(Struct, frozen=True):
    """Where songs are."""

    songs_table: str


def tempo_bucket(library: str, tempo: float) -> str:
    """The index partition of a tempo."""
    return f"{library}#{floor(tempo / BUCKET_WIDTH)}"


def song_item(library: str, song: Song) -> Item:
    """A song as an item of the songs table."""
    item: Item = {
        "library": {"S": library},
        "song_id": {"S": song.id},
        "title": {"S": song.title},
        "artist": {"S": song.artist},
        "tempo": {"N": f"{song.tempo:g}"},
        "duration_seconds": {"N": f"{song.duration_seconds:g}"},
        "tempo_bucket": {"S": tempo_bucket(library, song.tempo)},
    }
    if song.genre is not None:
        item["genre"] = {"S": song.genre}
    if song.energy is not None:
        item["energy"] = {"N": f"{song.energy:g}"}
    if song.year is not None:
        item["year"] = {"N": str(song.year)}
    if song.meter is not None:
        item["meter"] = {"N": str(song.meter)}
    return item


def song_of(item: Item) -> Song:
    """The song that an item holds."""
    return Song(
        id=item["song_id"]["S"],
        title=item["title"]["S"],
        artist=item["artist"]["S"],
        tempo=float(item["tempo"]["N"]),
        duration_seconds=float(item["duration_seconds"]["N"]),
        genre=item["genre"]["S"] if "genre" in item else None,
        energy=float(item["energy"]["N"]) if "energy" in item else None,
        year=int(item["year"]["N"]) if "year" in item else None,
        meter=int(item["meter"]["N"]) if "meter" in item else None,
    )


def near(library: str, tempo: float, count: int) -> list[Song]:
    """The `count` songs nearest to `tempo` rounded to 2, nearest first; fewer if there are fewer.

    Reads the index outward from the tempo, so the cost depends on `count` and on how near the
    songs lie, not on the size of the library. What was read serves for five minutes.
    """
    middle = round(tempo / STEP) * STEP
    outward = merge(
        _walk(library, middle, upward=True),
        _walk(library, middle, upward=False),
        key=lambda song: abs(song.tempo - middle),
    )
    return list(islice(outward, count))


def _walk(library: str, middle: int, *, upward: bool) -> Iterator[Song]:
    first = (middle if upward else middle - 1) // BUCKET_WIDTH
    last = (MAX_TEMPO if upward else MIN_TEMPO) // BUCKET_WIDTH
    step = 1 if upward else -1
    for bucket in range(first, last + step, step):
        start = middle if bucket == middle // BUCKET_WIDTH else None
        yield from _run(f"{library}#{bucket}", start, upward)


@dataclass(slots=True)
class _Run:
    """Songs of one bucket in one direction, read as far as somebody needed."""

    expires: float
    songs: list[Song] = field(default_factory=list)
    last_key: Item | None = None
    complete: bool = False


_runs: dict[tuple[str, int | None, bool], _Run] = {}
"""In the order of their reading: the first are the next to be forgotten."""


def _run(bucket: str, start: int | None, upward: bool) -> Iterator[Song]:
    key = (bucket, start, upward)
    run = _runs.get(key)
    if run is None or run.expires < monotonic():
        _runs.pop(key, None)
        if len(_runs) == MAX_RUNS:
            del _runs[next(iter(_runs))]
        run = _runs[key] = _Run(expires=monotonic() + CACHE_SECONDS)
    index = 0
    while True:
        yield from run.songs[index:]
        index = len(run.songs)
        if run.complete:
            return
        _read_page(run, *key)


def _read_page(run: _Run, bucket: str, start: int | None, upward: bool) -> None:
    condition = "tempo_bucket = :bucket"
    values: Item = {":bucket": {"S": bucket}}
    if start is not None:
        condition += " AND tempo >= :start" if upward else " AND tempo < :start"
        values[":start"] = {"N": str(start)}
    query: Any = {
        "TableName": environment.read(Table).songs_table,
        "IndexName": "by-tempo",
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": values,
        "ScanIndexForward": upward,
        "Limit": PAGE,
    }
    if run.last_key is not None:
        query["ExclusiveStartKey"] = run.last_key
    page = clients.dynamodb().query(**query)
    found = (stored.readable(song_of, item) for item in page["Items"])
    run.songs.extend(song for song in found if song is not None)
    run.last_key = page.get("LastEvaluatedKey")
    run.complete = run.last_key is None
