import json

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks.tempo import is_same
from benchmarks.tracks import DRIFT, SAMPLE_RATE, Track, sound, tracks
from tempofit.__main__ import app


def test_the_command_and_the_page_hear_the_same_tracks() -> None:
    done = CliRunner().invoke(app, ["bench", "tempo", "--every", "50", "--without-peers", "--json"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["all"].keys() == {"command", "page"}
    assert report["all"]["command"] == report["all"]["page"]
    assert report["all"]["page"]["tracks"] == 4
    assert report["all"]["page"]["right_but_for_octave"] == 1
    assert report["sureness"]["page"]["sure"] == report["sureness"]["page"]["sure_right"]


def test_every_pattern_and_loop_is_played_over_the_tempi_of_people() -> None:
    played = list(tracks())
    tempi = [track.tempo for track in played]
    assert (min(tempi), max(tempi)) == (60, 190)
    assert len({track.group for track in played}) == 8 + 3 + 3


@pytest.mark.parametrize("how", ["swing", "drift", "intro"])
def test_a_track_is_played_as_it_says(how: str) -> None:
    plain = Track("hats", 120, 4, {"hat": (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5)})
    other = next(track for track in tracks() if track.group == how)
    assert (other.swing, other.drift, other.intro) == (
        how == "swing",
        how == "drift",
        how == "intro",
    )
    samples = sound(plain, seconds=4)
    assert samples.shape == (4 * SAMPLE_RATE,)
    assert 0.8 < np.abs(samples).max() <= 1


def test_tempi_are_the_same_within_4_percent() -> None:
    assert is_same(124.7, 120)
    assert not is_same(125, 120)
    assert not is_same(None, 120)
    assert DRIFT < 0.04
