"""The line of a workout in Redis: a point every 15 s, kept for two hours.

A hash holds one minute of a group of people, so a batch of averages is few commands.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from msgspec import json

from events.messages import TracePoint
from events.stream import Average, group_of
from lambdas.adapters import clients, stored

STEP_MS = 15_000
MINUTE_MS = 60_000
KEPT_MS = 2 * 3_600_000
OLDEST_MS = 7 * 86_400_000
"""Of a recording that is played again with its own times; beyond, each message could be a key."""

_encode = json.Encoder().encode
_decode = json.Decoder(TracePoint).decode


def write(averages: Iterable[Average]) -> None:
    """Store the point of each average; of several within one step the last one stays.

    A point of longer ago than a week is not kept, whatever times somebody's device tells.
    """
    hashes: defaultdict[tuple[int, int], list[Any]] = defaultdict(list)
    for one in averages:
        user, at_ms = one.user, one.pulse.at_ms
        if at_ms < one.arrived_ms - OLDEST_MS:
            continue
        minute, rest_ms = divmod(at_ms, MINUTE_MS)
        point = _encode(TracePoint(at_ms, one.pulse.heart_rate, one.pulse.average))
        hashes[group_of(user), minute] += (_field(user, rest_ms), point)
    with clients.redis().pipeline(transaction=False) as pipeline:
        for (group, minute), points in hashes.items():
            pipeline.hset(_key(group, minute), items=points)
            pipeline.expire(_key(group, minute), KEPT_MS // 1000)
        pipeline.execute()


def read(user: str, since_ms: int, until_ms: int) -> list[TracePoint]:
    """The points of one person after `since_ms`, oldest first; at most two hours of them."""
    since_ms = max(since_ms, until_ms - KEPT_MS)
    with clients.redis().pipeline(transaction=False) as pipeline:
        for minute in range(since_ms // MINUTE_MS, until_ms // MINUTE_MS + 1):
            fields = [_field(user, rest_ms) for rest_ms in range(0, MINUTE_MS, STEP_MS)]
            pipeline.hmget(_key(group_of(user), minute), fields)
        minutes = pipeline.execute()
    stored_points = [packed for minute in minutes for packed in minute if packed is not None]
    points = [stored.readable(_decode, packed) for packed in stored_points]
    return [point for point in points if point is not None and point.at_ms > since_ms]


def _key(group: int, minute: int) -> str:
    return f"trace:{group}:{minute}"


def _field(user: str, rest_ms: int) -> str:
    return f"{user}:{rest_ms // STEP_MS}"
