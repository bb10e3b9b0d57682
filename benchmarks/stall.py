"""A function that hangs: its workers are stopped where they are, and those that replace them."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress

import psutil

LOOK_SECONDS = 0.1
"""A new worker takes longer to import its handler, so that none gets to work."""


async def stall(process: int, handler: str, seconds: float) -> None:
    """Stop every child of `process` that runs `handler` for so long, then let all go on.

    Invocations time out meanwhile, and what they carried is delivered again, as on AWS.
    """
    stopped: dict[int, psutil.Process] = {}
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    try:
        while loop.time() < until:
            for worker in _workers(psutil.Process(process), handler):
                if worker.pid not in stopped:
                    stopped[worker.pid] = worker
                    worker.suspend()
            await asyncio.sleep(min(LOOK_SECONDS, max(0.0, until - loop.time())))
    finally:
        for worker in stopped.values():
            with suppress(psutil.NoSuchProcess):
                worker.resume()


def _workers(parent: psutil.Process, handler: str) -> Iterator[psutil.Process]:
    for child in parent.children():
        with suppress(psutil.NoSuchProcess):
            if handler in child.cmdline():
                yield child
