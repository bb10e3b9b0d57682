"""The comparison compares like with like, and its figures have their names."""

import json
import sys
from base64 import b64decode
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from benchmarks import average
from benchmarks.peers import tempofit, workload
from events.stream import Sent, decode_sent
from tempofit.__main__ import app

KEYS = {"machine", "users", "samples_per_record", "tempofit", "peers", "ratio", "sizes", "left_out"}
SMALL = ["--users", "40", "--seconds-of-data", "5", "--repeats", "1"]


def test_tempofit_and_plain_python_come_to_the_same_averages_and_decisions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing(name: str, progress: average.Say) -> str:
        raise average.PeerError(f"{name} is not installed in this test.")

    monkeypatch.setattr(average, "peer_python", nothing)
    done = CliRunner().invoke(app, ["bench", "average", *SMALL, "--json"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report.keys() >= KEYS
    assert report["left_out"].keys() == average.COMMANDS.keys()
    assert average.DURABLE.keys() <= average.COMMANDS.keys()
    assert report["durable"] == {}
    assert report["peers"].keys() == report["ratio"].keys() == {"plain_python"}
    assert report["tempofit"]["samples_per_s_per_core"] > 0
    assert [size["samples_per_record"] for size in report["sizes"]] == [1, 5]
    for size in report["sizes"]:
        assert size["outcomes_equal"]
        assert size["outcomes"] > 40 * 45 / 5 * 0.8
        assert size["samples"] > 40 * 4


def test_what_leaving_out_spikes_costs_is_told_of_lines_with_and_without_them() -> None:
    arguments = ["--without-peers", "--spikes", "--samples-per-record", "5", "--json"]
    done = CliRunner().invoke(app, ["bench", "average", *SMALL, *arguments])
    assert done.exit_code == 0, done.output
    (size,) = json.loads(done.stdout)["sizes"]
    assert size["filter"].keys() == {"calm", "spikes"}
    assert all(ratio > 0 for ratio in size["filter"].values())


def test_spikes_are_short_high_and_rare_and_the_rest_of_the_line_is_the_same() -> None:
    config = workload.Config(users=50, samples_per_record=1, seconds=60, outcomes="")
    calm, spiky = (
        [
            json.loads(text)["samples"][0][1]
            for _, text, _, _ in workload.messages(replace(config, spikes=spikes))[0]
        ]
        for spikes in (False, True)
    )
    over = [other - one for one, other in zip(calm, spiky, strict=True)]
    assert 0.005 < sum(each > 0 for each in over) / len(over) < 0.04
    assert {each for each in over if each} <= {*range(30, 81)}


def test_the_records_of_tempofit_are_those_that_the_gateway_writes() -> None:
    config = workload.Config(users=2, samples_per_record=5, seconds=5, outcomes="")
    messages, _ = workload.messages(config)
    (event,) = tempofit._events(messages[:1])
    (record,) = event["Records"]
    sent = decode_sent(b64decode(record["kinesis"]["data"]))
    assert isinstance(sent, Sent)
    assert (len(sent.connection), sent.connected_at_ms) == (16, workload.START_MS)
    assert len(sent.message.samples) == 5


def test_averages_that_differ_are_noticed() -> None:
    one = [("ann", 1000, 120.0, False)]
    assert average._agree(one, [("ann", 1000, 120.0 + 1e-9, False)])
    assert not average._agree(one, [("ann", 1000, 120.1, False)])
    assert not average._agree(one, [("ann", 1000, 120.0, True)])
    assert not average._agree(one, [])


def test_a_failed_measurement_says_what_was_printed_last() -> None:
    with pytest.raises(average.BenchmarkError, match=r"(?s)bytewax failed: .*samples_per_record"):
        average._run("bytewax", [sys.executable, "-m", "benchmarks.peers.plain"], {"users": 1})


def test_a_durable_peer_keeps_its_state_every_five_seconds_of_the_data() -> None:
    config = workload.Config(users=30, samples_per_record=1, seconds=20, outcomes="")
    messages, _ = workload.messages(config)
    places = workload.snapshots(messages)
    first, last = (messages[place][2] // workload.SNAPSHOT_MS for place in (0, -1))
    assert len(places) == last - first > 10
    for place in places:
        before, after = messages[place - 1][2], messages[place][2]
        assert before // workload.SNAPSHOT_MS + 1 == after // workload.SNAPSHOT_MS


@pytest.mark.parametrize("size", [1, 5])
def test_everybody_sends_every_second_but_for_silences(size: int) -> None:
    config = workload.Config(users=30, samples_per_record=size, seconds=20, outcomes="")
    messages, start = workload.messages(config)
    seconds = workload.WARM_UP_SECONDS + config.seconds
    assert 0.8 < sum(count for *_, count in messages) / (30 * seconds) <= 1
    assert {count for *_, count in messages} == {size}
    arrivals = [arrived_ms for _, _, arrived_ms, _ in messages]
    assert arrivals == sorted(arrivals)
    assert messages[start][2] >= workload.START_MS + workload.WARM_UP_SECONDS * 1000
