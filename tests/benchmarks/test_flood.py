"""The benchmark of floods counts what the flooder sent and what the others got."""

import json

from typer import Typer
from typer.testing import CliRunner

from benchmarks.flood import _fairness
from benchmarks.flooder import Flooded
from benchmarks.pipeline import Percentiles
from tempofit import measure

KINDS = ["heartrate", "start", "own_songs", "skip", "workout"]


def test_others_lose_no_song_to_a_flood_of_any_kind() -> None:
    app = Typer()
    app.command()(measure.flood)
    options = ["--users", "4", "--seconds", "2", "--stretches", "1", "--json"]
    done = CliRunner().invoke(app, options)
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert (report["users"], report["seconds"], report["songs_lost"]) == (4, 2, 0)
    assert [flood["kind"] for flood in report["floods"]] == KINDS
    for flood in report["floods"]:
        assert flood["sent"] > 0
        assert flood["connects"] >= 1
        for stretch in (flood["without"], flood["during"]):
            assert stretch["songs"] >= 4
            assert 0 < stretch["song_ms"]["p50"] <= stretch["song_ms"]["p99"]
    assert sum(flood["refused"] for flood in report["floods"]) > 0


def test_a_song_that_never_came_is_lost_and_the_others_are_compared() -> None:
    found = _fairness("skip", Flooded(sent=7), 5, [100.0, 100.0], [None, 250.0])
    assert (found.sent, found.refused) == (7, 5)
    assert (found.without.songs, found.without.lost) == (2, 0)
    assert (found.during.songs, found.during.lost) == (2, 1)
    assert found.ratio == Percentiles(2.5, 2.5)


def test_stretches_of_a_flood_are_added_up() -> None:
    assert Flooded(10, 2, 0, 1, 3) + Flooded(5, 1, 1, 1, 0) == Flooded(15, 3, 1, 2, 3)
