"""When a sample is due: event time against the clock, at any speed."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, inf

from events.samples import Sample


def clock_ms() -> int:
    """The clock: epoch milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Pace:
    """At `now_ms` of the clock event time is `start_ms`, and runs `speed` times as fast."""

    now_ms: int
    start_ms: int
    speed: float = 1.0

    def event_ms(self, now_ms: int) -> int:
        """Event time at `now_ms` of the clock."""
        return self.start_ms + int((now_ms - self.now_ms) * self.speed)

    def clock_ms(self, event_ms: int) -> int:
        """The clock when it is `event_ms` of event time."""
        return self.now_ms + ceil((event_ms - self.start_ms) / self.speed)


def pace(now_ms: int, duration_seconds: float, speed: float) -> Pace:
    """The pace of a workout that begins now and never runs ahead of the clock.

    The pipeline refuses samples from the future, so a workout of duration D at speed k > 1
    starts at now + D/k - D and ends as the clock gets there. ValueError unless `speed` > 0.
    """
    if speed <= 0:
        raise ValueError(f"A speed is above 0, and this one is {speed!r}.")
    duration_ms = duration_seconds * 1000
    return Pace(now_ms, now_ms + min(0, int(duration_ms / speed - duration_ms)), speed)


class Feed:
    """The samples of one workout, handed out as they become due."""

    def __init__(self, samples: Iterator[Sample], pace: Pace) -> None:
        self.pace = pace
        self._samples = samples
        self._next = next(samples, None)

    @property
    def done(self) -> bool:
        """Whether every sample was handed out."""
        return self._next is None

    @property
    def due_ms(self) -> float:
        """The clock when the next sample is due; infinity when there is none."""
        return inf if self._next is None else self.pace.clock_ms(self._next[0])

    def due(self, now_ms: int) -> list[Sample]:
        """The samples up to this time of the clock that were not handed out before."""
        until_ms = self.pace.event_ms(now_ms)
        due = []
        while self._next is not None and self._next[0] <= until_ms:
            due.append(self._next)
            self._next = next(self._samples, None)
        return due
