"""Messages to people, through `@connections` of the WebSocket API, side by side."""

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import cache

from events.messages import Error, ServerMessage, encode
from lambdas.adapters import clients, connections
from lambdas.adapters.optional import optional
from lambdas.adapters.telemetry import count

NOTICE_SECONDS = 60
LIMIT_SECONDS = 2.0
"""For all messages of a block together: whoever has not taken theirs by then goes without."""

Post = Future[float | None]
"""When a connection had taken a message, or was closed, epoch ms; None if it did not."""


class Pushes:
    """Messages on their way. None of them fails what it goes with, or waits for another."""

    def __init__(self) -> None:
        self._songs: list[tuple[int, list[Post]]] = []
        self.beside: list[Post] = []

    def song(
        self, user: str, connected: Iterable[str], message: ServerMessage, since_ms: int
    ) -> None:
        """Push a song that was asked for at `since_ms`, epoch ms, to a person's connections."""
        with optional("a push"):
            self._songs.append((since_ms, _posts(user, connected, message)))

    def tell(self, user: str, connected: Iterable[str], message: ServerMessage) -> None:
        """Push what is not a song to a person's connections."""
        with optional("a push"):
            self.beside += _posts(user, connected, message)

    def notice(self, user: str, error: Error) -> None:
        """Tell a person what was refused, each kind at most once a minute."""
        with optional("a notice"):
            key = f"notice:{user}:{error.code}"
            if clients.redis().set(key, b"", nx=True, ex=NOTICE_SECONDS):
                self.beside += _posts(user, connections.of(user), error)

    @property
    def undelivered(self) -> int:
        """How many songs no connection took."""
        return len(self._songs) - len(list(self.taken()))

    def finish(self) -> None:
        """Wait for all messages, but no longer than there is time; count who goes without."""
        posts = [*self.beside, *(post for _, posts in self._songs for post in posts)]
        _, late = wait(posts, LIMIT_SECONDS)
        for post in late:
            post.cancel()
        count(PushesFailed=sum(_at_ms(post) is None for post in posts))

    def taken(self) -> Iterator[tuple[int, float]]:
        """Since when each song was asked for, and when its person had it, epoch ms."""
        for since_ms, posts in self._songs:
            times = [at_ms for post in posts if (at_ms := _at_ms(post)) is not None]
            if times:
                yield since_ms, min(times)


@contextmanager
def pushes() -> Iterator[Pushes]:
    """What is pushed in this block is on its way at once, and over at the block's end."""
    under_way = Pushes()
    try:
        yield under_way
    finally:
        under_way.finish()


def close_all(under_way: Pushes, user: str, reason: Error) -> None:
    """Tell all connections of a person why, and close them."""
    with optional("the end of connections"):
        under_way.beside += [
            _pool().submit(connections.close, one, reason) for one in connections.of(user)
        ]


def _at_ms(post: Post) -> float | None:
    return post.result() if post.done() and not post.cancelled() else None


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
