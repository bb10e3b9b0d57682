"""The lines of workouts in Redis, kept for two hours: those of minutes that are over.

The minute that is not lies in the person's window. A hash holds one minute of a group of people, so
a batch of lines is few commands.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import convert

from events.messages import TracePoint
from events.stream import group_of
from lambdas.adapters import clients, stored
from lambdas.domain.line import MINUTE_MS, points
from lambdas.domain.played import HELD_SECONDS, Ending
from lambdas.domain.window import Window

if TYPE_CHECKING:
    from redis.client import Pipeline

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
    minutes = minutes_of(since_ms, until_ms)
    with clients.redis().pipeline(transaction=False) as pipeline:
        ask(pipeline, user, minutes)
        answers = pipeline.execute()
    return [point for point in line(minutes, answers, held) if point.at_ms > since_ms]


def of_song(user: str, ending: Ending, window: Window | None) -> list[TracePoint]:
    """What was measured while a song played, and a little before it."""
    since_ms = ending.song.starts_at_ms - 1000 * HELD_SECONDS
    held = (window.minute, window.line) if window is not None else (0, b"")
    return read(user, since_ms, ending.ends_at_ms, held)


def minutes_of(since_ms: int, until_ms: int) -> range:
    """The minutes since the epoch of this time; of more than two hours the last."""
    since_ms = max(since_ms, until_ms - KEPT_MS)
    return range(since_ms // MINUTE_MS, until_ms // MINUTE_MS + 1)


def ask(pipeline: "Pipeline", user: str, minutes: range) -> None:
    """Ask for what `line` reads: an answer a minute."""
    for minute in minutes:
        pipeline.hget(_key(group_of(user), minute), user)


def line(
    minutes: range, answers: Sequence[bytes | None], held: tuple[int, bytes]
) -> list[TracePoint]:
    """The points of these minutes, oldest first, from the answers that `ask` asked for.

    `held` is the minute that the person's window holds, and its line.
    """
    lines = dict(zip(minutes, answers, strict=True))
    if held[0] in lines:
        lines.update([held])
    found = (stored.readable(_points, (minute, one)) for minute, one in lines.items() if one)
    return [point for points in found for point in points or ()]


def _points(stored_line: tuple[int, bytes]) -> list[TracePoint]:
    return convert(points(*stored_line), list[TracePoint])


def _key(group: int, minute: int) -> str:
    return f"trace:{group}:{minute}"
