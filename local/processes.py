"""Child processes of the local cloud: started, watched, stopped."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.project import PROJECT

START_SECONDS = 90
STOP_SECONDS = 10
LOG_LINES = 20


class PartError(Exception):
    """A part of the local cloud did not start or ended by itself; shows its log."""


@dataclass(slots=True)
class Part:
    """One process, and the file that holds what it printed."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
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
        lines = self.log.read_text(errors="replace").splitlines()[-LOG_LINES:]
        said = "\n".join(f"  {line}" for line in lines) or "  (it printed nothing)"
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
    log = logs / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            command,
            cwd=PROJECT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Part(name, process, log, address)


def stop(parts: Sequence[Part]) -> list[str]:
    """Stop parts, the last started first; answers the names of those that had to be killed."""
    killed = []
    for part in reversed(parts):
        if part.process.poll() is None:
            part.process.send_signal(signal.SIGTERM)
        try:
            part.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            part.process.kill()
            part.process.wait()
            killed.append(part.name)
    return killed


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def check_free(port: int, what: str) -> None:
    """Raise PartError with a sentence when a port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PartError(
                f"Port {port}, where {what} should be, cannot be used ({error.strerror}): stop "
                "the program that uses it or choose another one."
            ) from None
