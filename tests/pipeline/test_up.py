"""`tempofit up` as a person runs it: it starts, says where, and leaves nothing behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import psutil
import pytest

from local.lock import LockedError, launcher, locked
from local.processes import free_port
from local.project import PROJECT
from tests.local.processes import client, wait_for
from tests.local.processes import running as alive

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
    ports = ["--port", str(port), "--websocket-port", str(free_port())]
    with started(tmp_path, *ports, *arguments) as process:
        yield Up(process, tmp_path / "output", port)


@contextmanager
def started(
    tmp_path: Path, *arguments: Any, output: str = "output"
) -> Iterator["subprocess.Popen[bytes]"]:
    """The command in a folder of the test's own, ended at last whatever happens."""
    with (tmp_path / output).open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "tempofit", "up", *map(str, arguments)],
            cwd=PROJECT,
            env={**os.environ, "TEMPOFIT_RUN": str(tmp_path / "run")},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.kill() if process.poll() is None else None
        process.wait()
        if (tmp_path / "run").is_dir():
            with suppress(LockedError), locked(tmp_path / "run"):
                pass  # the last part has ended, and its port is free; or another one runs there


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
        assert not any(alive(child.pid) for child in children)


@pytest.mark.parametrize(
    ("signals", "status"),
    [
        ([signal.SIGINT, signal.SIGINT], 0),
        ([signal.SIGTERM], 0),
        ([signal.SIGHUP], 0),
        ([signal.SIGHUP, signal.SIGTERM], 0),
        ([signal.SIGKILL], -signal.SIGKILL),
    ],
    ids=[
        "Ctrl-C twice",
        "SIGTERM",
        "a closed terminal",
        "a closed terminal and SIGTERM",
        "kill -9",
    ],
)
def test_nothing_is_left_whatever_ends_it(
    tmp_path: Path, signals: list[signal.Signals], status: int
) -> None:
    with up(tmp_path, "--athletes", 2) as running:
        running.wait_for("Ctrl-C stops everything")
        children = running.children()
        commands = " ".join(word for child in children for word in child.cmdline())
        for part in ("valkey", "local.queues", "functions.worker", "simulate", "local.web"):
            assert part in commands
        first, *others = signals
        running.process.send_signal(first)
        for again in others:
            running.wait_for("Stopping everything")
            running.process.send_signal(again)
        assert running.process.wait(DEADLINE_SECONDS) == status
        wait_for(lambda: not any(alive(child.pid) for child in children), seconds=40)
        assert not (tmp_path / "run" / "addresses.json").exists()
        assert launcher(tmp_path / "run") is None
        assert "Traceback" not in running.printed


def test_a_start_that_is_interrupted_leaves_nothing_behind(tmp_path: Path) -> None:
    with up(tmp_path, "--athletes", 0) as running:
        running.wait_for("Starting the streams")
        children = running.children()
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(DEADLINE_SECONDS) == 0
        assert len(children) > 2
        assert not any(alive(child.pid) for child in children)


def test_a_second_one_in_the_same_folder_is_told_where_the_first_runs(tmp_path: Path) -> None:
    with up(tmp_path, "--athletes", 0) as running:
        running.wait_for("Ctrl-C stops everything")
        addresses = (tmp_path / "run" / "addresses.json").read_bytes()
        with started(tmp_path, "--athletes", 0, output="second") as second:
            assert second.wait(DEADLINE_SECONDS) == 1
        said = (tmp_path / "second").read_text()
        assert f"A cloud runs here already, as process {running.process.pid}" in said
        assert running.page_url in said
        assert "Traceback" not in said
        assert (tmp_path / "run" / "addresses.json").read_bytes() == addresses


def test_each_start_has_the_same_addresses_even_after_a_kill(tmp_path: Path) -> None:
    found = []
    addresses = tmp_path / "run" / "addresses.json"
    for end in (signal.SIGKILL, signal.SIGTERM):
        with started(tmp_path, "--athletes", 0) as process:
            wait_until_launched_by(process, addresses)
            found.append(json.loads(addresses.read_bytes()))
            process.send_signal(end)
            process.wait(DEADLINE_SECONDS)
    assert found[0] == found[1]


