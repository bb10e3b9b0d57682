"""The benchmark counts what happened, and would notice what must not happen."""

import json

import pytest
from typer.testing import CliRunner

from benchmarks import overload
from benchmarks.ledger import Asked, Ledger, Person
from events.pulse import Pulse
from events.session import Opinion, Song, SongPush, Why
from events.stream import Average
from tempofit.__main__ import app
from tests.conftest import DATA

KEYS = {
    "users",
    "seconds",
    "samples_sent",
    "samples_folded",
    "samples_refused",
    "samples_lost",
    "samples_duplicated",
    "averages",
    "song_requests",
    "songs_pushed",
    "songs_duplicated",
    "slots_unfilled",
    "fold_ms",
    "song_ms",
    "cpu_seconds",
    "peak_rss_mb",
}


def test_forty_people_lose_nothing_and_get_every_song_once() -> None:
    command = ["bench", "pipeline", "--users", "40", "--seconds", "15", "--json"]
    if DATA.is_dir():
        command += ["--workouts", str(DATA / "workouts.parquet")]
        command += ["--songs", str(DATA / "songs_msd_subset.parquet")]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report.keys() >= KEYS
    assert report["users"] == 40
    assert report["samples_sent"] == report["samples_folded"] > 200
    assert report["songs_pushed"] == report["song_requests"] > 20
    for name in ("lost", "duplicated", "refused"):
        assert report[f"samples_{name}"] == 0
    assert report["averages"] > 40
    assert report["averages_wrong"] == 0
    assert report["songs_duplicated"] == report["slots_unfilled"] == 0
    assert report["fold_ms"]["p99"] >= report["fold_ms"]["p50"] > 0
    assert report["song_ms"]["p99"] >= report["song_ms"]["p50"] > 0
    assert {"average", "schedule", "recommend", "gateway", "redis"} <= report["cpu_seconds"].keys()


