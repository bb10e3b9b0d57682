"""Ways to choose songs for a workout: TempoFit's own, and those that it is held against.

All but the oracles see the past only. All play the same songs on the same stretches.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import floor
from random import Random

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from evaluation import live
from evaluation.playing import Library, Play
from evaluation.segments import Numbers, Segment
from events.session import Settings, Song

INTERVAL_SECONDS, LEAD_SECONDS = 120, 20
NEAR, BEST, APART = 0.10, 10, 10
"""The rule that TempoFit was conceived with: of the songs within 10 % of the average, in beats a
minute, and not among the last ten played, the ten least familiar; one of them at random."""
QUEUED = 2
"""Songs that it chose at the start."""
COMING_SECONDS = 220
"""What an oracle looks ahead: a song."""
GRID_SECONDS = 5
"""In steps of this the policy `limit` plays."""

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Setup:
    """What all policies play with; `constant_tempo` is that of the policy `constant`."""

    library: Library
    settings: Settings
    constant_tempo: float


Policy = Callable[[Segment, Setup, str], list[Play]]
"""The songs of a stretch, without a hole from its start to its end; the `str` is a seed."""


def original(segment: Segment, setup: Setup, seed: str) -> list[Play]:
    """The rule that TempoFit was conceived with.

    Nothing is known of familiarity here: the order is shuffled, anew for each stretch. Where it
    finds nothing, which crashed it, the song before goes on; at the start, the nearest song does.
    """
    random = Random(f"{seed} {segment.user} {segment.workout} {segment.number}")
    familiarity = {song.id: random.random() for song in setup.library.songs}
    plays: list[Play] = []
    ends_ms = 0
    while ends_ms < segment.seconds * 1000:
        due = 0 if len(plays) < QUEUED else floor(ends_ms / 1000 - LEAD_SECONDS) + 1
        average = float(segment.heart_rates[: due + 1][-INTERVAL_SECONDS:].mean())
        last = {one.song.id for one in plays[-APART:] if one.song}
        within = setup.library.between(average * (1 - NEAR), average * (1 + NEAR))
        fresh = [song for song in within if song.id not in last]
        least = sorted(fresh, key=lambda song: familiarity[song.id])[:BEST]
        if least:
            song = random.choice(least)
        else:
            before = plays[-1].song if plays else None
            song = before or setup.library.near(average, 1)[0]
        plays.append(_after(ends_ms, song, empty=not least))
        ends_ms = plays[-1].ends_ms
    return plays


def constant(segment: Segment, setup: Setup, _seed: str) -> list[Play]:
    """The songs nearest to one tempo, whatever the heart rate."""
    return _nearest(segment, setup.library, lambda _second: setup.constant_tempo)


def tempofit(segment: Segment, setup: Setup, seed: str, *, responsive: bool = False) -> list[Play]:
    """TempoFit's own functions; `responsive`: songs may be changed in the middle."""
    settings = replace(setup.settings, responsive=responsive)
    return live.play(segment, setup.library, settings, seed)


def oracle(segment: Segment, _setup: Setup, _seed: str) -> list[Play]:
    """Knows the future: the one tempo that fits each `COMING_SECONDS` best, from no library."""
    return [
        Play(1000 * second, 1000 * (second + COMING_SECONDS), _coming(segment, second))
        for second in range(0, segment.seconds, COMING_SECONDS)
    ]


def oracle_catalog(segment: Segment, setup: Setup, _seed: str) -> list[Play]:
    """Knows the future: the song not played yet that is nearest to the oracle's tempo."""
    return _nearest(segment, setup.library, lambda second: _coming(segment, second))


def limit(segment: Segment, setup: Setup, _seed: str) -> list[Play]:
    """Knows the future: the songs with the least gap that this library can play, each to its end.

    Songs may repeat, so no way to choose does better. To `GRID_SECONDS`, and 1 beat/min.
    """
    ends = np.append(np.arange(0, segment.seconds, GRID_SECONDS), segment.seconds)
    tempi, lengths, places = _kinds(setup.library)
    seconds = np.abs(segment.targets - np.unique(tempi)[:, None]).cumsum(axis=1)
    sums = np.pad(seconds, ((0, 0), (1, 0)))[:, ends]
    rows = np.unique(tempi, return_inverse=True)[1]
    last = len(ends) - 1
    rest, chosen = np.zeros(last + 1), np.zeros(last, dtype=int)
    for start in range(last - 1, -1, -1):
        until = np.minimum(start + lengths, last)
        gaps = sums[rows, until] - sums[rows, start] + rest[until]
        chosen[start] = best = gaps.argmin()
        rest[start] = gaps[best]
    plays: list[Play] = []
    start = 0
    while start < last:
        kind = chosen[start]
        song = setup.library.songs[places[kind]]
        end = start + int(lengths[kind])
        seconds_after = int(ends[start]), int(ends[start]) + int(lengths[kind]) * GRID_SECONDS
        plays.append(Play(1000 * seconds_after[0], 1000 * seconds_after[1], song.tempo, song))
        start = end
    return plays


def _kinds(library: Library) -> tuple[Numbers, Places, Places]:
    """Tempo, length in steps of the grid, and place in the library, of songs that differ."""
    kinds = {
        (round(song.tempo), max(1, round(song.duration_seconds / GRID_SECONDS))): place
        for place, song in enumerate(library.songs)
    }
    found = np.array([*kinds])
    return found[:, 0].astype(float), found[:, 1], np.array([*kinds.values()])


POLICIES: dict[str, Policy] = {
    "original": original,
    "constant": constant,
    "tempofit": tempofit,
    "tempofit-responsive": partial(tempofit, responsive=True),
    "oracle": oracle,
    "oracle-catalog": oracle_catalog,
    "limit": limit,
}
DRAWN = ("original", "tempofit", "tempofit-responsive")
"""Those in which a seed decides something."""


def best_constant(segments: Sequence[Segment]) -> float:
    """The one tempo with the smallest mean gap on these stretches: the median of their targets."""
    return float(np.median(np.concatenate([segment.targets for segment in segments])))


def _coming(segment: Segment, second: int) -> float:
    return float(np.median(segment.targets[second : second + COMING_SECONDS]))


def _nearest(segment: Segment, library: Library, tempo_at: Callable[[int], float]) -> list[Play]:
    """Always the song nearest to a tempo that was not played yet; when all were, from anew."""
    plays: list[Play] = []
    played: set[str] = set()
    ends_ms = 0
    while ends_ms < segment.seconds * 1000:
        if len(played) == len(library.songs):
            played.clear()
        song = next(_unplayed(library.outward(tempo_at(ends_ms // 1000)), played))
        played.add(song.id)
        plays.append(_after(ends_ms, song))
        ends_ms = plays[-1].ends_ms
    return plays


def _unplayed(songs: Iterator[Song], played: set[str]) -> Iterator[Song]:
    return (song for song in songs if song.id not in played)


def _after(starts_ms: int, song: Song, *, empty: bool = False) -> Play:
    ends_ms = starts_ms + int(song.duration_seconds * 1000)
    return Play(starts_ms, ends_ms, song.tempo, song, empty=empty)
