import numpy as np
import pytest

from benchmarks.onsets import Samples
from benchmarks.transitions import CLICKS, apart, said

RATE = 44_100


def clicks(hertz: float, times: list[float]) -> Samples:
    samples = np.zeros(4 * RATE, np.float32)
    second = np.arange(RATE // 10) / RATE
    click = np.sin(2 * np.pi * hertz * second) * np.exp(-second / 0.004)
    for at in times:
        samples[round(at * RATE) :][: len(click)] += click.astype(np.float32)
    return samples


def test_each_beat_of_the_song_that_comes_is_held_to_one_of_the_song_that_goes() -> None:
    (going, *_), (coming, *_) = CLICKS
    heard = clicks(going, [0.5, 1.0, 1.5, 2.0]) + clicks(coming, [1.0, 1.512, 1.98, 2.9])
    assert apart(heard, RATE) == pytest.approx([0, 0.012, -0.02], abs=0.003)


def test_songs_that_share_no_beat_are_said_to_share_none() -> None:
    (going, *_), (coming, *_) = CLICKS
    assert said(apart(clicks(going, [0.5]) + clicks(coming, [2.5]), RATE)) == "no beats were shared"
    assert said([-0.004, 0.01, 0.02]) == (
        "3 beats of both, 10 ms apart at the median, 10 ms at the 90th percentile, 20 ms at most"
    )
