from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.effort import effort_points
from lambdas.domain.line import MINUTE_MS, longer

BEGAN_MINUTE = 29_333_334
BEGAN_MS = BEGAN_MINUTE * MINUTE_MS


def line_of(heart_rates: list[float], step_s: int = 15) -> list[tuple[int, bytes]]:
    """A line with a point at the end of each step."""
    lines: dict[int, bytes] = {}
    for index, heart_rate in enumerate(heart_rates, 1):
        at_ms = BEGAN_MS + index * step_s * 1000
        minute = at_ms // MINUTE_MS
        lines[minute] = longer(lines.get(minute, b""), at_ms, heart_rate, heart_rate)
    return sorted(lines.items())


@pytest.mark.parametrize(
    ("share", "number"),
    [(0.35, 0), (0.45, 0), (0.499, 0), (0.5, 1), (0.6, 2), (0.7, 3), (0.8, 4), (0.9, 5), (1.2, 5)],
)
def test_a_minute_counts_by_the_tenth_of_the_maximum_that_it_is_in(
    share: float, number: int
) -> None:
    assert effort_points(BEGAN_MS, 200, line_of([200 * share] * 4)) == pytest.approx(number)


def test_points_are_minutes_times_the_number_of_their_zone() -> None:
    ten_minutes_in_zone_4 = line_of([170.0] * 40)
    assert effort_points(BEGAN_MS, 200, ten_minutes_in_zone_4) == pytest.approx(40)
    two_zones = line_of([110.0] * 4 + [190.0] * 4)
    assert effort_points(BEGAN_MS, 200, two_zones) == pytest.approx(1 + 5)


def test_a_rest_earns_nothing() -> None:
    assert effort_points(BEGAN_MS, 200, line_of([90.0] * 100)) == 0


def test_what_was_before_the_session_does_not_count() -> None:
    lines = line_of([170.0] * 40)
    assert effort_points(BEGAN_MS + 5 * MINUTE_MS, 200, lines) == pytest.approx(20)
    assert effort_points(BEGAN_MS + 10 * MINUTE_MS, 200, lines) == 0


def test_a_silence_earns_no_more_than_half_a_minute() -> None:
    first = line_of([190.0])
    hour_later = [(minute + 60, line) for minute, line in first]
    assert effort_points(BEGAN_MS, 200, first + hour_later) == pytest.approx(1.25 + 2.5)


@given(st.lists(st.floats(30, 230), max_size=60), st.floats(100, 230))
def test_points_only_grow_and_never_faster_than_five_a_minute(
    heart_rates: list[float], maximum: float
) -> None:
    all_points = [
        effort_points(BEGAN_MS, maximum, line_of(heart_rates[:count]))
        for count in range(len(heart_rates) + 1)
    ]
    for before, after in pairwise(all_points):
        assert before <= after <= before + 5 / 4 + 1e-9
