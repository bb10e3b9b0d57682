"""The line of a workout is the same in whatever messages its samples come."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.session import Opinion, Settings, Song, SongPush, Why
from lambdas.domain.effort import effort_points
from lambdas.domain.line import MINUTE_MS, STEP_MS, Point, longer, points
from lambdas.domain.played import Ending, Sums, played, sums_of
from lambdas.domain.window import Window, average, emit, fold, is_due_to_emit

BEGAN_MS = 29_333_334 * MINUTE_MS + 7_300
GAP_MS = 30_000
SECONDS = 360
Samples = list[tuple[int, float]]
RISING: Samples = [(BEGAN_MS + 1000 * at, 100 + at // 4) for at in range(SECONDS)]


def lines_of(messages: list[Samples]) -> dict[int, bytes]:
    """The lines of all minutes, as `average` keeps them."""
    window, over = Window(30_000), dict[int, bytes]()
    for message in messages:
        fold(window, message, message[-1][0], GAP_MS, over)
        if is_due_to_emit(window, 5_000):
            emit(window, over)
    return over | {window.minute: window.line}


def cut(samples: Samples, size: int, repeated: int = 0) -> list[Samples]:
    """Messages of `size` new samples, which repeat as many of those before."""
    return [
        samples[max(0, begin - repeated) : begin + size] for begin in range(0, len(samples), size)
    ]


def points_of(lines: dict[int, bytes]) -> list[Point]:
    return [point for minute, line in sorted(lines.items()) for point in points(minute, line)]


def sums(lines: dict[int, bytes]) -> Sums:
    why = Why("pulse", BEGAN_MS, 131.0, 130.0, 130.0, 130.0, 1, 0.0, {}, "because")
    song = SongPush(
        session=BEGAN_MS,
        slot=0,
        song=Song("song", "Song", "Artist", 130, SECONDS),
        starts_at_ms=BEGAN_MS,
        ends_at_ms=BEGAN_MS + 1000 * SECONDS,
        tempo_range=(124.8, 135.2),
        opinion=Opinion(),
        why=why,
    )
    ending = Ending(song, Settings(max_heart_rate=190), song.ends_at_ms, skipped=False)
    return sums_of(played(ending, points_of(lines)))


@pytest.mark.parametrize(("size", "repeated"), [(60, 0), (60, 60), (120, 0), (360, 0)])
def test_long_messages_tell_the_zones_and_effort_of_short_ones(size: int, repeated: int) -> None:
    live, long = lines_of(cut(RISING, 10)), lines_of(cut(RISING, size, repeated))
    assert sums(long).seconds == pytest.approx(SECONDS, abs=STEP_MS / 1000)
    assert sums(long).zone_seconds == pytest.approx(sums(live).zone_seconds, abs=STEP_MS / 1000)
    efforts = [effort_points(BEGAN_MS, 190, sorted(lines.items())) for lines in (live, long)]
    assert efforts[1] == pytest.approx(efforts[0], abs=5 * STEP_MS / MINUTE_MS)


@given(st.integers(1, 120))
def test_no_step_with_samples_goes_without_a_point(size: int) -> None:
    steps = [point.at_ms // STEP_MS for point in points_of(lines_of(cut(RISING, size)))]
    assert steps[0] == BEGAN_MS // STEP_MS
    assert all(later - one == 1 for one, later in pairwise(steps))
    assert steps[-1] >= RISING[-1][0] // STEP_MS - 1


def test_a_point_within_a_message_has_the_average_that_was_running_there() -> None:
    lines = lines_of([RISING])
    assert len(lines) == 7
    for point in points_of(lines):
        window = Window(30_000)
        until = [sample for sample in RISING if sample[0] <= point.at_ms]
        fold(window, until, until[-1][0], GAP_MS)
        assert point.heart_rate == until[-1][1]
        assert point.average == pytest.approx(average(window), abs=0.01)


@given(st.integers(5, 15))
def test_messages_of_five_to_fifteen_seconds_draw_what_was_emitted(size: int) -> None:
    """And a point of the first step, where the first message goes on to the next."""
    window, drawn = Window(30_000), dict[int, bytes]()
    for message in cut(RISING, size):
        fold(window, message, message[-1][0], GAP_MS)
        if is_due_to_emit(window, 5_000):
            pulse = emit(window)
            minute = pulse.at_ms // MINUTE_MS
            now = (pulse.at_ms, pulse.heart_rate, pulse.average)
            drawn[minute] = longer(drawn.get(minute, b""), *now)
    found, emitted = points_of(lines_of(cut(RISING, size))), points_of(drawn)
    assert found[-len(emitted) :] == emitted
    first_step = found[: -len(emitted)]
    assert [point.at_ms // STEP_MS for point in first_step] in ([], [BEGAN_MS // STEP_MS])


def test_what_was_measured_before_a_pause_within_a_message_has_its_point() -> None:
    before, after = RISING[:20], RISING[100:110]
    found = [(point.at_ms - BEGAN_MS) // 1000 for point in points_of(lines_of([before + after]))]
    assert found == [7, 19, 109]


def test_a_message_that_comes_again_changes_no_line() -> None:
    once = cut(RISING, 60)
    twice = [message for message in once for _ in range(2)]
    assert lines_of(twice) == lines_of([*once, *once]) == lines_of(once)
