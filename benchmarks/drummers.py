"""Fits the weights of `catalog/beat.py`: `python -m benchmarks.drummers`.

To drummers that do not exist: their patterns are drawn at random, not taken from
`benchmarks/tracks.py`, though common ones come up.
The weights are those of a logistic choice among the tempi that may be felt.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import numpy.typing as npt

from benchmarks.tracks import SAMPLE_RATE as PLAYED_RATE
from benchmarks.tracks import Samples, Track, sound
from catalog.audio import SAMPLE_RATE
from catalog.beat import SAME, candidates, likeness, marks

COUNT = 600
SEED = 99
STEPS, STEP, MOMENTUM = 800, 0.3, 0.9
RIDGE = 0.5
"""How much large weights cost, so that they hold for drummers of other kinds."""

Marks = npt.NDArray[np.float64]


def drummer(number: int) -> Track:
    """One of them: half as fast as music mostly is, half at any tempo."""
    random = np.random.default_rng([SEED, number])
    if random.random() < 0.5:
        tempo = float(random.uniform(60, 190))
    else:
        tempo = float(np.clip(118 * 2 ** random.normal(0, 0.4), 60, 190))
    beats = 3 if random.random() < 0.12 else 4
    line = {
        "kick": _kicks(random, beats),
        "snare": _snares(random, beats),
        "hat": _hats(random, beats, tempo),
        "bass": _melody(random, beats, 0.8, 0.35),
        "chord": _melody(random, beats, 0.5, 0.3),
    }
    swing, drift, intro = (random.random() < chance for chance in (0.12, 0.25, 0.15))
    return Track(f"drummer {number}", tempo, beats, line, swing=swing, drift=drift, intro=intro)


def _kicks(random: np.random.Generator, beats: int) -> tuple[float, ...]:
    style = str(random.choice(["floor", "back", "back", "syncopated", "none"]))
    if style == "floor":
        return _places(beats, 1)
    kicks = {"back": [0.0, 2.0], "none": [0.0] if random.random() < 0.7 else []}.get(style, [0.0])
    chance = 0.3 if style == "syncopated" else 0.15
    others = [place for place in _places(beats, 4)[2::2] if random.random() < chance]
    return (0.0,) if beats == 3 else tuple(sorted({*kicks, *others}))


def _snares(random: np.random.Generator, beats: int) -> tuple[float, ...]:
    draw = random.random()
    if beats == 3:
        snares: tuple[float, ...] = (1, 2) if draw < 0.5 else (2,) if draw < 0.7 else ()
    elif draw < 0.65:
        snares = (1, 3)
    else:
        snares = (2,) if draw < 0.75 else _places(4, 1) if draw < 0.8 else ()
    ghosts = [place for place in _places(beats, 4) if random.random() < 0.04]
    return tuple(sorted({*snares, *ghosts}))


def _hats(random: np.random.Generator, beats: int, tempo: float) -> tuple[float, ...]:
    halves = _places(beats, 2)
    hats = ((), _places(beats, 1), halves, halves[1::2], _places(beats, 4))
    busy = [0.15, 0.25, 0.4, 0.15, 0.05] if tempo > 125 else [0.15, 0.15, 0.4, 0.1, 0.2]
    return hats[random.choice(len(hats), p=busy)]


def _melody(
    random: np.random.Generator, beats: int, on_beat: float, between: float
) -> tuple[float, ...]:
    if random.random() > 0.6:
        return ()
    places = _places(beats, 2)
    return tuple(place for place in places if random.random() < (between if place % 1 else on_beat))


def fit(heard: Sequence[tuple[Marks, int]]) -> Marks:
    """The weights by which the right row is the likeliest of each."""
    weights = np.zeros(heard[0][0].shape[1])
    speed = np.zeros_like(weights)
    for _ in range(STEPS):
        slope = RIDGE * weights
        for rows, right in heard:
            chances = np.exp(rows @ weights - np.max(rows @ weights))
            chances /= chances.sum()
            slope = slope + chances @ rows - rows[right]
        speed = MOMENTUM * speed - STEP * slope / len(heard)
        weights = weights + speed
    return weights


def hear(number: int) -> tuple[Marks, int] | None:
    """The marks of what may be felt with a drummer, and which of it is right."""
    track = drummer(number)
    again = likeness(_resampled(sound(track, 1000 + number)))
    tempi = candidates(again[0]) if again else None
    if again is None or tempi is None:
        return None
    right = np.flatnonzero(np.abs(tempi / track.tempo - 1) <= SAME)
    return (marks(tempi, *again), int(right[0])) if len(right) else None


def _places(beats: int, parts: int) -> tuple[float, ...]:
    return tuple(part / parts for part in range(beats * parts))


def _resampled(samples: Samples) -> Samples:
    count = len(samples) * SAMPLE_RATE // PLAYED_RATE
    spectrum = np.fft.rfft(samples)[: count // 2 + 1]
    return (np.fft.irfft(spectrum, count) * count / len(samples)).astype(np.float32)


if __name__ == "__main__":
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        found = [one for one in pool.map(hear, range(COUNT)) if one]
    print([round(float(weight), 2) for weight in fit(found)])
