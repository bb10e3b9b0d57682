"""What a choice of a song costs, against the number of songs in the library."""

from collections.abc import Callable, Iterator, Sequence
from random import Random

import msgspec

from benchmarks.in_process import Meter, Spent, handlers
from catalog.demo import MAX_TEMPO, MIN_TEMPO, STYLES
from catalog.store import store_songs
from events.session import Song
from lambdas.adapters import songs
from lambdas.domain.choose import Listener, choose, search
from local.launcher import Cloud

WARM = 20
CHOICES = 200
HEARD = 200
"""Songs heard in the two weeks before a choice."""


class Choices(msgspec.Struct, frozen=True):
    """A choice that finds nothing in the cache, on average: counts, and processor time."""

    songs: int
    queries: float
    songs_read: float
    choosing_us: float
    dynamodb_us: float
    dynamodb_ratio: float
    """To the smallest library."""


def library_of(count: int) -> str:
    """The name of a library of so many songs."""
    return f"growth-{count}"


def songs_of(count: int, seed: int = 1) -> Iterator[Song]:
    """Songs with the tempi of popular music."""
    random = Random(f"growth {seed}")
    shares = [style.share for style in STYLES]
    for number in range(count):
        (style,) = random.choices(STYLES, shares)
        tempo = round(min(MAX_TEMPO, max(MIN_TEMPO, random.gauss(style.tempo, style.spread))), 1)
        artist = f"Artist {random.randrange(count // 8 + 1)}"
        yield Song(f"song-{number}", f"Song {number}", artist, tempo, 215.0, "pop", 0.7, 2001)


def choices(
    cloud: Cloud, libraries: Sequence[int], progress: Callable[[str], None]
) -> list[Choices]:
    """Choices among so many songs, for each of these sizes.

    Sizes take turns, so that what else the machine does falls on all of them alike.
    """
    for count in libraries:
        progress(f"Storing {count:,} songs")
        table = cloud.addresses.songs_table
        store_songs(cloud.client("dynamodb"), table, library_of(count), songs_of(count))
    progress(f"Choosing among {', '.join(f'{count:,}' for count in libraries)} songs")
    random, spent = Random(2), [Spent() for _ in libraries]
    with handlers(cloud, "recommend"):
        meter = Meter(cloud)
        for number in range(WARM + CHOICES):
            target = random.uniform(90, 180)
            for index, count in enumerate(libraries):
                with meter.adding_to(Spent() if number < WARM else spent[index]):
                    _choose(count, target)
    return [
        Choices(
            songs=count,
            queries=round(one.dynamodb_calls["Query"] / CHOICES, 2),
            songs_read=round(one.items_found / CHOICES, 1),
            choosing_us=round(one.own_seconds / CHOICES * 1e6, 1),
            dynamodb_us=round(one.dynamodb_seconds / CHOICES * 1e6, 1),
            dynamodb_ratio=round(one.dynamodb_seconds / spent[0].dynamodb_seconds, 2),
        )
        for count, one in zip(libraries, spent, strict=True)
    ]


def _choose(count: int, target: float) -> None:
    heard = {f"heard-{number}": 0 for number in range(HEARD)}
    listener = Listener(at_ms=1, session=0, heard=heard, unsettled=0.5)
    songs._runs.clear()

    def near(tempo: float, most: int) -> list[Song]:
        return songs.near(library_of(count), tempo, most)

    choose(search(near, target, listener), target, listener, seed=str(target))
