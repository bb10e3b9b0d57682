"""`tempofit up` as a person runs it: it starts, says where, and leaves nothing behind."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil
import pytest

from local.processes import free_port
from local.project import PROJECT

DEADLINE_SECONDS = 90


class Up:
    """A running `tempofit up` and what it has printed."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path, port: int) -> None:
        self.process = process
        self.output = output
        self.page_url = f"http://127.0.0.1:{port}"

    @property
    def printed(self) -> str:
        return self.output.read_text()

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while words not in self.printed:
            assert self.process.poll() is None, self.printed
            assert time.monotonic() < deadline, self.printed
            time.sleep(0.05)

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@contextmanager
def up(tmp_path: Path, *arguments: Any, port: int | None = None) -> Iterator[Up]:
    """The command on free ports, ended at last whatever happens."""
    port = port or free_port()
    output = tmp_path / "output"
    command = [sys.executable, "-m", "tempofit", "up", "--port", str(port)]
    command += ["--websocket-port", str(free_port()), *map(str, arguments)]
    with output.open("wb") as file:
        process = subprocess.Popen(command, cwd=PROJECT, stdout=file, stderr=subprocess.STDOUT)
    try:
        yield Up(process, output, port)
    finally:
        process.kill() if process.poll() is None else None
        process.wait()


def test_it_says_where_it_runs_and_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    with up(tmp_path, "--athletes", 2) as running:
        running.wait_for("Ctrl-C stops everything")
        assert running.page_url in running.printed
        with urlopen(f"{running.page_url}/config.json", timeout=10) as answer:
            assert b"athlete-002" in answer.read()
        children = running.children()
        assert len(children) > 10
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(DEADLINE_SECONDS) == 0
        assert "nothing is left running" in running.printed
        _, alive = psutil.wait_procs(children, timeout=10)
        assert alive == []


def test_a_taken_port_is_named_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with up(tmp_path, port=port) as running:
            assert running.process.wait(DEADLINE_SECONDS) == 1
            assert f"Port {port}" in running.printed
            assert "Traceback" not in running.printed


def test_a_part_that_crashes_is_reported_with_its_log(tmp_path: Path) -> None:
    with up(tmp_path, "--athletes", 0) as running:
        running.wait_for("Ctrl-C stops everything")
        children = running.children()
        [gateway] = [one for one in children if "local.gateway.server" in one.cmdline()]
        gateway.kill()
        assert running.process.wait(DEADLINE_SECONDS) == 1
        assert "'gateway' ended with exit status -9" in running.printed
        assert "gateway.log" in running.printed
        assert "Traceback" not in running.printed
        _, alive = psutil.wait_procs(children, timeout=10)
        assert alive == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("colour,shape\nred,round\n", ["colour", "tempo", "title"]),
        (None, ["no-such-file.csv"]),
    ],
    ids=["no needed column", "no file"],
)
def test_songs_that_cannot_be_read_are_named_before_anything_starts(
    tmp_path: Path, content: str | None, words: list[str]
) -> None:
    file = tmp_path / "no-such-file.csv"
    if content is not None:
        file.write_text(content)
    with up(tmp_path, "--songs", file) as running:
        assert running.process.wait(DEADLINE_SECONDS) == 1
        assert all(word in running.printed for word in words), running.printed
        assert "Traceback" not in running.printed
