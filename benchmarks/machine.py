"""What a benchmark ran on."""

import os
import platform
import time
from functools import cache

import psutil

LOOP_STEPS = 100_000
LOOPS = 100
"""Short ones, so that one of them is hardly disturbed by what else runs here."""


def describe() -> str:
    """Processor, cores, memory, system, Python and how fast that is, in one line."""
    memory_gb = psutil.virtual_memory().total / 2**30
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory_gb:.0f} GB, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"{plain_loop_per_s() / 1e6:.1f} million steps/s of a plain loop"
    )


@cache
def plain_loop_per_s() -> float:
    """Steps a second of a loop over integers on one core, the fastest of many; to compare machines.

    By the processor's time.
    """
    return LOOP_STEPS / min(_loop_seconds() for _ in range(LOOPS))


def _loop_seconds() -> float:
    began, total = time.thread_time(), 0
    for step in range(LOOP_STEPS):
        total += step & 7
    return time.thread_time() - began


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as lines:
            names = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    except OSError:
        names = []
    return names[0] if names else platform.machine()
