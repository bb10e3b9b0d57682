"""Stretches of recorded workouts, second by second, and the tempo that each second asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from events.session import Settings
from lambdas.domain.plans import phases
from lambdas.domain.target import MIN_TEMPO, max_heart_rate, target_tempo
from simulator.replay import Workout

MIN_SECONDS = 20 * 60
"""Shorter stretches are left out: they hold no more than a warm-up."""
GAP_SECONDS = 60.0
"""A longer silence cuts a workout in two; within a shorter one heart rate is interpolated."""

Numbers = NDArray[np.float64]
Part = Literal["tuning", "reporting"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a workout: heart rate, and target tempo by the true one, for each second."""

    user: str
    workout: str
    number: int
    heart_rates: Numbers
    targets: Numbers

    @property
    def seconds(self) -> int:
        """How long it is."""
        return len(self.heart_rates)


def part_of(user: str) -> Part:
    """The half that a person falls into, by a hash of their id: all their workouts are in it.

    Settings are tuned on one half of the people and reported on the other.
    """
    return "tuning" if blake2b(user.encode(), digest_size=1).digest()[0] % 2 else "reporting"


def segments(workout: Workout, settings: Settings) -> Iterator[Segment]:
    """The stretches of a workout that are long enough, interpolated to one heart rate a second."""
    seconds = np.array(workout.seconds)
    heart_rates = np.array(workout.heart_rates)
    cuts = np.flatnonzero(np.diff(seconds) > GAP_SECONDS) + 1
    stretches = zip(np.split(seconds, cuts), np.split(heart_rates, cuts), strict=True)
    for number, (times, hearts) in enumerate(stretches):
        if times[-1] - times[0] < MIN_SECONDS:
            continue
        even = np.interp(np.arange(times[0], times[-1]), times, hearts)
        yield Segment(workout.user, workout.workout, number, even, targets(even, settings))


def targets(heart_rates: Numbers, settings: Settings) -> Numbers:
    """The tempo that each second asks for, beats/min, by its own heart rate alone.

    No limit from song to song: that is the policy's affair. Under `plan` it is the tempo of the
    phase that the second lies in, under `recover` the one that all songs go down to. The maximum
    heart rate is that of the person, or the highest average over an interval where that is more.
    """
    settings = _learned(heart_rates, settings)
    if settings.mode == "plan":
        plan = phases(settings.plan)
        ends = np.cumsum([phase.seconds for phase in plan])
        places = np.searchsorted(ends, np.arange(len(heart_rates)), side="right")
        tempi = [target_tempo(settings, 0.0, plan=(phase,)) for phase in plan]
        return np.array(tempi)[np.minimum(places, len(plan) - 1)]
    before = MIN_TEMPO if settings.mode == "recover" else None
    values, places = np.unique(heart_rates, return_inverse=True)
    tempi = [target_tempo(settings, float(value), previous=before) for value in values]
    return np.array(tempi)[places]


def _learned(heart_rates: Numbers, settings: Settings) -> Settings:
    interval = settings.interval_seconds
    peak = float(np.convolve(heart_rates, np.full(interval, 1 / interval), "valid").max())
    maximum = settings.max_heart_rate or max_heart_rate(settings.age)
    return replace(settings, max_heart_rate=max(peak, maximum))
