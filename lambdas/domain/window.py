"""The running average of one person's heart rate over the last seconds of their workout."""

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, MutableMapping, Sequence
from itertools import accumulate, pairwise
from operator import add, mul, sub
from typing import Annotated

from msgspec import Meta, Struct

from events.pulse import Pulse
from lambdas.domain.line import MINUTE_MS, STEP_MS, is_drawn, longer

STALE_AFTER_MS = 20_000
"""Longer than the page keeps back what it measures of a steady heart, 15 s, and the way."""
NEAR_MS = 4_000
"""How far a sample looks to either side for what it has to agree with: longer than spikes last,
and shorter than the 5 s after which a true jump has to be seen."""
BEFORE_MS = NEAR_MS + 1_000
"""What is held before an interval, so that spikes are told at its beginning as in its middle."""
HELD_MS = 30_000
"""What a window holds at least: extremes look back as far even when averages do not."""
SPIKE = 12
"""Beats a minute off the median of its neighbours by which a sample is odd. The fastest hearts
change by 3 to 4 in a second; less, for 3 s, moves an average over 30 s by a beat at most."""
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
Over = MutableMapping[int, bytes]
"""Lines of minutes that are over, by the minute since the epoch, for whoever keeps them."""


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
    """Of the newest point of the line, since the epoch."""
    line: bytes = b""
    """Of that minute, until it is over; see lambdas/domain/line.py."""
    arrived_ms: Count = 0
    """When the newest of the person's messages arrived."""
    sessionless: bool = False
    """Whether it names no session because none was stored, and is not looked up any more."""
    felt_ms: Count = 0
    """How long the person's messages are felt from then on; see lambdas/domain/allowance.py."""
    voice: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    """Whose samples these are, of the person's devices; see lambdas/domain/voice.py."""
    silent_ms: Count = 0
    """For how long the voice had not been heard when the newest message arrived."""

    @property
    def newest(self) -> float:
        """The heart rate at the newest sample, spikes left out. Raises ValueError when empty."""
        return _measured(self)[3]


def fold(
    window: Window,
    samples: Iterable[tuple[int, float]],
    until_ms: int,
    gap_ms: int,
    over: Over | None = None,
) -> list[int]:
    """Fold samples into the window and answer the times of those refused, later than `until_ms`.

    What is not newer than the watermark is ignored. A silence longer than `gap_ms` empties the
    window, so an average never spans a pause.

    With `over`, which takes the minutes that end, each step of the line that has no point yet gets
    one at its last sample when a later one begins: a long message draws as many as short ones do.
    """
    last_ms, refused = window.last_ms, []
    step_ends_ms = last_ms - last_ms % STEP_MS + STEP_MS
    for at_ms, heart_rate in samples:
        step_ms = at_ms - last_ms
        if step_ms <= 0:
            continue
        if at_ms > until_ms:
            refused.append(at_ms)
            continue
        if over is not None and at_ms >= step_ends_ms:
            step_ends_ms = at_ms - at_ms % STEP_MS + STEP_MS
            if window.samples and not _is_drawn(window):
                running, _, _, newest = _measured(window)
                _draw(window, newest, running, over)
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


def has_seen(window: Window, samples: Iterable[tuple[int, float]], arrived_ms: int) -> bool:
    """Whether a message is delivered again, which its sender cannot help.

    It arrived before one that was counted, and holds nothing that is newer than the watermark. What
    is sent again arrives later.
    """
    return arrived_ms < window.arrived_ms and all(at_ms <= window.last_ms for at_ms, _ in samples)


def _is_drawn(window: Window) -> bool:
    """Whether the line has a point of the step of the newest sample."""
    is_now = window.minute == window.last_ms // MINUTE_MS
    return is_now and is_drawn(window.line, window.last_ms)


