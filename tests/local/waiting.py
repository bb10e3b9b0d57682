"""Waiting for a state, never for a time."""

import asyncio
from collections.abc import Callable

import psutil


async def until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Returns once the condition holds; fails when it does not within `seconds`."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + seconds
    while not condition():
        assert clock() < deadline, f"It did not come about within {seconds} s."
        await asyncio.sleep(0.01)


def runs(process: psutil.Process) -> bool:
    """Whether a process runs; one that has ended may wait a while for whoever collects it."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
