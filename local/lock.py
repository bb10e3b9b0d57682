"""One cloud runs in a folder at a time: a lock that ends with the processes that hold it."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from local.addresses import FILE, Addresses

LOCK = "lock"
"""The file that is locked; it holds the launcher's process id and stays when the lock is gone."""
RELEASE_SECONDS = 20.0
"""How long the parts of a launcher that was killed may take to end."""
POLL_SECONDS = 0.05


ANOTHER_RUN = "name another folder in TEMPOFIT_RUN"


class LockedError(Exception):
    """A cloud runs in this folder already."""


@contextmanager
def locked(directory: Path, remedy: str = ANOTHER_RUN) -> Iterator[int]:
    """The descriptor of the folder's lock, held until it is closed here and in whoever inherits it.

    Raises LockedError, which names the remedy, when a cloud uses the folder. Waits while one is
    being ended whose launcher was killed.
    """
    descriptor = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, directory, remedy)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, b"%d" % os.getpid(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def launcher(directory: Path) -> int | None:
    """The process id of the cloud's launcher that runs in this folder; None when none does."""
    try:
        with (directory / LOCK).open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return _running(file.fileno())
    except OSError:
        pass
    return None


def _lock(descriptor: int, directory: Path, remedy: str) -> None:
    deadline = time.monotonic() + RELEASE_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            process = _running(descriptor)
        if process is not None:
            raise LockedError(_sentence(directory, process, remedy))
        if time.monotonic() > deadline:
            raise LockedError(
                f"The cloud that ran in {directory} is still being ended: wait, and try again."
            )
        time.sleep(POLL_SECONDS)


def _running(descriptor: int) -> int | None:
    """The process that the lock's file names, if it runs."""
    text = os.pread(descriptor, 20, 0)
    if not text.isdigit():
        return None
    try:
        os.kill(int(text), 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return int(text)


def _sentence(directory: Path, process: int, remedy: str) -> str:
    try:
        known = msgspec.json.decode((directory / FILE).read_bytes(), type=Addresses)
        where = f"; its page is {known.page_url}"
    except (OSError, msgspec.MsgspecError):
        where = "; it is starting" if remedy == ANOTHER_RUN else ""
    return (
        f"A cloud runs here already, as process {process} in {directory}{where}: use that one, "
        f"stop it (`kill {process}`), or {remedy}."
    )
