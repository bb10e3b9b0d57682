import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, convert

from lambdas.domain.bend import BEND_PER_SECOND, MAX_BEND, playback_rate, tempo_range

FILE = Path(__file__).parents[2] / "events" / "bends.json"


class Bend(Struct, frozen=True, forbid_unknown_fields=True):
    """One case that the client's rule is held to as well, see frontend/test/bend.test.ts."""

    case: str
    rate: float
    tempo: tuple[float, float]
    target: float
    elapsed_seconds: float
    next_rate: float


BENDS = convert(json.loads(FILE.read_text("utf-8")), list[Bend])
tempi = st.floats(40, 250)
rates = st.floats(1 - MAX_BEND, 1 + MAX_BEND)
seconds = st.floats(0, 60)


@pytest.mark.parametrize("bend", BENDS, ids=lambda bend: bend.case)
def test_the_rate_is_the_one_that_the_client_gets(bend: Bend) -> None:
    rate = playback_rate(bend.rate, bend.tempo, bend.target, bend.elapsed_seconds)
    assert rate == pytest.approx(bend.next_rate, abs=1e-12)


def test_a_song_may_be_bent_by_four_percent_to_either_side() -> None:
    assert tempo_range(125) == pytest.approx((120, 130))


@given(rates, tempi, tempi, seconds)
def test_a_song_is_never_bent_beyond_its_range(
    rate: float, tempo: float, target: float, elapsed_seconds: float
) -> None:
    slowest, fastest = tempo_range(tempo)
    heard = tempo * playback_rate(rate, (slowest, fastest), target, elapsed_seconds)
    assert slowest - 1e-9 <= heard <= fastest + 1e-9


@given(rates, tempi, tempi, seconds)
def test_the_rate_changes_too_slowly_to_be_noticed(
    rate: float, tempo: float, target: float, elapsed_seconds: float
) -> None:
    moved = playback_rate(rate, tempo_range(tempo), target, elapsed_seconds) - rate
    assert abs(moved) <= BEND_PER_SECOND * elapsed_seconds + 1e-12


@given(rates, tempi, tempi, seconds, seconds)
def test_two_steps_lead_as_far_as_one_of_the_same_time(
    rate: float, tempo: float, target: float, first: float, second: float
) -> None:
    bounds = tempo_range(tempo)
    twice = playback_rate(playback_rate(rate, bounds, target, first), bounds, target, second)
    assert twice == pytest.approx(playback_rate(rate, bounds, target, first + second))
