"""What a choice of a song costs, against the number of songs in the library."""

import time
from collections.abc import Sequence
from random import Random
from statistics import median

import msgspec

from benchmarks.stand_in import LIBRARY, Tables, in_place_of, library
from lambdas.adapters import songs
from lambdas.domain.choose import Listener, choose, search

WARM = 50
CHOICES = 1000
HEARD = 200
"""Songs heard in the two weeks before a choice."""


class Choices(msgspec.Struct, frozen=True):
    """A choice that finds nothing in the cache: counts on average, the median of its time."""

    songs: int
    queries: float
    items_read: float
    cpu_us: float
    cpu_ratio: float
    """To the smallest library."""


def choices(libraries: Sequence[int]) -> list[Choices]:
    """Choices among so many songs, for each of these sizes.

    Sizes take turns, so that what else the machine does falls on all of them alike.
    """
    tables, random = [library(count) for count in libraries], Random(2)
    seconds: list[list[float]] = [[] for _ in libraries]
    for number in range(WARM + CHOICES):
        target = random.uniform(90, 180)
        for one, spent in zip(tables, seconds, strict=True):
            if number == WARM:
                one.reset()
                spent.clear()
            with in_place_of(one):
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