def _draw(window: Window, heart_rate: float, running: float, over: Over | None) -> None:
    """Make the line longer by a point at the newest sample."""
    minute = window.last_ms // MINUTE_MS
    if minute != window.minute:
        if over is not None and window.line:
            over[window.minute] = window.line
        window.minute, window.line = minute, b""
    window.line = longer(window.line, window.last_ms, heart_rate, running)


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
    size, held_ms = layout.size, max(window.interval_ms + BEFORE_MS, HELD_MS)
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

    Spikes of less than 4 s count for nothing. The page makes the same average of its own samples:
    events/running_averages.json holds both to it.

    Raises ValueError on an empty window.
    """
    _trim(window)
    return _measured(window)[0]


def _measured(window: Window) -> tuple[float, float, float, float]:
    """The average, the lowest and the highest heart rate that are held, and the newest."""
    steps_ms, numbers = _unpacked(window)
    if not numbers:
        raise ValueError("an empty window has no average: fold a sample first")
    scale, ordered = _SCALES[window.form], sorted(numbers)  # faster than min and max
    spike = SPIKE * scale
    # A look at the extremes spares nearly all windows the other looks.
    if ordered[-1] - ordered[0] >= spike and _largest_step(numbers) >= spike:
        numbers = without_spikes(steps_ms, numbers, spike)
        ordered = sorted(numbers)
    lowest, highest = ordered[0], ordered[-1]
    mean = _mean(steps_ms, numbers, window.span_ms, window.interval_ms)
    # Sums of floats may give 230.00000000000003 for a heart that beat at 230.
    running = min(max(mean, lowest), highest)
    return running / scale, lowest / scale, highest / scale, numbers[-1] / scale


def _largest_step(numbers: Sequence[float]) -> float:
    """The largest change from one sample to the next, up or down."""
    changes: list[float] = list(map(sub, numbers[1:], numbers))
    return max(max(changes), -min(changes))


def without_spikes(
    steps_ms: Sequence[int], numbers: Sequence[float], spike: float
) -> tuple[float, ...]:
    """The same numbers; those beside jumps and odd among their neighbours moved to the median.

    Neighbours are those within 4 s to either side, and as many seconds at the ends, so that what
    is newest has to last before it counts; of fewer than three nobody knows which is odd. The first
    step does not count. A Hampel filter: Pearson, "Outliers in process modeling and
    identification", IEEE Transactions on Control Systems Technology 10 (2002).
    """
    times_ms = list(accumulate(steps_ms))
    begun_ms, over_ms = times_ms[0] + 2 * NEAR_MS, times_ms[-1] - 2 * NEAR_MS
    out = list(numbers)
    for index in _beside_jumps(times_ms, numbers, spike):
        number, at_ms = numbers[index], times_ms[index]
        begin = bisect_left(times_ms, min(at_ms - NEAR_MS, over_ms))
        near = sorted(numbers[begin : bisect_right(times_ms, max(at_ms + NEAR_MS, begun_ms))])
        if len(near) > 2:
            low, high = near[(len(near) - 1) // 2], near[len(near) // 2]
            if number - high >= spike:
                out[index] = high
            elif low - number >= spike:
                out[index] = low
    return tuple(out)


def _beside_jumps(times_ms: Sequence[int], numbers: Sequence[float], spike: float) -> set[int]:
    """The places of samples within 4 s of a jump."""
    jumps = [
        index for index, (one, next_) in enumerate(pairwise(numbers)) if abs(next_ - one) >= spike
    ]
    return {
        place
        for index in jumps
        for place in range(
            bisect_left(times_ms, times_ms[index] - NEAR_MS),
            bisect_right(times_ms, times_ms[index + 1] + NEAR_MS),
        )
    }


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


def emit(window: Window, over: Over | None = None) -> Pulse:
    """The average of now; the window remembers it in its line, and the highest of the session.

    `over` takes the minute that ends with it. Raises ValueError on an empty window.
    """
    _trim(window)
    running, lowest, highest, heart_rate = _measured(window)
    if window.span_ms >= window.interval_ms:
        window.peak = max(window.peak, running)
    previous_ms, window.emitted_ms = window.emitted_ms, window.last_ms
    _draw(window, heart_rate, running, over)
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
        arrived_ms=window.arrived_ms,
        felt_ms=window.felt_ms,
        voice=window.voice,
        silent_ms=window.silent_ms,
    )
