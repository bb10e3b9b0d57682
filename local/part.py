"""One part of the local cloud as a process: `python -m local.PART CONFIG`."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

SHUTDOWN_SECONDS = 2.0
"""How long open requests may take to end once the part was told to stop."""
BACKLOG = 4096
"""Connections that may wait to be accepted: all athletes of a load test come at once."""


class Address(Protocol):
    """What every part's Config says: where to listen."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...


ConfigT = TypeVar("ConfigT", bound=Address)


def main(kind: type[ConfigT], application: Callable[[ConfigT], web.Application]) -> None:
    """Serves `application` of the Config that the command line names.

    Ends on SIGTERM and on SIGINT; exits with a sentence when the part cannot start.
    """
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.INFO)
    # Both quote what clients ask for, and a client may ask with its token.
    logging.getLogger("aiohttp.websocket").setLevel(logging.ERROR)
    logging.getLogger("aiohttp.server").addFilter(_is_no_bad_request)
    if len(sys.argv) != 2:
        sys.exit("Name the file that holds this part's configuration, and nothing else.")
    try:
        config = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError) as error:
        sys.exit(f"The configuration {sys.argv[1]!r} cannot be read: {error}")
    try:
        asyncio.run(_serve(application(config), config.host, config.port))
    except StartError as error:
        sys.exit(str(error))


def _is_no_bad_request(record: logging.LogRecord) -> bool:
    """Whether it is not of a request that is no HTTP, which was answered with 400."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


class StartError(Exception):
    """A sentence that says why a part cannot start."""


async def _serve(application: web.Application, host: str, port: int) -> None:
    this = asyncio.current_task()
    assert this is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, this.cancel)
    # Access logs would hold tokens and users.
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    with contextlib.suppress(asyncio.CancelledError):
        try:
            await runner.setup()
            await _listen(web.TCPSite(runner, host, port, backlog=BACKLOG), host, port)
            print("ready", flush=True)
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()


async def _listen(site: web.TCPSite, host: str, port: int) -> None:
    try:
        await site.start()
    except OSError as error:
        raise StartError(
            f"Cannot listen on {host}:{port}: {error.strerror}. "
            "Choose another port, or stop the program that uses this one."
        ) from None
