"""Effort points: how long a person has worked, and how hard."""

from bisect import bisect_right
from collections.abc import Iterable

from lambdas.domain.line import MINUTE_MS, unpacked

LASTS_MS = 30_000
"""How long a point of a line tells of at most: they are 15 s apart, longer where one is missed."""
SHARES = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Of the maximum heart rate: where zones 1 to 5 begin. A minute in zone 1 to 5 counts 1 to 5, and
below it nothing: summated heart-rate zones, TRIMP of Edwards, "The Heart Rate Monitor Book", 1994.
"""


def effort_points(since_ms: int, maximum: float, lines: Iterable[tuple[int, bytes]]) -> float:
    """Minutes times the number of their zone, of the minutes since the epoch in `lines`, in order.

    `maximum` in beats/min. Only what was after `since_ms` counts, and each point for the time since
    the one before it. Raises struct.error when a line is none.
    """
    begins = [10 * share * maximum - 1e-6 for share in SHARES]  # tenths, as lines have them
    total, before_ms = 0, since_ms
    for minute, line in lines:
        for rest_ms, tenths, _ in unpacked(line):
            at_ms = minute * MINUTE_MS + rest_ms
            if at_ms > before_ms:
                total += min(at_ms - before_ms, LASTS_MS) * bisect_right(begins, tenths)
                before_ms = at_ms
    return total / MINUTE_MS
