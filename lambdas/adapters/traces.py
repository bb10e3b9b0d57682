"""The lines of workouts in Redis, kept for two hours: those of minutes that are over.

The minute that is not lies in the person's window. A hash holds one minute of a group of people, so
a batch of lines is few commands.
"""

from collections import defaultdict
from collections.abc import Mapping

from msgspec import convert

from events.messages import TracePoint
from events.stream import group_of
from lambdas.adapters import clients, stored
from lambdas.domain.line import MINUTE_MS, points

KEPT_MS = 2 * 3_600_000
OLDEST_MS = 7 * 86_400_000
"""Of a recording that is played again with its own times; beyond, each message could be a key."""


Minute = tuple[str, int]
"""Of a workout: whose, and which since the epoch."""


def write(lines: Mapping[Minute, bytes], arrived_ms: int) -> None:
    """Store the lines of minutes as they are at `arrived_ms`.

    What is longer ago than a week is not kept, whatever times somebody's device tells.
    """
    hashes: defaultdict[tuple[int, int], list[str | bytes]] = defaultdict(list)
    for (user, minute), line in lines.items():
        if minute * MINUTE_MS >= arrived_ms - OLDEST_MS:
            hashes[group_of(user), minute] += (user, line)
    with clients.redis().pipeline(transaction=False) as pipeline:
        for (group, minute), items in hashes.items():
            pipeline.hset(_key(group, minute), items=items)
            pipeline.expire(_key(group, minute), KEPT_MS // 1000)
        pipeline.execute()


def read(user: str, since_ms: int, until_ms: int, held: tuple[int, bytes]) -> list[TracePoint]:
    """The points of one person after `since_ms`, oldest first; at most two hours of them.

    `held` is the minute that their window holds, and its line.
    """
    since_ms = max(since_ms, until_ms - KEPT_MS)
    minutes = range(since_ms // MINUTE_MS, until_ms // MINUTE_MS + 1)
    with clients.redis().pipeline(transaction=False) as pipeline:
        for minute in minutes:
            pipeline.hget(_key(group_of(user), minute), user)
        lines = dict(zip(minutes, pipeline.execute(), strict=True))
    if held[0] in lines:
        lines.update([held])
    found = (stored.readable(_points, (minute, line)) for minute, line in lines.items() if line)
    return [point for points in found for point in points or () if point.at_ms > since_ms]


def _points(stored_line: tuple[int, bytes]) -> list[TracePoint]:
    return convert(points(*stored_line), list[TracePoint])


def _key(group: int, minute: int) -> str:
    return f"trace:{group}:{minute}"
