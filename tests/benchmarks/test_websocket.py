"""The benchmark of the WebSocket API counts what went in and what came out."""

import json

from typer import Typer
from typer.testing import CliRunner

from benchmarks.websocket import Arrivals
from events.stream import HeartRateBatch, SessionStart, encode
from tempofit import measure

KEYS = {
    "machine",
    "clients",
    "connections_opened",
    "open_seconds",
    "connections_per_second",
    "idle_kilobytes_per_connection",
    "open_cpu_seconds",
    "messages_sent",
    "messages_arrived",
    "messages_lost",
    "messages_duplicated",
    "messages_refused",
    "samples_per_message",
    "send_seconds",
    "messages_per_second",
    "taken_ms",
    "visible_ms",
    "late_ms",
    "cpu_seconds",
    "peak_rss_mb",
}
BATCH = HeartRateBatch([(1000, 120.0), (2000, 121.0)])


def test_thirty_clients_lose_no_message() -> None:
    app = Typer()
    app.command()(measure.websocket)
    options = ["--clients", "30", "--messages-per-second", "60", "--seconds", "2", "--json"]
    done = CliRunner().invoke(app, options)
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report.keys() == KEYS
    assert report["connections_opened"] == 30
    assert report["messages_sent"] == report["messages_arrived"] == 120
    for name in ("lost", "duplicated", "refused"):
        assert report[f"messages_{name}"] == 0
    assert 0 < report["visible_ms"]["p50"] <= report["visible_ms"]["p99"]
    assert {"gateway", "streams", "average", "benchmark"} <= report["cpu_seconds"].keys()


def test_a_message_that_came_once_is_neither_lost_nor_duplicated() -> None:
    arrivals = Arrivals()
    arrivals.send("ann", BATCH, due=9.5, now=10.0)
    arrivals.record("ann", encode(BATCH), arrived=10.02, now=10.05)
    assert (arrivals.arrived(), arrivals.lost(), arrivals.duplicated()) == (1, 0, 0)
    assert [round(ms) for ms in arrivals.late_ms] == [500]
    assert [round(ms) for ms in arrivals.taken_ms] == [20]
    assert [round(ms) for ms in arrivals.visible_ms] == [50]


def test_a_message_that_never_came_is_lost() -> None:
    arrivals = Arrivals()
    arrivals.send("ann", BATCH, due=10.0, now=10.0)
    arrivals.record("ben", encode(BATCH), arrived=10.0, now=10.0)
    assert (arrivals.arrived(), arrivals.lost()) == (0, 1)


def test_a_message_that_came_twice_is_duplicated() -> None:
    arrivals = Arrivals()
    arrivals.send("ann", BATCH, due=10.0, now=10.0)
    for _ in range(2):
        arrivals.record("ann", encode(BATCH), arrived=10.0, now=10.0)
    assert (arrivals.arrived(), arrivals.duplicated()) == (1, 1)


def test_the_start_of_a_session_is_no_message() -> None:
    arrivals = Arrivals()
    arrivals.record("ann", encode(SessionStart(0, 30)), arrived=10.0, now=10.0)
    assert (arrivals.arrived(), arrivals.duplicated()) == (0, 0)
