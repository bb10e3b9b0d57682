from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.target import (
    MAX_TEMPO,
    MIN_TEMPO,
    max_heart_rate,
    reserve,
    target_tempo,
    zone_tempo,
)

Mode = Literal["pulse", "zone"]
heart_rates = st.floats(30, 230)


def target(average: float, mode: Mode = "pulse") -> float:
    return target_tempo(mode, average, resting=60, maximum=180)


def test_pulse_aims_at_the_heart_rate_itself() -> None:
    assert target(134.5) == 134.5


@pytest.mark.parametrize(
    ("average", "tempo"), [(60, 95), (84, 110), (108, 123), (120, 126), (168, 140), (180, 142)]
)
def test_zone_follows_the_curve_of_preferred_tempo(average: float, tempo: float) -> None:
    assert target(average, "zone") == pytest.approx(tempo)


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_curve_never_falls_as_the_work_grows(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert zone_tempo(low) <= zone_tempo(high) + 1e-9
    assert 95 <= zone_tempo(low) <= 142


@given(heart_rates, st.sampled_from(["pulse", "zone"]))
def test_every_target_can_be_played(average: float, mode: Mode) -> None:
    assert MIN_TEMPO <= target(average, mode) <= MAX_TEMPO


def test_heart_rates_beyond_any_song_aim_at_the_bounds() -> None:
    assert target(45) == 60
    assert target(210) == 180


def test_maximum_heart_rate_follows_tanaka() -> None:
    assert max_heart_rate(40) == 180


def test_reserve_is_a_share_even_when_the_limits_make_no_sense() -> None:
    assert reserve(200, 60, 180) == 1
    assert reserve(40, 60, 180) == 0
    assert reserve(120, 100, 90) == 1
    assert reserve(90, 100, 90) == 0
