"""How the tempi of a library lie: what there is, what is thin, what is missing."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from msgspec import Struct

from events.session import Song
from lambdas.domain.bend import MAX_BEND

BUCKET = 5
"""Beats a minute of a bar of the histogram."""
FIRST_TARGET, LAST_TARGET = 80, 180
"""Tempi that workouts ask for: from warming up to a fast run's steps; see docs/fit.md."""
THIN = 3
"""Fewer songs than this near a tempo come again and again."""
SLOW, FAST = 70.0, 180.0
"""Outside of these, detectors and tags often mean the double or the half of what is felt."""
EXAMPLES = 5


class Suspects(Struct, frozen=True):
    """Songs whose tempo may be another octave's: how many, and the first few."""

    songs: int
    examples: list[Song]


class Statistics(Struct, frozen=True):
    """Of a library; tempi in beats a minute, ranges from the first to the last, both included."""

    library: str
    songs: int
    hours: float
    median_tempo: float
    histogram: dict[int, int]
    """Songs from each tempo up to the next, every fifth."""
    thin: list[tuple[int, int]]
    """Of the tempi that workouts ask for, those with fewer than three songs within the bend."""
    missing: list[tuple[int, int]]
    """Those with none, nor one of half or double the tempo."""
    maybe_half: Suspects
    """Under 70: perhaps half of what is felt."""
    maybe_double: Suspects
    """Over 180: perhaps double."""


def statistics_of(library: str, songs: Iterable[Song]) -> Statistics | None:
    """The statistics of songs, which are read once; None of none."""
    tempi: Counter[int] = Counter()
    seconds, slow, fast = 0.0, Suspected(), Suspected()
    for song in songs:
        tempi[round(song.tempo)] += 1
        seconds += song.duration_seconds
        if song.tempo < SLOW:
            slow.add(song)
        elif song.tempo > FAST:
            fast.add(song)
    if not tempi:
        return None
    near = {target: _near(tempi, target) for target in range(FIRST_TARGET, LAST_TARGET + 1)}
    octaves = {
        target: near[target] + _near(tempi, target / 2) + _near(tempi, target * 2)
        for target in near
    }
    return Statistics(
        library=library,
        songs=tempi.total(),
        hours=round(seconds / 3600, 1),
        median_tempo=_median(tempi),
        histogram=_histogram(tempi),
        thin=list(_ranges(near, lambda target: octaves[target] > 0 and near[target] < THIN)),
        missing=list(_ranges(near, lambda target: octaves[target] == 0)),
        maybe_half=slow.found(),
        maybe_double=fast.found(),
    )


class Suspected:
    """Songs counted, and the first few kept."""

    def __init__(self) -> None:
        self._count = 0
        self._examples: list[Song] = []

    def add(self, song: Song) -> None:
        """One more."""
        self._count += 1
        if len(self._examples) < EXAMPLES:
            self._examples.append(song)

    def found(self) -> Suspects:
        """All so far."""
        return Suspects(self._count, self._examples)


def _near(tempi: Counter[int], target: float) -> int:
    """Songs that can be bent to the target."""
    low, high = target / (1 + MAX_BEND), target / (1 - MAX_BEND)
    return sum(tempi[tempo] for tempo in range(round(low), round(high) + 1))


def _median(tempi: Counter[int]) -> float:
    half, count = tempi.total() / 2, 0
    for tempo in sorted(tempi):
        count += tempi[tempo]
        if count >= half:
            return tempo
    raise AssertionError("no tempo")


def _histogram(tempi: Counter[int]) -> dict[int, int]:
    first = min(tempi) // BUCKET * BUCKET
    buckets = dict.fromkeys(range(first, max(tempi) + 1, BUCKET), 0)
    for tempo, count in tempi.items():
        buckets[tempo // BUCKET * BUCKET] += count
    return buckets


def _ranges(targets: Iterable[int], counts: Callable[[int], bool]) -> Iterator[tuple[int, int]]:
    found = [target for target in targets if counts(target)]
    if not found:
        return
    first = found[0]
    for left, right in pairwise(found):
        if right != left + 1:
            yield first, left
            first = right
    yield first, found[-1]
