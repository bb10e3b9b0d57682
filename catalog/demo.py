"""Songs that do not exist: tempi and durations as in popular music, made-up names, seeded."""

import math
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import TypeVar

from events.session import Song

T = TypeVar("T", bound=Hashable)

COUNT = 2000
ARTISTS = 250
MIN_TEMPO, MAX_TEMPO = 60.0, 190.0
MIN_DURATION_SECONDS, MAX_DURATION_SECONDS = 90.0, 480.0
MEDIAN_DURATION_SECONDS = 215.0
DURATION_SPREAD = 0.28
"""Standard deviation of the logarithm of a duration, as in the Million Song Dataset's middle."""


@dataclass(frozen=True, slots=True)
class Style:
    """A genre: its share of songs, its tempo in beats a minute, its energy 0-1, its first year."""

    genre: str
    share: float
    tempo: float
    spread: float
    energy: float
    since: int


# Popular music peaks at 90-100, 120-128, 140 and 170-175 beats a minute; shares are assumed.
STYLES = (
    Style("hip hop", 0.15, 93, 6, 0.62, 1986),
    Style("soul", 0.09, 100, 10, 0.50, 1964),
    Style("ballad", 0.07, 72, 6, 0.30, 1965),
    Style("reggae", 0.05, 80, 6, 0.48, 1970),
    Style("folk", 0.06, 108, 14, 0.36, 1964),
    Style("pop", 0.16, 121, 7, 0.68, 1970),
    Style("house", 0.11, 125, 2.5, 0.80, 1987),
    Style("rock", 0.11, 138, 17, 0.78, 1966),
    Style("trance", 0.06, 139, 2.5, 0.86, 1994),
    Style("trap", 0.04, 142, 6, 0.66, 2008),
    Style("punk", 0.05, 164, 10, 0.92, 1977),
    Style("drum and bass", 0.05, 173.5, 2, 0.90, 1993),
)


def _words(text: str) -> list[str]:
    return text.split()


_ADJECTIVES = _words(
    "Amber Broken Burning Velvet Silver Distant Electric Golden Hollow Quiet Restless Paper "
    "Crystal Faded Northern Southern Midnight Neon Open Scarlet Secret Silent Slow Wild "
    "Winter Summer Second Last First Lonely Glass Iron Copper Blue Crimson Gentle Hidden"
)
_NOUNS = _words(
    "Harbor River Signal Garden Mirror Engine Lantern Horizon Station Letter Window Shadow "
    "Fever Tide Echo Highway Avenue Island Season Thunder Feather Compass Meadow Satellite "
    "Circle Ember Kingdom Parade Machine Promise Stranger Mountain Orchard Canyon Border Motel "
    "Skyline Anthem Carousel Postcard"
)
_VERBS = _words(
    "Run Wait Fall Burn Drive Dance Breathe Rise Wander Call Shine Stay Move Hold Fly Turn Sing"
)
_GIVEN = _words(
    "Ada Bruno Carla Dario Elin Farah Gus Hanna Ivo Juno Kaito Lena Mateo Nadia Otis Priya "
    "Quentin Rosa Soren Tess Umar Vera Wes Xenia Yusuf Zora"
)
_FAMILY = _words(
    "Alder Brandt Castell Dupree Everly Fontaine Gray Holloway Iversen Jarvi Kessler Lindqvist "
    "Marlow Novak Okoro Pereira Quill Rivera Sato Thorne Ueda Vance Whitlock Yilmaz Zeller"
)


@dataclass(frozen=True, slots=True)
class _Artist:
    name: str
    style: Style


def demo_songs(count: int = COUNT, seed: int = 1) -> list[Song]:
    """`count` songs of a seed; a larger count begins with the same songs. Ids are `demo-00001` …

    Tempi lie within 60-190 beats a minute, durations within 90-480 s around a median of 215 s.
    """
    random = Random(f"demo {seed}")
    names = list(islice(_different(lambda: _artist_name(random)), ARTISTS))
    shares = [style.share for style in STYLES]
    artists = [_Artist(name, random.choices(STYLES, shares)[0]) for name in names]
    titles = _different(lambda: (random.choice(artists), _title(random)))
    return [
        _song(number, artist, title, random)
        for number, (artist, title) in enumerate(islice(titles, count), start=1)
    ]


def _different(draw: Callable[[], T]) -> Iterator[T]:
    """What is drawn, without anything that was drawn before."""
    seen = set()
    while True:
        value = draw()
        if value not in seen:
            seen.add(value)
            yield value


def _artist_name(random: Random) -> str:
    pick = random.choice
    return pick(
        (
            lambda: f"{pick(_GIVEN)} {pick(_FAMILY)}",
            lambda: f"The {pick(_ADJECTIVES)} {pick(_NOUNS)}s",
            lambda: f"{pick(_ADJECTIVES)} {pick(_NOUNS)}",
            lambda: f"{pick(_NOUNS)} & {pick(_NOUNS)}",
            lambda: f"{pick(_GIVEN)} and the {pick(_NOUNS)}s",
        )
    )()


def _title(random: Random) -> str:
    pick = random.choice
    return pick(
        (
            lambda: f"{pick(_ADJECTIVES)} {pick(_NOUNS)}",
            lambda: f"{pick(_VERBS)} with the {pick(_NOUNS)}",
            lambda: f"{pick(_NOUNS)} of the {pick(_ADJECTIVES)} {pick(_NOUNS)}",
            lambda: f"{pick(_VERBS)}, {pick(_ADJECTIVES)} {pick(_NOUNS)}",
            lambda: f"How to {pick(_VERBS)}",
            lambda: f"Until the {pick(_NOUNS)} {pick(_VERBS)}s",
        )
    )()


def _song(number: int, artist: _Artist, title: str, random: Random) -> Song:
    style = artist.style
    duration = random.lognormvariate(math.log(MEDIAN_DURATION_SECONDS), DURATION_SPREAD)
    return Song(
        id=f"demo-{number:05d}",
        title=title,
        artist=artist.name,
        tempo=round(_within(random.gauss(style.tempo, style.spread), MIN_TEMPO, MAX_TEMPO), 1),
        duration_seconds=round(_within(duration, MIN_DURATION_SECONDS, MAX_DURATION_SECONDS), 1),
        genre=style.genre,
        energy=round(_within(random.gauss(style.energy, 0.1), 0, 1), 2),
        year=random.randint(style.since, 2024),
    )


def _within(value: float, low: float, high: float) -> float:
    return min(high, max(low, value))
