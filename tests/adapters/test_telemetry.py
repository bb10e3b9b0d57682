"""Traces only where tracing is on; metrics once an invocation, and about nobody."""

import json
import time
from typing import Any

import pytest

from events import stream
from events.pulse import Pulse
from lambdas import recommend
from lambdas.adapters import connections
from lambdas.adapters.telemetry import metrics, took, traced
from tests.adapters.conftest import START_MS, Context, Pushes, add_songs, kinesis_event


def answer(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"seen": event}


def test_a_function_without_tracing_runs_untouched() -> None:
    assert traced(answer) is answer


def test_a_function_with_tracing_answers_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACING", "on")
    handler = traced(answer)
    assert handler is not answer
    assert handler({"a": 1}, Context) == {"seen": {"a": 1}}


def test_songs_of_a_batch_are_timed_in_one_line_that_names_nobody(
    pushes: Pushes, capsys: pytest.CaptureFixture[str]
) -> None:
    add_songs([130])
    people = ("ann", "bob", "cem")
    for user in people:
        connections.add(user, f"connection-{user}")
    arrived_ms = int(time.time() * 1000) - 2_000
    batch = kinesis_event(*(first_request(user, arrived_ms) for user in people))
    capsys.readouterr()
    assert recommend.handler(batch, Context) == {"batchItemFailures": []}
    assert len(pushes.sent) == 3
    printed = capsys.readouterr().out
    (line,) = printed.splitlines()
    told = json.loads(line)
    (kind,) = told["_aws"]["CloudWatchMetrics"]
    assert (kind["Namespace"], kind["Dimensions"]) == ("TempoFit", [["service"]])
    assert {"Name": "SampleToPushMs", "Unit": "Milliseconds"} in kind["Metrics"]
    assert len(told["SampleToPushMs"]) == 3
    assert all(elapsed_ms >= 2_000 for elapsed_ms in told["SampleToPushMs"])
    assert not [user for user in people if user in printed]
    assert told.keys() == {"_aws", "service"} | {metric["Name"] for metric in kind["Metrics"]}


def test_a_request_that_brings_no_song_is_not_timed(
    pushes: Pushes, capsys: pytest.CaptureFixture[str]
) -> None:
    recommend.handler(kinesis_event(first_request("ann")), Context)  # its library is empty
    assert "SampleToPushMs" not in capsys.readouterr().out


def test_a_clock_that_runs_behind_takes_no_time(capsys: pytest.CaptureFixture[str]) -> None:
    took(SampleToPushMs=START_MS + 60_000, until_ms=START_MS)
    metrics.flush_metrics()
    assert json.loads(capsys.readouterr().out)["SampleToPushMs"] == [0.0]


def first_request(user: str, arrived_ms: int = START_MS) -> tuple[str, bytes]:
    """The request for the first song of a session."""
    return user, stream.encode(
        stream.SongRequest(
            session=START_MS,
            slot=0,
            pulse=Pulse(START_MS, 0, 130, 130, 129, 131, 130),
            ends_at_ms=START_MS,
            playing_tempo=None,
            arrived_ms=arrived_ms,
            version=0,
        )
    )