def test_songs_and_likes_last_until_a_start_is_to_be_fresh(tmp_path: Path) -> None:
    """Whatever ended it; so do plays, and the song end, which holds the last of them."""
    addresses = tmp_path / "run" / "addresses.json"
    mine = {"library": {"S": "own#ada"}, "song_id": {"S": "song-1"}, "tempo": {"N": "121"}}
    likes = {"user_id": {"S": "ada"}, "song-1": {"S": "liked"}}
    playing = {"user_id": {"S": "ada"}, "expires_at": {"N": "4000000000"}}
    play = {"user_id": {"S": "ada"}, "play": {"S": "1#0"}, "packed": {"B": b"a song"}}

    def found(end: signal.Signals, *arguments: str, put: bool = False) -> list[bool]:
        with started(tmp_path, "--athletes", 0, *arguments) as process:
            wait_until_launched_by(process, addresses)
            told = json.loads(addresses.read_bytes())
            songs, song_ends = told["songs_table"], told["song_ends_table"]
            kept = [
                (songs, mine),
                (songs.replace("songs", "tastes"), likes),
                (song_ends, playing),
                (songs.replace("songs", "plays"), play),
            ]
            with client("dynamodb", urlsplit(told["dynamodb_url"]).port or 0) as dynamodb:
                for table, item in kept if put else ():
                    dynamodb.put_item(TableName=table, Item=item)
                there = [item in dynamodb.scan(TableName=table)["Items"] for table, item in kept]
            process.send_signal(end)
            process.wait(DEADLINE_SECONDS)
        return there

    assert found(signal.SIGKILL, put=True) == [True, True, True, True]
    assert found(signal.SIGTERM) == [True, True, True, True]
    assert found(signal.SIGTERM, "--fresh") == [False, False, False, False]


def test_songs_of_a_file_are_alone_though_an_earlier_start_had_others(tmp_path: Path) -> None:
    file = tmp_path / "songs.csv"
    file.write_text("title,artist,duration_s,tempo\nUp,Legs,200,128\n")
    counts = []
    for arguments in ([], ["--songs", str(file)]):
        with started(tmp_path, "--athletes", 0, *arguments) as process:
            wait_for(lambda: "Ctrl-C stops" in (tmp_path / "output").read_text(), DEADLINE_SECONDS)
            told = json.loads((tmp_path / "run" / "addresses.json").read_bytes())
            with client("dynamodb", urlsplit(told["dynamodb_url"]).port or 0) as dynamodb:
                pages = dynamodb.get_paginator("scan").paginate(TableName=told["songs_table"])
                counts.append(sum(page["Count"] for page in pages))
            process.send_signal(signal.SIGTERM)
            process.wait(DEADLINE_SECONDS)
    assert counts == [2_000, 1]


def test_a_folder_of_data_that_another_cloud_uses_is_told(tmp_path: Path) -> None:
    data = tmp_path / "shared"
    (tmp_path / "other").mkdir()
    with started(tmp_path, "--athletes", 0, "--data", data) as first:
        wait_until_launched_by(first, tmp_path / "run" / "addresses.json")
        with started(tmp_path / "other", "--athletes", 0, "--data", data) as second:
            assert second.wait(DEADLINE_SECONDS) == 1
        said = (tmp_path / "other" / "output").read_text()
        assert f"as process {first.pid} in {data}: " in said
        assert "or name another folder with --data" in said
        assert "Traceback" not in said


def wait_until_launched_by(process: "subprocess.Popen[bytes]", addresses: Path) -> None:
    """Returns once the cloud that this process starts is up and has written its addresses."""

    def is_up() -> bool:
        assert process.poll() is None
        return launcher(addresses.parent) == process.pid and addresses.exists()

    wait_for(is_up, DEADLINE_SECONDS)


def test_a_redis_that_is_named_and_does_not_answer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    with up(tmp_path, "--athletes", 0) as running:
        assert running.process.wait(DEADLINE_SECONDS) == 1
        assert "REDIS_URL names a Redis that does not answer" in running.printed
        assert "Traceback" not in running.printed


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
        wait_for(lambda: not any(alive(child.pid) for child in children))


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