def test_others_lose_no_song_to_a_flood() -> None:
    command = ["bench", "flood", "--users", "4", "--seconds", "2", "--stretches", "1", "--json"]
    command += ["--kind", "heartrate", "--kind", "start"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert (report["users"], report["seconds"], report["songs_lost"]) == (4, 2, 0)
    assert [flood["kind"] for flood in report["floods"]] == ["heartrate", "start"]
    for flood in report["floods"]:
        assert flood["sent"] > 0
        assert flood["connects"] >= 1
        for stretch in (flood["without"], flood["during"]):
            assert stretch["songs"] >= 4
            assert 0 < stretch["song_ms"]["p50"] <= stretch["song_ms"]["p99"]
    assert sum(flood["refused"] for flood in report["floods"]) > 0


def test_a_crowd_is_served_again_after_a_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JOIN_SECONDS", "BEFORE_SECONDS", "RECENT_SECONDS"):
        monkeypatch.setattr(overload, name, 3.0)
    command = ["bench", "overload", "--capacity", "2", "--stall", "2", "--seconds", "4", "--json"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report.keys() == {"machine", "capacity_songs_per_s", "runs"}
    assert report["capacity_songs_per_s"] == 2
    uses = [(run["use"], run["stall_s"]) for run in report["runs"]]
    assert uses == [(0.5, 0), (1, 0), (2, 0), (0.5, 2), (0.3, 2)]
    assert all(run["recovered_s"] is not None for run in report["runs"])
    assert sum(run["songs"] for run in report["runs"]) > 60
    loaded = report["runs"][2]
    assert loaded["songs"] > 30
    assert loaded["requests_per_song"] > 0
    assert loaded["p99_s"] >= loaded["p50_s"] > 0


@pytest.fixture
def ledger() -> Ledger:
    """One person who sent ten samples and got one song of a hundred seconds."""
    ledger = Ledger(interval_ms=30_000, gap_ms=30_000, lead_ms=10_000, emit_every_ms=5_000)
    ledger.people = {"ann": Person(listens=True)}
    ledger.sent("ann", [(second * 1000, 100.0 + second) for second in range(10)], at_ms=50_000)
    ledger.averaged(Average("ann", pulse_at(9000), 10, 9000), at_ms=50_020.0)
    ledger.asked("ann", Asked(0, 0, pulse_at(9000)))
    ledger.received("ann", push(0, ends_at_ms=100_000), at_ms=50_070.0)
    return ledger


def pulse_at(at_ms: int) -> Pulse:
    return Pulse(at_ms, at_ms - 5000, 109.0, 104.5, 100.0, 109.0, 0.0)


def push(slot: int, ends_at_ms: int) -> SongPush:
    why = Why("pulse", 0, 100, 100, 100, 100, 1, 0, {}, "test")
    song, starts_at_ms = Song("a", "A", "A", 100, 100), ends_at_ms - 100_000
    return SongPush(0, slot, song, starts_at_ms, ends_at_ms, (96, 104), Opinion(), why)


def test_a_clean_run_is_counted_as_clean(ledger: Ledger) -> None:
    assert ledger.samples_lost() == ledger.samples_duplicated() == 0
    assert ledger.averages_wrong() == 0
    assert ledger.songs_duplicated() == ledger.slots_unfilled() == 0
    assert ledger.fold_ms() == [20]
    assert ledger.song_ms() == [70]


def test_a_late_song_is_measured_from_the_first_sample_that_asked_for_it(ledger: Ledger) -> None:
    ledger.sent("ann", [(second * 1000, 100.0) for second in (90, 95, 120)], at_ms=60_000)
    ledger.sent("ann", [(125_000, 100.0)], at_ms=95_000)
    ledger.asked("ann", Asked(0, 1, pulse_at(95_000)))
    ledger.asked("ann", Asked(0, 1, pulse_at(125_000)))
    ledger.received("ann", push(1, ends_at_ms=225_000), at_ms=95_500.0)
    assert ledger.song_ms() == [70, 35_500]
    assert ledger.wait_ms() == [5_000]
    assert ledger.requests == 3


def test_a_lost_sample_is_counted(ledger: Ledger) -> None:
    ledger.sent("ann", [(10_000, 100.0)], at_ms=51_000)
    assert ledger.samples_lost() == 1


def test_a_sample_folded_twice_is_counted(ledger: Ledger) -> None:
    ledger.averaged(
        Average("ann", Pulse(9000, 4000, 109.0, 104.5, 100.0, 109.0, 0.0), 11, 9000), at_ms=50_030.0
    )
    assert ledger.samples_duplicated() == 1


def test_a_wrong_average_is_counted(ledger: Ledger) -> None:
    ledger.averaged(
        Average("ann", Pulse(9000, 4000, 109.0, 104.6, 100.0, 109.0, 0.0), 10, 9000), at_ms=50_030.0
    )
    assert ledger.averages_wrong() == 1


def test_an_average_without_a_spike_is_right(ledger: Ledger) -> None:
    ledger.people["bob"] = Person()
    rates = [100.0] * 12
    rates[6] = 160.0
    ledger.sent("bob", [(second * 1000, rate) for second, rate in enumerate(rates)], at_ms=50_000)
    for average, wrong in ((100.0, 0), (105.4, 1)):
        pulse = Pulse(11_000, 6_000, 100.0, average, 100.0, 100.0, 0.0)
        ledger.averaged(Average("bob", pulse, 12, 11_000), at_ms=50_020.0)
        assert ledger.averages_wrong() == wrong


def test_a_second_song_for_a_slot_is_counted(ledger: Ledger) -> None:
    ledger.received("ann", push(0, ends_at_ms=100_000), at_ms=50_080.0)
    assert ledger.songs_duplicated() == 1


def test_a_slot_that_fell_due_and_stayed_empty_is_counted(ledger: Ledger) -> None:
    ledger.sent("ann", [(94_999, 100.0)], at_ms=60_000)
    assert ledger.slots_unfilled() == 0
    ledger.sent("ann", [(95_000, 100.0)], at_ms=60_001)
    assert ledger.slots_unfilled() == 1
    ledger.received("ann", push(1, ends_at_ms=200_000), at_ms=60_100.0)
    assert ledger.slots_unfilled() == 0


def test_a_slot_that_was_left_out_is_counted(ledger: Ledger) -> None:
    ledger.received("ann", push(2, ends_at_ms=300_000), at_ms=60_100.0)
    assert ledger.slots_unfilled() == 1
