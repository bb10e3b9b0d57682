"""DynamoDB in memory, which answers the calls of the adapters and counts them."""

import os
import time
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace
from typing import Any

from catalog.demo import MAX_TEMPO, MIN_TEMPO, STYLES
from events.session import Song
from lambdas.adapters import clients, songs

LIBRARY = "demo"
SONGS_TABLE = "songs"
SONG_ENDS_TABLE = "song-ends"

Item = dict[str, Any]


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
            stored = self.song_ends if table == SONG_ENDS_TABLE else {}
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


@contextmanager
def in_place_of(tables: Tables, **others: Any) -> Iterator[None]:
    """While it lasts the adapters use `tables`, and `others` for other services."""
    stand_ins = {"dynamodb": tables, **others}
    real = {name: getattr(clients, name) for name in stand_ins}
    os.environ.setdefault("SONGS_TABLE", SONGS_TABLE)
    try:
        for name, stand_in in stand_ins.items():
            setattr(clients, name, lambda stand_in=stand_in: stand_in)
        songs._runs.clear()
        yield
    finally:
        for name, function in real.items():
            setattr(clients, name, function)
