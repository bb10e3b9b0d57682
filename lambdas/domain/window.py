"""The running average of one person's heart rate over the last seconds of their workout."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

STALE_AFTER_MS = 10_000
MAX_SAMPLES = 600
"""Samples a window holds at most: 300 s, the longest interval, at two a second."""


@dataclass(slots=True)
class Window:
    """Samples of the last `interval_ms`, oldest first, and one before them to interpolate from."""

    interval_ms: int
    session: int = 0
    """Epoch ms at which the session started; samples before it are ignored."""
    folded: int = 0
    """Samples folded since the window was first opened."""
    emitted_ms: int = 0
    """Time of the last average that was emitted."""
    times_ms: list[int] = field(default_factory=list)
    heart_rates: list[float] = field(default_factory=list)

    @property
    def last_ms(self) -> int:
        """The watermark: samples at or before it are duplicates or late."""
        return self.times_ms[-1] if self.times_ms else self.session - 1


def fold(
    window: Window, samples: Iterable[tuple[int, float]], *, until_ms: int, gap_ms: int
) -> list[int]:
    """Fold samples into the window and answer the times of those refused, later than `until_ms`.

    What is not newer than the watermark is ignored. A silence longer than `gap_ms` empties the
    window, so an average never spans a pause.
    """
    times, heart_rates = window.times_ms, window.heart_rates
    last_ms = window.last_ms
    refused = []
    for at_ms, heart_rate in samples:
        if at_ms <= last_ms:
            continue
        if at_ms > until_ms:
            refused.append(at_ms)
            continue
        if at_ms - last_ms > gap_ms:
            times.clear()
            heart_rates.clear()
        times.append(at_ms)
        heart_rates.append(heart_rate)
        last_ms = at_ms
        window.folded += 1
    _trim(window)
    return refused


def _trim(window: Window) -> None:
    times = window.times_ms
    if not times:
        return
    before = bisect_right(times, times[-1] - window.interval_ms) - 1
    drop = max(before, len(times) - MAX_SAMPLES)
    if drop > 0:
        del times[:drop]
        del window.heart_rates[:drop]


def average(window: Window) -> float:
    """Time-weighted mean of the last interval, beats/min: heart rate is linear between samples.

    Raises ValueError on an empty window.
    """
    times, heart_rates = window.times_ms, window.heart_rates
    if not times:
        raise ValueError("an empty window has no average: fold a sample first")
    start = times[-1] - window.interval_ms
    area = 0.0
    last_ms, last = times[0], heart_rates[0]
    if last_ms < start and len(times) > 1:
        last += (heart_rates[1] - last) * (start - last_ms) / (times[1] - last_ms)
        last_ms = start
    first_ms = last_ms
    for at_ms, heart_rate in zip(times[1:], heart_rates[1:], strict=True):
        area += (last + heart_rate) * (at_ms - last_ms)
        last_ms, last = at_ms, heart_rate
    return area / (2 * (last_ms - first_ms)) if last_ms > first_ms else last


def is_due_to_emit(window: Window, emit_every_ms: int) -> bool:
    """Whether the newest sample is at least `emit_every_ms` after the last emitted average."""
    return window.last_ms - window.emitted_ms >= emit_every_ms


def is_stale(last_ms: int, now_ms: int) -> bool:
    """Whether a heart rate of `last_ms` may no longer be shown, or acted on, as live."""
    return now_ms - last_ms > STALE_AFTER_MS


def restarted(window: Window, session: int, interval_ms: int) -> Window:
    """The empty window of a new session; the same one when that session runs already."""
    if session <= window.session:
        return window
    return Window(interval_ms=interval_ms, session=session, folded=window.folded)
