"""What the benchmark of the page computes from what a browser told."""

import gzip
import os
from typing import Any

import pytest

from benchmarks.page_probe import loaded, middle, total_blocking_ms
from benchmarks.page_traffic import Traffic
from tempofit.measure import _print_asked


def test_answers_are_added_up_as_sent_and_as_compressed() -> None:
    text, noise = b"tempo " * 1000, os.urandom(2000)
    found = loaded([text, noise])
    assert (found.requests, found.kilobytes) == (2, 8.0)
    compressed = len(gzip.compress(text)) + len(gzip.compress(noise))
    assert found.gzip_kilobytes == round(compressed / 1000, 1)
    assert found.gzip_kilobytes < 2.2


def test_only_what_a_task_takes_beyond_50_ms_blocks() -> None:
    tasks = [(100.0, 80.0), (300.0, 50.0), (900.0, 51.5)]
    assert total_blocking_ms(tasks, 10_000) == 31.5


def test_tasks_after_the_end_do_not_count() -> None:
    assert total_blocking_ms([(9_999.0, 100.0), (10_000.0, 500.0)], 10_000) == 50


def test_one_slow_visit_does_not_move_the_figure() -> None:
    assert middle([100.2, 90.0, 5000.0]) == 100


class Emitter:
    """A page or a socket, as far as somebody listens to it."""

    def __init__(self) -> None:
        self.listeners: dict[str, Any] = {}

    def on(self, event: str, listener: Any) -> None:
        self.listeners[event] = listener


def test_messages_of_every_socket_are_counted_by_kind_both_ways(
    capsys: pytest.CaptureFixture[str],
) -> None:
    page: Any = Emitter()
    traffic = Traffic(page)
    for _ in range(2):
        socket = Emitter()
        page.listeners["websocket"](socket)
        socket.listeners["framesent"]('{"action":"workout"}')
        socket.listeners["framereceived"]('{"type":"song","title":"É"}')
        socket.listeners["framereceived"](b'{"message":"Bad request body"}')
    assert traffic.sent == {"workout": [2, 40]}
    assert traffic.received == {"song": [2, 56], "refused": [2, 60]}

    traffic._begun -= 1_800
    asked = traffic.asked()
    assert asked.minutes == 30
    assert asked.sent["workout"] == pytest.approx((4, 80), rel=0.01)
    _print_asked("athlete", asked)
    assert "athlete, an hour as those 30 min" in capsys.readouterr().out
