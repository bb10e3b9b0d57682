"""What processes print, in a file of bounded size: a time before each line, one old file kept.

A process prints into a pipe, which a thread reads; so no process, ours or not, has to know.
"""

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from threading import Lock, Thread

FILE_BYTES = 4 << 20
"""Of a file; the old one beside it, whose name ends with `.1`, has as many."""
LINE_BYTES = 1 << 16
"""A longer line is written as several."""
LAST_LINES = 20
SETTLE_SECONDS = 2.0
"""How long the last words of a process that has ended are waited for: a child of its own may still
hold the pipe."""


def stamp() -> bytes:
    """The time before a line: UTC, to the millisecond, in the order of time as text."""
    time = datetime.now(UTC).isoformat(timespec="milliseconds")
    return time.removesuffix("+00:00").encode() + b"Z"


class Printed:
    """What one process prints; `descriptor` is where to, until it was started."""

    def __init__(self, descriptor: int, reader: Thread) -> None:
        self.descriptor = descriptor
        self._reader = reader

    def settle(self) -> None:
        """Wait until all that a process printed is written, once it has ended."""
        self._reader.join(SETTLE_SECONDS)


class Log:
    """One file, to which any number of processes print at once."""

    def __init__(self, path: Path, file_bytes: int = FILE_BYTES) -> None:
        self.path = path
        self._file_bytes = file_bytes
        self._lock = Lock()
        self._readers = 0
        self._file: FileIO | None = None
        self._size = 0
        self._last: deque[str] = deque(maxlen=LAST_LINES)

    def __str__(self) -> str:
        return str(self.path)

    @contextmanager
    def taking(self) -> Iterator[Printed]:
        """Takes what the process prints that is started within, until it ends."""
        ours, theirs = os.pipe()
        try:
            with self._lock:
                self._readers += 1
            reader = Thread(target=self._read, args=(ours,), daemon=True)
            reader.start()
            yield Printed(theirs, reader)
        finally:
            os.close(theirs)

    def last(self) -> list[str]:
        """The last lines that processes printed, at most 20, without their times."""
        with self._lock:
            return list(self._last)

    def _read(self, descriptor: int) -> None:
        with open(descriptor, "rb") as pipe:
            while line := pipe.readline(LINE_BYTES):
                with self._lock:
                    self._take(line)
        with self._lock:
            self._readers -= 1
            if not self._readers:
                self._close()

    def _take(self, line: bytes) -> None:
        self._last.append(line.decode(errors="replace").rstrip())
        stamped = b"%s %s\n" % (stamp(), line.rstrip(b"\n"))
        # A full disk costs the line; a process whose pipe nobody reads would stand still.
        with suppress(OSError):
            self._write(stamped)

    def _write(self, line: bytes) -> None:
        if self._file is not None and self._size + len(line) > self._file_bytes:
            self._close()
            self.path.replace(self.path.with_name(f"{self.path.name}.1"))
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("ab", buffering=0)
            self._size = self._file.tell()
        self._size += self._file.write(line)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
