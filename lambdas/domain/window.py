"""The running average of one person's heart rate over the last seconds of their workout."""

import struct
from collections.abc import Iterable
from operator import add, mul
from typing import Annotated

from msgspec import Meta, Struct

from events.pulse import Pulse
from lambdas.domain.line import MINUTE_MS, longer

STALE_AFTER_MS = 20_000
"""Longer than the page keeps back what it measures of a steady heart, 15 s, and the way."""
HELD_MS = 30_000
"""What a window holds at least: extremes look back as far even when averages do not."""
MAX_SAMPLES = 600
"""Samples a window holds at most: 300 s, the longest interval, at two a second."""
_CODES = ("HB", "HH", "Id")
"""The forms of packed samples: the ms since the sample before, and a heart rate times a scale.
Heart rates are whole in the first, tenths in the second, and any in the third."""
_SCALES = (1, 10, 1)
_LAYOUTS = tuple(struct.Struct(f"<{code}") for code in _CODES)
_PACKS = tuple(layout.pack for layout in _LAYOUTS)
_ANY = 2

Count = Annotated[int, Meta(ge=0, lt=2**53)]


class Window(Struct, array_like=True, gc=False):
    """Samples of the last interval, or 30 s, oldest first, and one before to interpolate from.

    They are packed as they are stored, so that one is folded in without a look at the others; in
    the narrowest form that holds, exactly, whatever came since the window was last empty.
    """

    interval_ms: Annotated[int, Meta(ge=1)]
    session: Count = 0
    """Epoch ms at which the session started; samples before it are ignored."""
    folded: Count = 0
    """Samples folded since the window was first opened."""
    emitted_ms: Count = 0
    """Time of the last average that was emitted."""
    peak: float = 0.0
    """Highest average over a whole interval that was emitted in the session, beats/min."""
    started_ms: Count = 0
    """Time of the first sample since the window was last empty; 0 while nobody knows."""
    last_ms: Annotated[int, Meta(ge=-1)] = -1
    """The watermark: samples at or before it are duplicates or late."""
    span_ms: Count = 0
    """From the oldest sample to the newest."""
    form: Annotated[int, Meta(ge=0, lt=len(_CODES))] = 0
    samples: bytes = b""
    minute: Count = 0
    """Of the last average that was emitted, since the epoch."""
    line: bytes = b""
    """Of that minute, until it is over; see lambdas/domain/line.py."""
    spent_ms: Count = 0
    """Until when the person's messages are felt; see lambdas/domain/allowance.py."""

    @property
    def newest(self) -> float:
        """The heart rate of the newest sample. Raises struct.error on an empty window."""
        layout = _LAYOUTS[self.form]
        _, number = layout.unpack_from(self.samples, len(self.samples) - layout.size)
        heart_rate: float = number / _SCALES[self.form]
        return heart_rate


def fold(
    window: Window, samples: Iterable[tuple[int, float]], until_ms: int, gap_ms: int
) -> list[int]:
    """Fold samples into the window and answer the times of those refused, later than `until_ms`.

    What is not newer than the watermark is ignored. A silence longer than `gap_ms` empties the
    window, so an average never spans a pause.
    """
    last_ms, refused = window.last_ms, []
    for at_ms, heart_rate in samples:
        step_ms = at_ms - last_ms
        if step_ms <= 0:
            continue
        if at_ms > until_ms:
            refused.append(at_ms)
            continue
        if step_ms > gap_ms or not window.samples:
            window.form, window.samples, window.span_ms, step_ms = 0, b"", 0, 0
            window.started_ms = at_ms
        _append(window, step_ms, heart_rate)
        window.span_ms += step_ms
        window.folded += 1
        window.last_ms = last_ms = at_ms
    if len(window.samples) > MAX_SAMPLES * _LAYOUTS[0].size:
        _trim(window)
    return refused


def _append(window: Window, step_ms: int, heart_rate: float) -> None:
    """Pack one more sample; and the others anew, in the next form, where theirs cannot hold it."""
    form = window.form
    scale = _SCALES[form]
    number = heart_rate if form == _ANY else round(heart_rate * scale)
    if number / scale == heart_rate and (step_ms < 2**16 or form == _ANY):
        window.samples += _PACKS[form](step_ms, number)
        return
    held = zip(*_unpacked(window), strict=True)
    window.form, window.samples = form + 1, b""
    for held_ms, number in held:
        _append(window, held_ms, number / scale)
    _append(window, step_ms, heart_rate)


