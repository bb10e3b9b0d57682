"""Two minutes of faults, and nothing is lost, doubled, or left without a song."""

import json

import pytest
from typer.testing import CliRunner

from benchmarks.chaos.plan import KINDS
from tempofit.__main__ import app

SEED = 4


def test_whatever_fails_nothing_is_lost_doubled_or_left_without_a_song(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """How soon all is well is not asked: the machine may be slow, and its tests many."""
    monkeypatch.delenv("REDIS_URL", raising=False)
    command = ["chaos", "--users", "12", "--minutes", "2", "--seed", str(SEED), "--json"]
    done = CliRunner().invoke(app, command)
    assert done.stdout, done.output
    report = json.loads(done.stdout)
    assert report["faults"].keys() == KINDS.keys()
    for name in ("samples_lost", "samples_duplicated", "songs_duplicated"):
        assert report[name] == 0, report
    assert report["slots_unfilled"] == report["songs_untold"] == 0, report
    assert report["dead_letters"] == report["poison_sent"] >= 12 * 4, report
    assert report["dead_letters_others"] == 0, report
    assert report["unreadable_counted"] >= report["unreadable_sent"] >= 12 * 4, report
    settled = ("folded", "refused", "gone")
    assert report["samples_sent"] == sum(report[f"samples_{name}"] for name in settled)
    assert report["samples_folded"] > 500
    assert report["songs_stored"] >= 12
    for name in ("rss_mb", "file_handles", "log_mb"):
        assert all(figure > 0 for figure in report[f"{name}_by_quarter"])


def test_a_redis_that_is_not_ours_is_not_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    done = CliRunner().invoke(app, ["chaos"])
    assert done.exit_code == 1
    assert "REDIS_URL" in done.output
