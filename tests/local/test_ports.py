import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from local import launcher, processes
from local.processes import (
    HOST,
    Part,
    PartError,
    free_port,
    number,
    reserve_given,
    reserve_usual,
    start,
    stop,
)
from local.template import synth


@contextmanager
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


@contextmanager
def served(port: int, logs: Path) -> Iterator[Part]:
    """A part of which nothing is known but that it should listen on the port."""
    command = [sys.executable, "-m", "http.server", "--bind", HOST, str(port)]
    part = start("files", command, environment={}, logs=logs, address=(HOST, port))
    try:
        yield part
    finally:
        stop([part])


def test_a_usual_port_that_is_free_is_taken_each_time() -> None:
    usual, beyond = free_port(), free_port()
    for _ in range(2):
        with reserve_usual(usual, beyond) as port:
            assert number(port) == usual


def test_the_next_free_port_stands_in_for_one_that_is_taken_or_reserved() -> None:
    with taken() as usual, taken() as beyond, reserve_usual(usual, beyond) as port:
        assert number(port) > beyond
        with reserve_usual(number(port), beyond) as other:
            assert number(other) > number(port)


def test_a_taken_port_is_named() -> None:
    with taken() as port, pytest.raises(PartError, match=f"Port {port}, where the page should be"):
        reserve_given(port, "the page")


def test_a_port_that_another_cloud_has_reserved_is_named_before_anybody_listens() -> None:
    port = free_port()
    words = f"Port {port}, where the page should be"
    with reserve_given(port, "the page"), pytest.raises(PartError, match=words):
        reserve_given(port, "the page")


def test_a_free_port_is_none_that_a_connection_may_get_and_none_that_was_drawn() -> None:
    ports = [free_port() for _ in range(200)]
    assert len(set(ports)) == 200
    assert max(ports) < 32_768


@pytest.mark.parametrize("usual", [True, False])
def test_clouds_that_start_at_the_same_time_have_no_port_in_common(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usual: bool
) -> None:
    chosen: list[dict[str, int]] = []

    def plan(synthesized: Any, ports: dict[str, int], *_: Any) -> None:
        """In place of the first cloud's parts, which take their time, there is a second cloud."""
        chosen.append(ports)
        if len(chosen) < 2:
            begin("second")
        raise PartError("No part is started.")

    def begin(folder: str) -> None:
        cloud = launcher.running(tmp_path / folder, usual_ports=usual)
        with pytest.raises(PartError, match="No part is started"), cloud:
            pass

    monkeypatch.setattr(processes, "_drawn", processes.FREE_PORTS)  # as if two processes drew alike
    monkeypatch.setattr(synth, "synthesize", lambda context: {})
    monkeypatch.setattr(launcher, "_plan", plan)
    begin("first")
    [first, second] = chosen
    assert len({*first.values(), *second.values()}) == 2 * len(launcher.PORTS)


def test_a_part_that_listens_is_ready(tmp_path: Path) -> None:
    with served(free_port(), tmp_path) as part:
        part.wait_until_ready()


def test_a_part_that_cannot_listen_is_told_though_somebody_listens_at_its_address(
    tmp_path: Path,
) -> None:
    words = r"in use(.|\n)*'files' ended with exit status 1"
    with (
        taken() as port,
        served(port, tmp_path) as part,
        pytest.raises(PartError, match=words),
    ):
        part.wait_until_ready()
