"""A workout that is over, at a glance: made of the songs that were played in it."""

from collections.abc import Sequence
from functools import reduce

from events.history import LINE_POINTS, PastWorkout
from lambdas.domain.line import STEP_MS
from lambdas.domain.played import HELD_SECONDS, Played, added, line_of, sums_of


def past_workout(session: int, plays: Sequence[Played]) -> PastWorkout:
    """The workout that began at `session`, of its songs, first to last, at least one.

    It lasts as long as a heart rate is known, so not to the end of a song that nobody heard out.
    Raises struct.error.
    """
    last, sums = plays[-1], reduce(added, map(sums_of, plays))
    ends_at_ms = _ends_ms(plays)
    return PastWorkout(
        session=session,
        ends_at_ms=ends_at_ms,
        mode=last.mode,
        resting_heart_rate=last.resting_heart_rate,
        max_heart_rate=last.max_heart_rate,
        average=sums.average,
        highest=sums.highest or None,
        zone_seconds=sums.zones,
        songs=len(plays),
        skipped=sum(play.skipped for play in plays),
        fit=sums.fit,
        line=_line(session, ends_at_ms, plays),
    )


def _ends_ms(plays: Sequence[Played]) -> int:
    known_ms = [
        min(play.ends_at_ms, play.starts_at_ms + 1000 * (line[-1][0] + HELD_SECONDS))
        for play in plays
        if (line := line_of(play))
    ]
    return max(known_ms, default=plays[-1].ends_at_ms)


def _line(begins_ms: int, ends_ms: int, plays: Sequence[Played]) -> list[float]:
    """Means of equal parts of the workout, none shorter than the steps between points."""
    span_ms = max(1, ends_ms - begins_ms)
    parts = max(1, min(LINE_POINTS, span_ms // STEP_MS))
    found: list[list[float]] = [[] for _ in range(parts)]
    last_ms = [0] * parts
    for play in plays:
        for seconds, heart_rate in line_of(play):
            at_ms = play.starts_at_ms + 1000 * seconds
            part = min(parts - 1, max(0, (at_ms - begins_ms) * parts // span_ms))
            found[part].append(heart_rate)
            last_ms[part] = at_ms
    line: list[float] = []
    for part, rates in enumerate(found):
        if not rates and part and found[part - 1]:
            begins = begins_ms + span_ms * part / parts
            if begins - last_ms[part - 1] <= 1000 * HELD_SECONDS:
                rates = found[part - 1][-1:]
        line.append(round(sum(rates) / len(rates), 1) if rates else 0.0)
    return line