def _trim(window: Window) -> None:
    """Drop what is older than the last sample before everything that has to be held."""
    samples, span_ms, layout = window.samples, window.span_ms, _LAYOUTS[window.form]
    size, held_ms = layout.size, max(window.interval_ms, HELD_MS)
    first, second = 0, size
    while second < len(samples):
        span_ms -= layout.unpack_from(samples, second)[0]
        if span_ms < held_ms and len(samples) - first <= MAX_SAMPLES * size:
            break
        first, second = second, second + size
        window.span_ms = span_ms
    if first:
        window.samples = samples[first:]


def _unpacked(window: Window) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Steps in ms, the first of which does not count, and heart rates times the form's scale.

    Raises struct.error when they end within one of them.
    """
    count = len(window.samples) // _LAYOUTS[window.form].size
    fields = struct.unpack("<" + _CODES[window.form] * count, window.samples)
    return fields[::2], fields[1::2]


def average(window: Window) -> float:
    """Time-weighted mean of the last interval, beats/min: heart rate is linear between samples.

    The page makes the same one of its own samples: events/running_averages.json holds both to it.

    Raises ValueError on an empty window.
    """
    return _measured(window)[0]


def _measured(window: Window) -> tuple[float, float, float]:
    """The average, and the lowest and the highest heart rate that are held."""
    steps_ms, numbers = _unpacked(window)
    if not numbers:
        raise ValueError("an empty window has no average: fold a sample first")
    scale, ordered = _SCALES[window.form], sorted(numbers)  # faster than min and max
    lowest, highest = ordered[0], ordered[-1]
    mean = _mean(steps_ms, numbers, window.span_ms, window.interval_ms)
    # Sums of floats may give 230.00000000000003 for a heart that beat at 230.
    return min(max(mean, lowest), highest) / scale, lowest / scale, highest / scale


def _mean(
    steps_ms: tuple[int, ...], numbers: tuple[float, ...], span_ms: int, interval_ms: int
) -> float:
    before_ms = span_ms - interval_ms  # from the first sample that counts to the interval
    first = 1
    while first < len(steps_ms) and steps_ms[first] <= before_ms:
        before_ms -= steps_ms[first]
        first += 1
    steps_ms, numbers = steps_ms[first:], numbers[first - 1 :]
    if not steps_ms:
        return numbers[0]
    area: float = sum(map(mul, steps_ms, map(add, numbers, numbers[1:]))) / 2
    if before_ms <= 0:
        return area / min(span_ms, interval_ms)
    slope: float = (numbers[1] - numbers[0]) / steps_ms[0]
    return (area - (numbers[0] + slope * before_ms / 2) * before_ms) / interval_ms


def is_due_to_emit(window: Window, emit_every_ms: int) -> bool:
    """Whether the newest sample is at least `emit_every_ms` after the last emitted average."""
    return window.last_ms - window.emitted_ms >= emit_every_ms


def emit(window: Window) -> Pulse:
    """The average of now; the window remembers it in its line, and the highest of the session.

    Raises ValueError on an empty window.
    """
    _trim(window)
    running, lowest, highest = _measured(window)
    if window.span_ms >= window.interval_ms:
        window.peak = max(window.peak, running)
    previous_ms, window.emitted_ms = window.emitted_ms, window.last_ms
    heart_rate, minute = window.newest, window.last_ms // MINUTE_MS
    line = window.line if window.minute == minute else b""
    window.minute, window.line = minute, longer(line, window.last_ms, heart_rate, running)
    return Pulse(
        at_ms=window.last_ms,
        previous_ms=previous_ms,
        heart_rate=heart_rate,
        average=running,
        lowest=lowest,
        highest=highest,
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
    return Window(
        interval_ms,
        session,
        window.folded,
        last_ms=session - 1,
        minute=window.minute,
        line=window.line,
        spent_ms=window.spent_ms,
    )
