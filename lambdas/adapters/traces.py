"""The lines of workouts in Redis, kept for two hours: those of minutes that are over.

The minute that is not lies in the person's window. A hash holds one minute of a group of people, so
a batch of lines is few commands.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

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
Line = tuple[int, bytes]
"""A minute since the epoch, and its points as `lambdas/domain/line.py` packs them."""


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


class Stretch(NamedTuple):
    """A stretch of a person's line: from and until when, epoch ms.

    `held` is the minute that their window holds, and its line.
    """

    since_ms: int
    until_ms: int
    held: Line


def read_all(people: Mapping[str, Stretch]) -> dict[str, list[Line]]:
    """The minutes of each person's stretch, oldest first, at most two hours of them.

    Each minute of a group of people is one command, so of however many there are at most 1,936.
    """
    wanted: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    lines: dict[str, list[Line]] = {user: [] for user in people}
    for user, (since_ms, until_ms, held) in people.items():
        first = max(since_ms, until_ms - KEPT_MS) // MINUTE_MS
        for minute in range(first, until_ms // MINUTE_MS + 1):
            if minute != held[0]:
                wanted[minute, group_of(user)].append(user)
    with clients.redis().pipeline(transaction=False) as pipeline:
        for (minute, group), users in wanted.items():
            pipeline.hmget(_key(group, minute), users)
        answers = pipeline.execute()
    for ((minute, _), users), found in zip(wanted.items(), answers, strict=True):
        for user, line in zip(users, found, strict=True):
            if line:
                lines[user].append((minute, line))
    for user, stretch in people.items():
        lines[user] = sorted([*lines[user], stretch.held])
    return lines


def _points(stored_line: tuple[int, bytes]) -> list[TracePoint]:
    return convert(points(*stored_line), list[TracePoint])


def _key(group: int, minute: int) -> str:
    return f"trace:{group}:{minute}"
