"""The effect of the filter is measured by what it does, and is none without it."""

from random import Random

import numpy as np
import pytest

from evaluation.segments import Segment
from evaluation.spikes import SPIKE_BY, SPIKE_SECONDS, _plain, _spiked, effect
from lambdas.domain import window


def segment(*, heart_rate: float = 120, swing: float = 0) -> Segment:
    """Twenty minutes of a heart that goes up and down by `swing`, over a minute."""
    line = heart_rate + swing * np.sin(np.arange(1200) / 60 * 2 * np.pi)
    return Segment("ann", "run", 0, line, line)


def test_made_spikes_move_hardly_any_average_and_a_sprint_comes_through_in_time() -> None:
    found = effect([segment(), segment(heart_rate=150, swing=20)], seed=1)
    assert (found.spikes, found.sprints) == (40, 2)
    assert found.moved_most <= 2 < found.unfiltered_most
    assert found.moved_mean < 0.5 < 2 < found.unfiltered_mean
    assert found.moved_far == 0
    assert 2 < found.sprint_seconds <= 5
    assert found.own_mean == 0


def test_without_the_filter_the_effect_is_that_of_the_plain_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(window, "SPIKE", 1_000)
    found = effect([segment(swing=20)], seed=1)
    assert found.moved_mean == pytest.approx(found.unfiltered_mean)
    assert found.moved_most == pytest.approx(found.unfiltered_most)
    assert found.moved_far > 0.5
    assert found.sprint_seconds == 0


def test_a_filter_that_held_back_jumps_would_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "NEAR_MS", 8_000)
    assert effect([segment()], seed=1).sprint_seconds > 5


def test_spikes_are_short_and_high_and_the_rest_of_the_line_is_the_same() -> None:
    line = segment().heart_rates
    spiked, made = _spiked(line, Random(1))
    places = np.flatnonzero(spiked != line)
    assert made <= len(places) <= made * SPIKE_SECONDS
    assert set(np.unique(spiked[places] - line[places])) <= {*range(SPIKE_BY[0], SPIKE_BY[1] + 1)}


def test_the_plain_average_is_the_area_under_the_line() -> None:
    line = np.arange(100.0, 180.0)
    assert np.isnan(_plain(line)[29])
    assert _plain(line)[30] == pytest.approx(115)
    assert _plain(line)[79] == pytest.approx(164)
