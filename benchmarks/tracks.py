"""Music of a known tempo, made of drums, bass and chords, for detectors to hear."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
Line = Mapping[str, Sequence[float]]
"""The instruments of one bar, and the beats on which each plays, from 0."""

SAMPLE_RATE = 22_050
SECONDS = 30.0
TEMPI = tuple(range(60, 191, 10))
DRIFT = 0.02
"""Of the tempo, by which a live band is faster or slower than its middle."""
SWING = 2 / 3
"""Where the second of two eighths falls between two beats."""
INTRO_SECONDS = 10.0
EIGHTHS = tuple(half / 2 for half in range(8))
SIXTEENTHS = tuple(quarter / 4 for quarter in range(16))

PATTERNS: dict[str, tuple[int, Line]] = {
    "kicks": (4, {"kick": (0, 1, 2, 3)}),
    "four on the floor": (4, {"kick": (0, 1, 2, 3), "snare": (1, 3), "hat": (0.5, 1.5, 2.5, 3.5)}),
    "backbeat": (4, {"kick": (0, 2), "snare": (1, 3), "hat": EIGHTHS}),
    "sixteenths": (4, {"kick": (0, 1.75, 2.5), "snare": (1, 3), "hat": SIXTEENTHS}),
    "sparse": (4, {"kick": (0, 2), "snare": (1, 3)}),
    "one drop": (
        4,
        {"kick": (2,), "snare": (2,), "hat": (0, 1, 2, 3), "chord": (0.5, 1.5, 2.5, 3.5)},
    ),
    "waltz": (3, {"kick": (0,), "hat": (0, 1, 2), "snare": (1, 2)}),
    "clave": (4, {"kick": (0, 1.5, 2, 3.5), "snare": (0, 0.75, 1.5, 2.5, 3), "hat": (0, 1, 2, 3)}),
}
"""Beats a bar, and what is played."""
LOOPS: dict[str, tuple[tuple[int, ...], Line]] = {
    "house": (
        (118, 122, 124, 126, 128, 132),
        {
            "kick": (0, 1, 2, 3),
            "snare": (1, 3),
            "hat": (0.5, 1.5, 2.5, 3.5, 3.75),
            "bass": (0.5, 1.5, 2.5, 3.25, 3.5),
            "chord": (0.75, 1.5, 2.75),
        },
    ),
    "hip hop": (
        (72, 78, 84, 88, 92, 96),
        {
            "kick": (0, 0.75, 2.5),
            "snare": (1, 3),
            "hat": EIGHTHS,
            "bass": (0, 0.75, 2.5),
            "chord": (0, 2),
        },
    ),
    "drum and bass": (
        (165, 170, 172, 174, 176, 180),
        {
            "kick": (0, 2.5),
            "snare": (1, 3),
            "hat": EIGHTHS,
            "bass": (0, 1.5, 2.5),
            "chord": (0,),
        },
    ),
}
"""The tempi that the genre is played at, and its bar of four beats."""


@dataclass(frozen=True, slots=True)
class Track:
    """What is played, at how many beats a minute, and how."""

    group: str
    tempo: float
    beats: int
    line: Line
    swing: bool = False
    drift: bool = False
    intro: bool = False


def tracks() -> Iterator[Track]:
    """Each pattern at 60 to 190 beats a minute, the loops, and one as people play it."""
    for group, (beats, line) in PATTERNS.items():
        yield from (Track(group, tempo, beats, line) for tempo in TEMPI)
    for group, (tempi, line) in LOOPS.items():
        yield from (Track(group, tempo, 4, line) for tempo in tempi)
    beats, line = PATTERNS["backbeat"]
    yield from (Track("swing", tempo, beats, line, swing=True) for tempo in TEMPI)
    yield from (Track("drift", tempo, beats, line, drift=True) for tempo in TEMPI)
    yield from (Track("intro", tempo, beats, line, intro=True) for tempo in TEMPI)


def sound(track: Track, seed: int = 1, seconds: float = SECONDS) -> Samples:
    """What the track sounds like, mono at 22,050 a second, between -1 and 1."""
    random = np.random.default_rng([seed, round(track.tempo * 100), len(track.group)])
    kit = _kit(random)
    out = np.zeros(int((seconds + 2) * SAMPLE_RATE), np.float32)
    starts = _beat_times(track, seconds)
    chords = random.integers(0, 5, 64)
    for index in range(len(starts) - 1):
        bar, beat = divmod(index, track.beats)
        begin, length = starts[index], starts[index + 1] - starts[index]
        for name, places in track.line.items():
            if track.intro and begin < INTRO_SECONDS and name != "chord":
                continue
            for place in places:
                if int(place) != beat:
                    continue
                within = place - beat
                if track.swing and within >= 0.5:
                    within = SWING + (within - 0.5) * 2 * (1 - SWING)
                late = random.normal(0, 0.004)
                _add(out, kit[name][chords[bar % 64]], begin + within * length + late, random)
        if track.intro and beat == 0:
            _add(out, kit["pad"][chords[bar % 64]], begin, random)
    out = out[: int(seconds * SAMPLE_RATE)]
    out += random.normal(0, 0.003, len(out)).astype(np.float32)
    played: Samples = (out / max(1e-9, np.abs(out).max()) * 0.9).astype(np.float32)
    return played


def _beat_times(track: Track, seconds: float) -> list[float]:
    """When each beat begins; a drifting tempo goes up and down twice a minute."""
    times, now = [], 0.1
    while now < seconds + 1:
        times.append(now)
        faster = DRIFT * np.sin(now / 30 * 2 * np.pi) if track.drift else 0.0
        now += 60 / (track.tempo * (1 + faster))
    return times


def _add(out: Samples, note: Samples, at: float, random: np.random.Generator) -> None:
    start = max(0, int(at * SAMPLE_RATE))
    room = out[start : start + len(note)]
    room += note[: len(room)] * np.float32(random.uniform(0.8, 1.0))


def _kit(random: np.random.Generator) -> dict[str, list[Samples]]:
    """Notes of each instrument, by the chord of the bar; a seed tunes them differently."""
    tune = random.uniform(0.9, 1.1)
    noise = random.normal(0, 1, SAMPLE_RATE)
    kick = _tone(0.2, 48 * tune, 0.06, sweep=70)
    body = _tone(0.15, 185 * tune, 0.04)
    snare = body * 0.5 + _noise(noise, 0.15, 0.05) * 0.35
    hat = np.diff(_noise(noise, 0.06, 0.015), prepend=0) * 0.25
    roots = [55 * tune * 2 ** (step / 12) for step in (0, 3, 5, 7, 10)]
    return {
        "kick": [kick] * 5,
        "snare": [snare.astype(np.float32)] * 5,
        "hat": [hat.astype(np.float32)] * 5,
        "bass": [_tone(0.3, root, 0.15) * np.float32(0.5) for root in roots],
        "chord": [_chord(0.4, root * 4, 0.12) for root in roots],
        "pad": [_chord(2.5, root * 4, 1.5) for root in roots],
    }


def _tone(seconds: float, hertz: float, decay: float, sweep: float = 0) -> Samples:
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    phase = 2 * np.pi * (hertz * time + sweep * 0.03 * (1 - np.exp(-time / 0.03)))
    return (np.sin(phase) * np.exp(-time / decay)).astype(np.float32)


def _noise(noise: npt.NDArray[Any], seconds: float, decay: float) -> Samples:
    count = int(seconds * SAMPLE_RATE)
    fading = np.exp(-np.arange(count) / SAMPLE_RATE / decay)
    return (noise[:count] * fading).astype(np.float32)


def _chord(seconds: float, root: float, decay: float) -> Samples:
    notes = [_tone(seconds, root * 2 ** (step / 12), decay) for step in (0, 4, 7)]
    rise = np.minimum(1, np.arange(len(notes[0])) / (0.01 * SAMPLE_RATE))
    return (sum(notes) * rise * 0.12).astype(np.float32)
