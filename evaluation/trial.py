"""Policies held against each other on recorded workouts: who is shown, what is played, a report."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from msgspec import Struct

from evaluation.fit import PolicyFit, measure, over_seeds, summary
from evaluation.histories import Outcome
from evaluation.playing import Library
from evaluation.policies import DRAWN, POLICIES, Setup, best_constant
from evaluation.segments import Part, Segment, part_of
from evaluation.spikes import Effect
from events.session import Mode, Settings, Song

Shown = Part | Literal["all"]
Step = Callable[[], None]


class NothingToPlayError(Exception):
    """There is nothing to measure with; the text is a sentence for the person who gave it."""


class Report(Struct, frozen=True):
    """What `tempofit evaluate --json` prints."""

    people: int
    workouts: int
    songs: int
    segments: int
    hours: float
    shown: Shown
    """Which people. Settings are tuned on the tuning half, as is the tempo of `constant`."""
    mode: Mode
    seeds: list[int]
    constant_tempo: float
    workout_rows_refused: int
    song_rows_refused: int
    policies: dict[str, PolicyFit]
    libraries: dict[str, dict[str, PolicyFit]] = {}
    """By a number of songs: the fits with samples of so many, another with each seed."""
    spikes: Effect | None = None
    """What the filter of spikes does to the same stretches, where it was asked for."""
    histories: dict[str, dict[str, Outcome]] = {}
    """By a number of songs: what made listeners skip with each way to count, where asked for."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be played: stretches of the people who are shown, and how."""

    shown: Shown
    segments: list[Segment]
    setup: Setup


def trial(
    segments: Sequence[Segment], songs: Sequence[Song], settings: Settings, people: Shown | None
) -> Trial:
    """The stretches to play: by default those of the reporting half, of all if that is empty.

    Raises NothingToPlayError when no stretch, or no song, is left.
    """
    if not songs:
        raise NothingToPlayError("There is no song to play: the file holds none that can be used.")
    if not segments:
        raise NothingToPlayError(
            "No workout holds 20 minutes of heart rate without a silence of over a minute."
        )
    parts: dict[Shown, list[Segment]] = {"all": list(segments), "tuning": [], "reporting": []}
    for segment in segments:
        parts[part_of(segment.user)].append(segment)
    shown = people or ("reporting" if parts["reporting"] else "all")
    if not parts[shown]:
        raise NothingToPlayError(
            f"Nobody of the {shown} half is among the workouts: show everybody with --people all."
        )
    tempo = best_constant(parts["tuning"] or parts["all"])
    return Trial(shown, parts[shown], Setup(Library(songs), settings, tempo))


def passes(names: Sequence[str], seeds: Sequence[int]) -> Iterator[tuple[str, int]]:
    """The policies to play with each seed; those in which it decides nothing, once."""
    for name in names:
        for seed in seeds if name in DRAWN else seeds[:1]:
            yield name, seed


def run(
    what: Trial, names: Sequence[str], seeds: Sequence[int], step: Step
) -> dict[str, PolicyFit]:
    """How each policy fits; `step` is called after each stretch of each pass."""
    fits: dict[str, list[PolicyFit]] = {name: [] for name in names}
    for name, seed in passes(names, seeds):
        played = []
        for segment in what.segments:
            played.append(measure(segment, POLICIES[name](segment, what.setup, str(seed))))
            step()
        fits[name].append(summary(played))
    return {name: over_seeds(one) for name, one in fits.items()}


def run_sizes(
    what: Trial, names: Sequence[str], sizes: Sequence[int], seeds: Sequence[int], step: Step
) -> dict[str, dict[str, PolicyFit]]:
    """How each policy fits with samples of the library, by their size; all where it has no more."""
    found: dict[str, dict[str, PolicyFit]] = {}
    for size in sizes:
        fits: dict[str, list[PolicyFit]] = {name: [] for name in names}
        for seed in seeds:
            songs = what.setup.library.songs
            sample = Random(f"{size} {seed}").sample(songs, min(size, len(songs)))
            setup = replace(what.setup, library=Library(sample))
            for name, one in run(replace(what, setup=setup), names, [seed], step).items():
                fits[name].append(one)
        found[str(size)] = {name: over_seeds(one) for name, one in fits.items()}
    return found


def report(
    what: Trial,
    seeds: Sequence[int],
    fits: dict[str, PolicyFit],
    libraries: dict[str, dict[str, PolicyFit]],
    workout_rows_refused: int,
    song_rows_refused: int,
) -> Report:
    """The fits, and what they rest on."""
    return Report(
        people=len({segment.user for segment in what.segments}),
        workouts=len({(segment.user, segment.workout) for segment in what.segments}),
        songs=len(what.setup.library.songs),
        segments=len(what.segments),
        hours=round(sum(segment.seconds for segment in what.segments) / 3600, 2),
        shown=what.shown,
        mode=what.setup.settings.mode,
        seeds=list(seeds),
        constant_tempo=what.setup.constant_tempo,
        workout_rows_refused=workout_rows_refused,
        song_rows_refused=song_rows_refused,
        policies=fits,
        libraries=libraries,
    )
