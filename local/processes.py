"""Child processes of the local cloud: started, watched, stopped."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from random import SystemRandom

from local.logs import Log, Printed
from local.project import PROJECT

START_SECONDS = 90
STOP_SECONDS = 10
"""How long all parts together may take to end by themselves."""
HOST = "127.0.0.1"

FREE_PORTS = range(10_000, 32_768)
"""Below those that Linux, macOS and Windows give to connections, or one of these might take a port
before its part listens, or while that starts again."""


class PartError(Exception):
    """A part of the local cloud did not start or ended by itself; shows its log."""


@dataclass(slots=True)
class Part:
    """One process, and the file that holds what it printed."""

    name: str
    process: subprocess.Popen[bytes]
    log: Log
    printed: Printed
    address: tuple[str, int] | None

    def wait_until_ready(self) -> None:
        """Wait until it listens. Raises PartError when it ends or does not listen in time."""
        deadline = time.monotonic() + START_SECONDS
        while self.address is not None:
            self.check()
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(self.address) == 0:
                    return
            if time.monotonic() > deadline:
                raise PartError(f"{self._named()} did not listen within {START_SECONDS} s.")
            time.sleep(0.02)

    def check(self) -> None:
        """Raise PartError when the process has ended."""
        status = self.process.poll()
        if status is not None:
            raise PartError(f"{self._named()} ended with exit status {status}.")

    def _named(self) -> str:
        if self.process.poll() is not None:
            self.printed.settle()
        said = "\n".join(f"  {line}" for line in self.log.last()) or "  (it printed nothing)"
        return f"The last lines of {self.log}:\n{said}\nThe part {self.name!r}"


def start(
    name: str,
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    logs: Path,
    address: tuple[str, int] | None = None,
) -> Part:
    """Start a part in a session of its own, so that Ctrl-C reaches only its supervisor."""
    log = Log(logs / f"{name}.log")
    with log.taking() as printed:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            command,
            cwd=PROJECT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=printed.descriptor,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Part(name, process, log, printed, address)


def stop(parts: Sequence[Part]) -> list[str]:
    """Stop parts, the last started first; answers the names of those that had to be killed."""
    killed = []
    deadline = time.monotonic() + STOP_SECONDS
    for part in reversed(parts):
        if part.process.poll() is None:
            part.process.send_signal(signal.SIGTERM)
        try:
            part.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            part.process.kill()
            part.process.wait()
            killed.append(part.name)
        part.printed.settle()
    return killed


def free_port() -> int:
    """A port of the loopback interface that nobody listens on, and that was not drawn before."""
    return next(port for port in _drawn if _refusal(port) is None)


def _draw() -> Iterator[int]:
    yield from SystemRandom().sample(FREE_PORTS, len(FREE_PORTS))


_drawn = _draw()


def usual_port(usual: int, beyond: int, chosen: Container[int]) -> int:
    """The usual port; the first from `beyond` on where it is not free, or chosen already."""
    return next(
        port
        for port in chain([usual], count(beyond))
        if port not in chosen and _refusal(port) is None
    )


def check_free(port: int, what: str) -> None:
    """Raise PartError with a sentence when a port is taken."""
    if refusal := _refusal(port):
        raise PartError(
            f"Port {port}, where {what} should be, cannot be used ({refusal}): stop "
            "the program that uses it or choose another one."
        )


def _refusal(port: int) -> str | None:
    """Why nobody can listen on a port; None when one can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            return error.strerror
        return None
