"""Who is connected: the newest open connections of each person, in Redis."""

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from events.messages import Error, encode
from lambdas.adapters import clients

if TYPE_CHECKING:
    from redis.client import Pipeline

EXPIRE_SECONDS = 2 * 3600 + 600
"""A little over the two hours after which API Gateway closes every connection."""
MOST = 5
"""Connections of one person that count: a phone, a watch, a browser, and two that linger."""


def _key(user: str) -> str:
    return f"connections:{user}"


def add(user: str, connection_id: str) -> list[str]:
    """Remember a connection as the newest; answer those that count no more."""
    key = _key(user)
    with clients.redis().pipeline(transaction=False) as pipeline:
        pipeline.zadd(key, {connection_id: time.time_ns() // 1000})
        pipeline.zrange(key, 0, -MOST - 1)
        pipeline.zremrangebyrank(key, 0, -MOST - 1)
        pipeline.expire(key, EXPIRE_SECONDS)
        _, surplus, _, _ = pipeline.execute()
    return [member.decode() for member in surplus]


def restore(lost: Iterable[tuple[str, str]]) -> None:
    """Remember connections of users who were heard over them; those that are known stay as old."""
    with clients.redis().pipeline(transaction=False) as pipeline:
        for user, connection_id in lost:
            pipeline.zadd(_key(user), {connection_id: time.time_ns() // 1000}, nx=True)
            pipeline.expire(_key(user), EXPIRE_SECONDS)
        pipeline.execute()


def forget(user: str, connection_id: str) -> None:
    """Forget a connection; one that is not there is no error."""
    clients.redis().zrem(_key(user), connection_id)


def close(connection_id: str, reason: Error) -> float:
    """Tell a connection why, and close it; whatever it does about that is its own trouble.

    When that was done, epoch ms.
    """
    management = clients.management()
    with suppress(Exception):  # gone, slow or broken: it counts no more
        management.post_to_connection(ConnectionId=connection_id, Data=encode(reason))
    with suppress(Exception):
        management.delete_connection(ConnectionId=connection_id)
    return time.time() * 1000


def of(user: str) -> list[str]:
    """The open connections of a person, the newest last."""
    members: Any = clients.redis().zrange(_key(user), 0, -1)
    return named(members)


def of_all(users: Iterable[str]) -> list[list[str]]:
    """The open connections of each person, by position."""
    with clients.redis().pipeline(transaction=False) as pipeline:
        for user in users:
            ask(pipeline, user)
        return [named(members) for members in pipeline.execute()]


def ask(pipeline: "Pipeline", user: str) -> None:
    """Ask for a person's connections: one answer, which `named` reads."""
    pipeline.zrange(_key(user), 0, -1)


def named(members: Sequence[bytes]) -> list[str]:
    """The connections that an answer holds, the newest last."""
    return [member.decode() for member in members]
