from struct import error

import pytest

from lambdas.domain.line import MINUTE_MS, Point, longer, points

MINUTE = 29_333_334
START_MS = MINUTE * MINUTE_MS


def drawn(*seconds: int) -> bytes:
    line = b""
    for second in seconds:
        line = longer(line, START_MS + 1000 * second, 120.0 + second, 119.98)
    return line


def test_of_several_points_within_a_step_the_last_one_stays() -> None:
    found = points(MINUTE, drawn(0, 5, 14, 15, 44, 59))
    assert [(point.at_ms - START_MS) // 1000 for point in found] == [14, 15, 44, 59]


def test_a_session_that_begins_again_within_the_minute_makes_its_line_no_longer() -> None:
    found = points(MINUTE, drawn(*range(60), *range(5, 40)))
    assert [(point.at_ms - START_MS) // 1000 for point in found] == [14, 29, 39]


def test_a_point_is_told_to_a_tenth_and_its_average_to_a_hundredth_of_a_beat() -> None:
    line = longer(b"", START_MS + 7, 131.26, 128.337)
    assert points(MINUTE, line) == [Point(START_MS + 7, 131.3, 128.34)]


def test_a_minute_is_at_most_four_points_of_six_bytes() -> None:
    assert len(drawn(*range(60))) == 24


@pytest.mark.parametrize("line", [b"x", b"seven b"])
def test_what_is_no_line_is_refused(line: bytes) -> None:
    with pytest.raises(error):
        points(MINUTE, line)
