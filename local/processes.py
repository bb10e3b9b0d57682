"""Child processes of the local cloud: started, watched, stopped."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from random import SystemRandom

import psutil

from local.logs import Log, Printed
from local.project import PROJECT

START_SECONDS = 90
STOP_SECONDS = 10
"""How long all parts together may take to end by themselves."""
HOST = "127.0.0.1"

FREE_PORTS = range(10_000, 32_768)
"""Below those that Linux, macOS and Windows give to connections, or one of these might take a port
before its part listens, or while that starts again."""
PORTS_END = 65_536


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
        """Wait until it listens, whoever else does at its address.

        Raises PartError when it ends or does not listen in time.
        """
        deadline = time.monotonic() + START_SECONDS
        while self.address is not None and not self._listens():
            self.check()
            if time.monotonic() > deadline:
                raise PartError(f"{self._named()} did not listen within {START_SECONDS} s.")
            time.sleep(0.02)

    def _listens(self) -> bool:
        """Whether the process itself listens at its address; one that has ended does not."""
        with suppress(psutil.Error):
            return any(
                one.status == psutil.CONN_LISTEN and one.laddr == self.address
                for one in psutil.Process(self.process.pid).net_connections("tcp4")
            )
        return False

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
    """A port that nobody listens on or has reserved, and that was not drawn before."""
    with reserve_free() as port:
        return number(port)


def reserve_free() -> socket.socket:
    """A free port that was not drawn before, reserved."""
    return _reserve_first(_drawn)


def reserve_usual(usual: int, beyond: int) -> socket.socket:
    """The usual port, reserved; the first from `beyond` on where it is not free."""
    return _reserve_first(chain([usual], range(beyond, PORTS_END)))


def reserve_given(port: int, what: str) -> socket.socket:
    """The port, reserved. PartError, with a sentence, when it is not free."""
    try:
        return _reserve(port)
    except OSError as error:
        raise PartError(
            f"Port {port}, where {what} should be, cannot be used ({error.strerror}): stop "
            "the program that uses it or choose another one."
        ) from None


def number(reserved: socket.socket) -> int:
    """The number of a reserved port."""
    port: int = reserved.getsockname()[1]
    return port


def _draw() -> Iterator[int]:
    yield from SystemRandom().sample(FREE_PORTS, len(FREE_PORTS))


_drawn = _draw()


def _reserve_first(ports: Iterable[int]) -> socket.socket:
    for port in ports:
        with suppress(OSError):
            return _reserve(port)
    raise PartError("No port of this machine is free: stop programs that listen.")


def _reserve(port: int) -> socket.socket:
    """Nobody else can reserve the port while the socket is open, here or where it is inherited.

    It is the UDP port of that number, which no part uses: the port itself has to be free until its
    part listens, and while that starts again. Raises OSError when the port is not free.
    """
    reserved = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        reserved.bind((HOST, port))
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
    except OSError:
        reserved.close()
        raise
    return reserved
