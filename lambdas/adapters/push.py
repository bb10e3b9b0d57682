"""Messages to people, through `@connections` of the WebSocket API, side by side."""

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache

from events.messages import Error, ServerMessage, encode
from lambdas.adapters import clients, connections
from lambdas.adapters.optional import optional
from lambdas.adapters.telemetry import count

NOTICE_SECONDS = 60

Post = Future[float | None]
"""When a connection had taken a message, epoch ms; None if it did not."""


class Pushes:
    """Messages on their way. None of them fails what it goes with, or waits for another."""

    def __init__(self) -> None:
        self._songs: list[tuple[int, list[Post]]] = []
        self._notices: list[Post] = []

    def song(
        self, user: str, connected: Iterable[str], message: ServerMessage, since_ms: int
    ) -> None:
        """Push a song that was asked for at `since_ms`, epoch ms, to a person's connections."""
        with optional("a push"):
            self._songs.append((since_ms, _posts(user, connected, message)))

    def notice(self, user: str, error: Error) -> None:
        """Tell a person what was refused, each kind at most once a minute."""
        with optional("a notice"):
            key = f"notice:{user}:{error.code}"
            if clients.redis().set(key, b"", nx=True, ex=NOTICE_SECONDS):
                self._notices += _posts(user, connections.of(user), error)

    @property
    def failed(self) -> int:
        """How many posts were not taken; waits for all of them."""
        posts = [*self._notices, *(post for _, posts in self._songs for post in posts)]
        return sum(post.result() is None for post in posts)

    def taken(self) -> Iterator[tuple[int, float]]:
        """Since when each song was asked for, and when its person had it, epoch ms."""
        for since_ms, posts in self._songs:
            times = [at_ms for post in posts if (at_ms := post.result()) is not None]
            if times:
                yield since_ms, min(times)


@contextmanager
def pushes() -> Iterator[Pushes]:
    """What is pushed in this block is on its way at once, and over at the block's end."""
    under_way = Pushes()
    try:
        yield under_way
    finally:
        count(PushesFailed=under_way.failed)


def _posts(user: str, connected: Iterable[str], message: ServerMessage) -> list[Post]:
    data = encode(message)
    return [_pool().submit(_post, user, one, data) for one in connected]


def _post(user: str, connection_id: str, data: bytes) -> float | None:
    """A connection that takes nothing is that connection's trouble; who is gone is forgotten."""
    management = clients.management()
    try:
        management.post_to_connection(ConnectionId=connection_id, Data=data)
    except management.exceptions.GoneException:
        with optional("the end of a connection"):
            connections.forget(user, connection_id)
        return None
    except Exception:  # noqa: BLE001 - 429, 500, a hang: the song is stored, and `workout` tells it
        return None
    return time.time() * 1000


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(clients.PUSHES_AT_ONCE, thread_name_prefix="push")
