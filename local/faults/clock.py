"""A clock that is off: of a process that runs `install` before it imports anything else.

By how much, a file says, which whoever made it changes with `set_off`.
"""

import mmap
import os
import time
from pathlib import Path
from struct import Struct

VARIABLE = "TEMPOFIT_CLOCK"
"""In the environment, names the file."""
SITE = "from local.faults.clock import install\n\ninstall()\n"
"""The text of a `sitecustomize.py`, which Python runs first where it is on the path."""
_SECONDS = Struct("d")


def install() -> None:
    """Let `time.time` and `time.time_ns` be off by what the file says, from moment to moment."""
    with Path(os.environ[VARIABLE]).open("rb") as file:
        told = mmap.mmap(file.fileno(), _SECONDS.size, access=mmap.ACCESS_READ)
    right, right_ns = time.time, time.time_ns

    def seconds() -> float:
        return right() + float(_SECONDS.unpack_from(told)[0])

    def nanoseconds() -> int:
        return right_ns() + int(_SECONDS.unpack_from(told)[0] * 1e9)

    time.time, time.time_ns = seconds, nanoseconds


def set_off(file: Path, seconds: float) -> None:
    """Let all clocks that go by this file be ahead by so much; it is made where there is none."""
    with file.open("r+b" if file.exists() else "wb") as opened:
        opened.write(_SECONDS.pack(seconds))
