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

heart_rates = st.floats(30, 230)


def target(average: float, mode: str = "pulse", previous: float | None = None) -> float:
    assert mode in ("pulse", "zone")
    return target_tempo(
        "zone" if mode == "zone" else "pulse",
        average,
        resting=60,
        maximum=180,
        previous=previous,
    )


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


@given(heart_rates, st.sampled_from(["pulse", "zone"]), st.none() | st.floats(60, 180))
def test_every_target_can_be_played_and_is_near_the_one_before(
    average: float, mode: str, previous: float | None
) -> None:
    tempo = target(average, mode, previous)
    assert MIN_TEMPO <= tempo <= MAX_TEMPO
    if previous is not None:
        assert abs(tempo - previous) <= 0.12 * previous + 1e-9


def test_a_jump_is_taken_in_steps_of_twelve_percent() -> None:
    assert target(170, previous=100) == pytest.approx(112)
    assert target(80, previous=150) == pytest.approx(132)


def test_maximum_heart_rate_follows_tanaka() -> None:
    assert max_heart_rate(40) == 180


def test_reserve_is_a_share_even_when_the_limits_make_no_sense() -> None:
    assert reserve(200, 60, 180) == 1
    assert reserve(40, 60, 180) == 0
    assert reserve(120, 100, 90) == 1
    assert reserve(90, 100, 90) == 0
