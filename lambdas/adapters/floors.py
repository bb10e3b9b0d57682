"""Who works out where, in Redis: a sorted set a floor, by when each was last seen there."""

from typing import TYPE_CHECKING

from lambdas.adapters import clients

if TYPE_CHECKING:
    from redis.client import Pipeline

SEEN_MS = 20 * 60_000
"""People are seen with every song, and a song lasts 15 minutes at most."""
MAX_PEOPLE = 10_000
"""Of one floor; beyond them, who was not seen for longest is left out."""


def _key(floor: str) -> str:
    return f"floor:{floor}"


def join(pipeline: "Pipeline", floor: str, user: str, arrived_ms: int) -> None:
    """Remember that somebody was on a floor at `arrived_ms`; an earlier time changes nothing."""
    key = _key(floor)
    pipeline.zadd(key, {user: arrived_ms}, gt=True)
    pipeline.zremrangebyscore(key, 0, arrived_ms - SEEN_MS)
    pipeline.zremrangebyrank(key, 0, -MAX_PEOPLE - 1)
    pipeline.expire(key, SEEN_MS // 1000)


def leave(floor: str, user: str) -> None:
    """Forget that somebody was on a floor."""
    clients.redis().zrem(_key(floor), user)


def holds(floor: str, user: str, at_ms: int) -> bool:
    """Whether somebody is on a floor at `at_ms`: was seen there no longer ago than `SEEN_MS`."""
    seen_ms = clients.redis().zscore(_key(floor), user)
    return seen_ms is not None and seen_ms >= at_ms - SEEN_MS


def newest(floor: str, at_ms: int, count: int) -> tuple[list[str], int]:
    """The `count` people who were seen last on a floor, and how many there are, at `at_ms`."""
    key, since_ms = _key(floor), at_ms - SEEN_MS
    with clients.redis().pipeline(transaction=False) as pipeline:
        pipeline.zrevrangebyscore(key, "+inf", since_ms, start=0, num=count)
        pipeline.zcount(key, since_ms, "+inf")
        users, total = pipeline.execute()
    return [user.decode() for user in users], total
