"""`average` where two connections of one person send: one counts, and the other is told so."""

import json
from typing import Any

import msgspec
import pytest

from events import stream
from events.samples import Sample
from lambdas import average
from lambdas.adapters import connections, windows
from lambdas.domain.window import Window
from tests.adapters.conftest import START_MS, Context, Pushes, kinesis_event
from tests.adapters.test_average import emitted

CONNECTED_MS = {"phone": START_MS - 60_000, "phone-2": START_MS + 12_000, "watch": START_MS - 1_000}
HEARTS = {"phone": 100.0, "phone-2": 100.0, "watch": 160.0}


def samples_to(second: int, heart_rate: float) -> list[Sample]:
    """One a second of the last five."""
    return [(START_MS + each * 1000, heart_rate) for each in range(second - 4, second + 1)]


def over(connection: str, second: int) -> tuple[int, bytes]:
    """Five samples that end and arrive at this second, as the gateway writes them."""
    message = stream.HeartRateBatch(samples_to(second, HEARTS[connection]))
    sent = stream.Sent(connection, message, CONNECTED_MS[connection])
    return START_MS + second * 1000, msgspec.json.encode(sent)


def past_the_sockets(second: int, heart_rate: float = 200.0) -> tuple[int, bytes]:
    """As the HTTP door and producers write them."""
    message = stream.HeartRateBatch(samples_to(second, heart_rate))
    return START_MS + second * 1000, stream.encode(message)


def invoke(*records: tuple[int, bytes]) -> None:
    parts = [kinesis_event(("ann", data), arrived_ms=arrived_ms) for arrived_ms, data in records]
    average.handler({"Records": [part["Records"][0] for part in parts]}, Context)


def window() -> Window:
    (found,) = windows.read(["ann"], START_MS + 60_000).values()
    return found


def left_out(capsys: pytest.CaptureFixture[str]) -> int:
    """How many samples, by the metrics of all that was invoked since."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return int(sum(line["LeftOut"][0] for line in lines if "LeftOut" in line))


def test_of_two_connections_the_newer_one_is_averaged_alone(
    pushes: Pushes, capsys: pytest.CaptureFixture[str]
) -> None:
    connections.add("ann", "phone")
    connections.add("ann", "watch")
    invoke(*(over(name, second) for second in range(5, 31, 5) for name in ("watch", "phone")))
    assert {one.pulse.average for one in emitted()} == {160.0}
    assert emitted()[-1].samples == 30
    assert left_out(capsys) == 0, "what is no newer than the watch's is none that is left out"
    invoke(over("phone", 33), over("watch", 34), over("phone", 38))
    assert window().last_ms == START_MS + 34_000
    assert left_out(capsys) == 10
    assert [(connection, told["code"]) for connection, told in pushes.sent] == [
        ("phone", "another_device"),
        ("watch", "another_device"),
    ]
    invoke(over("phone", 41))
    assert len(pushes.sent) == 2, "once a minute"


def test_a_watch_that_falls_silent_is_followed_by_the_phone_and_comes_back(pushes: Pushes) -> None:
    invoke(over("watch", 5), over("phone", 10), over("phone", 20), over("phone", 26))
    assert window().last_ms == START_MS + 26_000
    assert window().folded == 10
    invoke(over("watch", 31), over("phone", 32))
    assert window().last_ms == START_MS + 31_000


def test_a_phone_that_connects_again_loses_nothing_and_is_told_nothing(
    pushes: Pushes, capsys: pytest.CaptureFixture[str]
) -> None:
    connections.add("ann", "phone-2")
    invoke(over("phone", 5), over("phone", 10), over("phone-2", 15), over("phone-2", 20))
    assert window().folded == 20
    assert (pushes.sent, left_out(capsys)) == ([], 0)


def test_what_comes_past_the_sockets_counts_while_no_connection_speaks() -> None:
    invoke(past_the_sockets(5), past_the_sockets(10))
    assert window().folded == 10
    invoke(over("phone", 15), past_the_sockets(20), over("phone", 25))
    assert window().folded == 20
    assert window().last_ms == START_MS + 25_000
    invoke(past_the_sockets(46))
    assert window().folded == 25


def test_a_batch_that_is_delivered_again_counts_once_and_tells_nobody_new(
    capsys: pytest.CaptureFixture[str],
) -> None:
    records = [over("watch", 5), over("phone", 8), over("watch", 10), over("phone", 11)]
    records += [over("watch", 15)]
    invoke(*records)
    assert left_out(capsys) == 10
    before = window()
    invoke(*records)
    assert left_out(capsys) == 0
    after = window()
    assert (after.samples, after.folded) == (before.samples, before.folded)
    assert (after.voice, after.silent_ms) == (before.voice, before.silent_ms)


def test_in_two_batches_or_one_the_same_counts(redis_url: str) -> None:
    records = [over("phone", 5), over("watch", 8), over("phone", 12), over("watch", 13)]
    invoke(*records[:2])
    invoke(*records[2:])
    parts = window()
    windows.write({"ann": Window(30_000)}, START_MS + 60_000)
    invoke(*records)
    assert window().samples == parts.samples
    assert window().voice == parts.voice


@pytest.mark.parametrize("form", [2, 3])
def test_records_of_the_version_before_are_read_and_are_of_the_same_device(form: int) -> None:
    arrived_ms, data = over("phone", 10)
    before: Any = msgspec.json.decode(data)[:form]
    invoke(over("phone", 5), (arrived_ms, msgspec.json.encode(before)), over("phone", 15))
    assert window().folded == 15


def test_windows_of_the_version_before_are_read_and_have_no_voice_yet() -> None:
    invoke(over("watch", 5))
    fields = msgspec.msgpack.decode(windows._pack(window()))
    before = windows._unpack(msgspec.msgpack.encode(fields[:-2]))
    assert before is not None
    assert (before.voice, before.silent_ms) == (0, 0)
    windows.write({"ann": before}, START_MS + 5_000)
    invoke(over("phone", 10))
    assert window().folded == 10
