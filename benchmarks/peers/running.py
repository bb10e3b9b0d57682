"""The running average as a program without TempoFit would hold it: two deques and their area."""

from collections import deque

from benchmarks.peers.workload import (
    EMIT_EVERY_MS,
    GAP_MS,
    INTERVAL_MS,
    LEAD_MS,
    SONG_MS,
    Outcome,
)


class Running:
    """One person's last 30 s, and twice the area under them, kept up to date."""

    __slots__ = ("area", "emitted_ms", "rates", "times")

    def __init__(self) -> None:
        self.times: deque[int] = deque()
        self.rates: deque[float] = deque()
        self.area = 0.0
        self.emitted_ms = 0

    def fold(self, samples: list[tuple[int, float]]) -> float | None:
        """The time-weighted average after these samples, when one is due."""
        times, rates = self.times, self.rates
        for at_ms, rate in samples:
            if times:
                passed = at_ms - times[-1]
                if passed <= 0:
                    continue
                if passed > GAP_MS:
                    times.clear()
                    rates.clear()
                    self.area = 0.0
                else:
                    self.area += (rates[-1] + rate) * passed
            times.append(at_ms)
            rates.append(rate)
        last = times[-1]
        start = last - INTERVAL_MS
        while len(times) > 1 and times[1] <= start:
            first = times.popleft()
            self.area -= (rates.popleft() + rates[0]) * (times[0] - first)
        if last - self.emitted_ms < EMIT_EVERY_MS:
            return None
        self.emitted_ms = last
        first, area = times[0], self.area
        if first < start and len(times) > 1:
            before = start - first
            area -= (2 * rates[0] + (rates[1] - rates[0]) * before / (times[1] - first)) * before
            first = start
        return area / (2 * (last - first)) if last > first else rates[-1]


def decide(user: str, at_ms: int, average: float, ends: dict[str, int]) -> Outcome:
    """Whether the song of `user` ends within the lead; if so the next one follows it."""
    due = at_ms >= ends[user] - LEAD_MS
    if due:
        ends[user] = max(at_ms, ends[user]) + SONG_MS
    return user, at_ms, average, due
