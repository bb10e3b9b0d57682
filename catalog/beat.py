"""The tempo of music by ear: how often it comes again, and which octave of that is felt.

The page has the same detector in `beat.ts`: events/beats.json holds them equal.
"""

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from catalog.audio import SAMPLE_RATE, Samples

Floats = npt.NDArray[np.float64]

FRAMES_A_SECOND = 100
WINDOW = 512
EDGES = (0, 3, 5, 9, 17, 34, 68, 135, 257)
"""Of the bands, in bins of 23.4 Hz: an octave each."""
DRUM_BANDS = 5
"""The lower ones, to 800 Hz: kick and snare without hi-hats."""
LONGEST = 900
"""Frames after which music may come again."""
LIKELIEST, SPREAD = 115.0, 0.7
"""The tempo before anything was heard, and by how many octaves it may be another."""
SLOWEST, FASTEST = 45.0, 205.0
RATIOS = (1 / 3, 1 / 2, 2 / 3, 3 / 4, 1.0, 4 / 3, 3 / 2, 2.0, 3.0)
"""Of the tempi that may be felt where something comes again."""
LAGS = (1 / 4, 1 / 3, 1 / 2, 2 / 3, 1.0, 3 / 2, 2.0, 3.0, 4.0)
"""Beats after which music, and its drums, may be alike: by how much tells a beat from another."""
MUSIC = (1.18, -1.65, 4.5, -2.11, 2.52, -1.32, 0.66, 1.13, 0.96)
DRUMS = (-4.61, -1.22, -0.81, -1.24, 2.04, -1.8, -1.6, 1.71, 5.09)
OCTAVES, OCTAVES_SQUARED = 0.87, -1.78
WEIGHTS = np.array([*MUSIC, *DRUMS, OCTAVES, OCTAVES_SQUARED])
"""Of what is alike after each lag, and of how many octaves a tempo is from the likeliest: fitted to
drummers as those of `benchmarks/drummers.py`. `tempofit bench tempo` has patterns of its own."""
SURE = 0.75
"""Confidence from which nearly every tempo was right in `tempofit bench tempo`."""
SAME = 0.04
"""Tempi as near as this are one."""
LEAST_ONSETS = 0.1
"""On average: a held tone, in which nothing begins, stays below."""
LEAST_LIKENESS = 0.08
"""Of four beats with the next four: noise and silence stay below."""


class Beat(Struct, frozen=True, omit_defaults=True):
    """What was heard: beats a minute, and how likely a listener taps within 4 % of it."""

    tempo: float
    confidence: float
    other: float | None = None
    """Where that is less than 0.75: what else is likely, mostly half or double."""


def find_beat(samples: Samples) -> Beat | None:
    """The beat in mono samples, 12,000 a second; None where nothing comes again, as in silence."""
    again = likeness(samples)
    tempi = candidates(again[0]) if again else None
    if again is None or tempi is None:
        return None
    music, drums = again
    scores = marks(tempi, music, drums) @ WEIGHTS
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    best = int(np.argmax(chances))
    others = np.where(np.arange(len(tempi)) == best, -1.0, chances)
    confidence = float(chances[best])
    unsure = confidence < SURE and len(tempi) > 1
    return Beat(
        tempo=_exact(float(tempi[best]), music),
        confidence=round(confidence, 2),
        other=_exact(float(tempi[int(np.argmax(others))]), music) if unsure else None,
    )


def likeness(samples: Samples) -> tuple[Floats, Floats] | None:
    """How much of the music, and of its drums, comes again after so many frames of 10 ms."""
    music, drums = _onsets(samples)
    if music.mean() < LEAST_ONSETS:
        return None
    return _autocorrelation(music), _autocorrelation(drums)


def _onsets(samples: Samples) -> tuple[Floats, Floats]:
    """By how much each frame of 10 ms is louder than the one before: all bands, and the drums'."""
    hop = SAMPLE_RATE // FRAMES_A_SECOND
    if len(samples) < WINDOW + hop:
        return np.zeros(1), np.zeros(1)
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::hop]
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(WINDOW).astype(np.float32), axis=1))
    bands = np.add.reduceat(spectrum[:, : EDGES[-1]], EDGES[:-1], axis=1)
    loud = np.log1p(10 * bands / (bands.mean() + 1e-9))
    louder = np.maximum(0, np.diff(loud, axis=0, prepend=loud[:1]))
    above = np.maximum(0, np.stack([band - _around(band) for band in louder.T]))
    return above.sum(axis=0), above[:DRUM_BANDS].sum(axis=0)


def _around(onsets: Floats) -> Floats:
    """The mean of half a second, in which each onset is."""
    width = FRAMES_A_SECOND // 2
    sums = np.concatenate(([0.0], np.cumsum(onsets)))
    middle = np.arange(len(onsets))
    low = np.maximum(0, middle - width // 2)
    high = np.minimum(len(onsets), middle + width // 2)
    mean: Floats = (sums[high] - sums[low]) / width
    return mean


def _autocorrelation(onsets: Floats) -> Floats:
    """How much of it comes again after so many frames: 1 for all, 0 for as much as chance."""
    count = len(onsets)
    spectrum = np.fft.rfft(onsets, 2 * count)
    sums = np.fft.irfft(spectrum * np.conj(spectrum))[: min(LONGEST, count)]
    products = sums / (count - np.arange(len(sums)))
    chance = onsets.mean() ** 2
    alike: Floats = np.zeros(LONGEST)
    alike[: len(sums)] = (products - chance) / (products[0] - chance + 1e-12)
    return alike


def _at(alike: Floats, lags: Floats) -> Floats:
    whole = np.minimum(np.floor(lags).astype(int), LONGEST - 2)
    part = lags - whole
    values: Floats = alike[whole] * (1 - part) + alike[whole + 1] * part
    return values


def candidates(music: Floats) -> Floats | None:
    """What comes again most, and what may be felt with it; None where nothing does."""
    grid = np.exp(np.arange(np.log(40), np.log(250), 0.01))
    beat = 60 * FRAMES_A_SECOND / grid
    again = sum(_at(music, count * beat) for count in (1, 2, 3, 4)) / 4
    prior = np.exp(-0.5 * (np.log2(grid / LIKELIEST) / SPREAD) ** 2)
    best = int(np.argmax(np.maximum(again, 0) * prior))
    if np.asarray(again)[best] < LEAST_LIKENESS:
        return None
    felt: Floats = grid[best] * np.array(RATIOS)
    return felt[(felt >= SLOWEST) & (felt <= FASTEST)]


def marks(tempi: Floats, music: Floats, drums: Floats) -> Floats:
    """What tells a beat from another: a row for each tempo, a column for each weight."""
    beat = 60 * FRAMES_A_SECOND / tempi
    columns = [
        np.max([_at(alike, lag * beat + by) for by in (-1, 0, 1)], axis=0)
        for alike in (music, drums)
        for lag in LAGS
    ]
    octaves = np.log2(tempi / LIKELIEST)
    return np.stack([*columns, octaves, octaves**2], axis=1)


def _exact(tempo: float, music: Floats) -> float:
    """The tempo within 2 % after which most comes again over as many beats as are at hand."""
    near = tempo * np.linspace(0.98, 1.02, 81)
    beat = 60 * FRAMES_A_SECOND / near
    count = max(1, min(8, int((LONGEST - 2) / np.max(beat))))
    again = sum(_at(music, number * beat) for number in range(1, count + 1))
    return round(float(near[int(np.argmax(again))]), 1)
