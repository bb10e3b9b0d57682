"""Ends the parts of a cloud whose launcher ended without doing so: `python -m local.keeper FILE`.

Its standard input is a pipe that the launcher alone holds open, so it ends with the launcher,
whatever ended that; no terminal and no signal to the launcher's group reaches it. Each line names
a part by its process group. FILE, which says where the cloud answers, goes with the parts. It also
holds the locks of the launcher's folders and its ports, so that nobody starts there before all have
ended.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from local.interrupts import SIGNALS
from local.project import PROJECT

PATIENCE_SECONDS = 10.0
"""How long parts may take to end by themselves."""
POLL_SECONDS = 0.05


class Keeper:
    """The launcher's side: a process that is told of every part."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def keep(self, part: int) -> None:
        """End this part, the leader of a process group, when the launcher has ended."""
        assert self._process.stdin is not None
        with suppress(OSError):  # without a keeper the cloud runs on
            self._process.stdin.write(b"%d\n" % part)
            self._process.stdin.flush()


@contextmanager
def keeping(file: Path, *locks: int) -> Iterator[Keeper]:
    """A keeper while the block runs; parts that whoever leaves it has not ended, it ends.

    `locks` are the descriptors of locks and reserved ports that the keeper holds as well.
    """
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "local.keeper", str(file)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=locks,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdout.readline()  # from here on no signal ends it
        yield Keeper(process)
    finally:
        process.stdout.close()
        with suppress(OSError):
            process.stdin.close()
        process.wait()


def main(file: str) -> None:
    """Waits for the launcher to end, and for nothing else, then ends what it left."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    print("ready", flush=True)
    parts = [int(line) for line in sys.stdin]
    _signal(parts, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _signal(parts, 0) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    _signal(parts, signal.SIGKILL)
    Path(file).unlink(missing_ok=True)


def _signal(parts: list[int], number: int) -> bool:
    """Whether any of the parts is there still."""
    there = False
    for part in parts:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(part, number)
            there = True
    return there


if __name__ == "__main__":
    main(sys.argv[1])
