"""The running average of one person's heart rate over the last seconds of their workout."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from events.pulse import Pulse

STALE_AFTER_MS = 10_000
HELD_MS = 30_000
"""What a window holds at least: extremes look back as far even when averages do not."""
MAX_SAMPLES = 600
"""Samples a window holds at most: 300 s, the longest interval, at two a second."""


def _times() -> "array[int]":
    return array("q")


def _numbers() -> "array[float]":
    return array("d")


@dataclass(slots=True)
class Window:
    """Samples of the last interval, or 30 s, oldest first, and one before to interpolate from.

    The samples are arrays, which Redis stores and gives back as they are; `areas` holds the area
    under the heart rate up to each of them, so that an average costs the same for any interval.
    """

    interval_ms: int
    session: int = 0
    """Epoch ms at which the session started; samples before it are ignored."""
    folded: int = 0
    """Samples folded since the window was first opened."""
    emitted_ms: int = 0
    """Time of the last average that was emitted."""
    peak: float = 0.0
    """Highest average over a whole interval that was emitted in the session, beats/min."""
    started_ms: int = 0
    """Time of the first sample since the window was last empty; 0 while nobody knows."""
    times_ms: "array[int]" = field(default_factory=_times)
    heart_rates: "array[float]" = field(default_factory=_numbers)
    areas: "array[float]" = field(default_factory=_numbers)
    """Beats/min x ms since the first sample after a gap."""

    @property
    def last_ms(self) -> int:
        """The watermark: samples at or before it are duplicates or late."""
        return self.times_ms[-1] if self.times_ms else self.session - 1


def fold(
    window: Window, samples: Iterable[tuple[int, float]], until_ms: int, gap_ms: int
) -> list[int]:
    """Fold samples into the window and answer the times of those refused, later than `until_ms`.

    What is not newer than the watermark is ignored. A silence longer than `gap_ms` empties the
    window, so an average never spans a pause.
    """
    times, heart_rates, areas = window.times_ms, window.heart_rates, window.areas
    last_ms = times[-1] if times else window.session - 1
    refused = []
    for at_ms, heart_rate in samples:
        if at_ms <= last_ms:
            continue
        if at_ms > until_ms:
            refused.append(at_ms)
            continue
        if times and at_ms - last_ms <= gap_ms:
            areas.append(areas[-1] + (heart_rates[-1] + heart_rate) / 2 * (at_ms - last_ms))
        else:
            del times[:], heart_rates[:], areas[:]
            areas.append(0.0)
            window.started_ms = at_ms
        times.append(at_ms)
        heart_rates.append(heart_rate)
        last_ms = at_ms
        window.folded += 1
    _trim(window, last_ms - max(window.interval_ms, HELD_MS))
    return refused


def _trim(window: Window, start_ms: int) -> None:
    """Drop what is older than the last sample at or before `start_ms`."""
    times = window.times_ms
    if len(times) > 1 and (times[1] <= start_ms or len(times) > MAX_SAMPLES):
        drop = max(bisect_right(times, start_ms) - 1, len(times) - MAX_SAMPLES)
        del times[:drop], window.heart_rates[:drop], window.areas[:drop]


def average(window: Window) -> float:
    """Time-weighted mean of the last interval, beats/min: heart rate is linear between samples.

    A mean lies between the lowest and the highest sample, and is held there: sums of floats may
    give 230.00000000000003 for a heart that beat at 230. Raises ValueError on an empty window.
    """
    times, heart_rates, areas = window.times_ms, window.heart_rates, window.areas
    if not times:
        raise ValueError("an empty window has no average: fold a sample first")
    if len(times) == 1:
        return heart_rates[0]
    first = max(0, bisect_right(times, times[-1] - window.interval_ms) - 1)
    first_ms, area = times[first], areas[-1] - areas[first]
    before_ms = times[-1] - window.interval_ms - first_ms
    if before_ms > 0:  # the interval starts between this sample and the next
        heart_rate = heart_rates[first]
        slope = (heart_rates[first + 1] - heart_rate) / (times[first + 1] - first_ms)
        area -= (heart_rate + slope * before_ms / 2) * before_ms
        first_ms += before_ms
    if first_ms >= times[-1]:
        return heart_rates[-1]  # times that do not rise: the window was not made here
    mean = area / (times[-1] - first_ms)
    return min(max(mean, min(heart_rates)), max(heart_rates))


def is_due_to_emit(window: Window, emit_every_ms: int) -> bool:
    """Whether the newest sample is at least `emit_every_ms` after the last emitted average."""
    return window.last_ms - window.emitted_ms >= emit_every_ms


def emit(window: Window) -> Pulse:
    """The average of now; the window remembers when it was, and the highest of the session.

    Raises ValueError on an empty window.
    """
    running = average(window)
    if window.last_ms - window.times_ms[0] >= window.interval_ms:
        window.peak = max(window.peak, running)
    previous_ms, window.emitted_ms = window.emitted_ms, window.last_ms
    return Pulse(
        at_ms=window.last_ms,
        previous_ms=previous_ms,
        heart_rate=window.heart_rates[-1],
        average=running,
        lowest=min(window.heart_rates),
        highest=max(window.heart_rates),
        peak=window.peak,
        started_ms=window.started_ms,
    )


def is_stale(last_ms: int, now_ms: int) -> bool:
    """Whether a heart rate of `last_ms` may no longer be shown, or acted on, as live."""
    return now_ms - last_ms > STALE_AFTER_MS


def restarted(window: Window, session: int, interval_ms: int) -> Window:
    """The empty window of a new session; when that runs already, the same with this interval."""
    if session < window.session:
        return window
    if session == window.session:
        window.interval_ms = interval_ms
        return window
    return Window(interval_ms=interval_ms, session=session, folded=window.folded)
