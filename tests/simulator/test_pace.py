import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.samples import MAX_FUTURE_MS
from simulator.fleet import athlete_feeds, workout_feeds
from simulator.pace import Feed, pace
from simulator.replay import Workout

NOW_MS = 1_760_000_000_000


@given(
    duration=st.floats(1, 40_000),
    speed=st.floats(0.05, 1000),
    share=st.floats(0, 1),
)
def test_event_time_never_runs_ahead_of_the_clock_and_ends_with_it(
    duration: float, speed: float, share: float
) -> None:
    course = pace(NOW_MS, duration, speed)
    clock_ms = NOW_MS + int(share * duration * 1000 / speed)
    assert course.event_ms(clock_ms) <= clock_ms + 1 < clock_ms + MAX_FUTURE_MS
    if speed >= 1:
        end_ms = NOW_MS + int(duration * 1000 / speed)
        assert course.event_ms(end_ms) == pytest.approx(end_ms, abs=speed + 2)


def test_a_workout_at_speed_ten_starts_nine_tenths_of_it_ago() -> None:
    course = pace(NOW_MS, 600, 10)
    assert course.start_ms == NOW_MS - 540_000
    assert course.event_ms(NOW_MS + 60_000) == NOW_MS + 60_000


def test_at_speed_one_event_time_is_the_clock() -> None:
    course = pace(NOW_MS, 600, 1)
    assert course.event_ms(NOW_MS + 1234) == NOW_MS + 1234


@given(event_ms=st.integers(0, 10**7), speed=st.floats(0.05, 1000))
def test_the_clock_of_an_event_is_the_first_at_which_it_is_due(event_ms: int, speed: float) -> None:
    course = pace(NOW_MS, 0, speed)
    clock_ms = course.clock_ms(NOW_MS + event_ms)
    assert course.event_ms(clock_ms + 1) >= NOW_MS + event_ms
    assert event_ms == 0 or course.event_ms(clock_ms - 1) < NOW_MS + event_ms


@pytest.mark.parametrize("speed", [0, -1])
def test_no_speed_is_refused_in_a_sentence(speed: float) -> None:
    with pytest.raises(ValueError, match=f"this one is {speed}"):
        pace(NOW_MS, 600, speed)


def test_a_feed_hands_each_sample_out_once_when_it_is_due() -> None:
    course = pace(NOW_MS, 10, 1)
    feed = Feed(iter([(NOW_MS + second * 1000, 100.0) for second in range(10)]), course)
    assert [at_ms - NOW_MS for at_ms, _ in feed.due(NOW_MS + 2500)] == [0, 1000, 2000]
    assert feed.due(NOW_MS + 2900) == []
    assert not feed.done
    assert feed.due_ms == NOW_MS + 3000
    assert len(feed.due(NOW_MS + 60_000)) == 7
    assert feed.due_ms == float("inf")
    assert feed.done


def test_people_replay_workouts_in_turn_under_their_own_names() -> None:
    workouts = [Workout("a", "1"), Workout("b", "2")]
    for workout, heart_rate in zip(workouts, (100.0, 150.0), strict=True):
        workout.seconds.extend([0.0, 1.0])
        workout.heart_rates.extend([heart_rate] * 2)
    feeds = workout_feeds(workouts, 3, NOW_MS)
    assert {user: feed.due(NOW_MS + 5000)[0][1] for user, feed in feeds.items()} == {
        "athlete-001": 100.0,
        "athlete-002": 150.0,
        "athlete-003": 100.0,
    }


def test_a_workout_without_end_runs_at_speed_one_only() -> None:
    assert len(athlete_feeds(2, 1, NOW_MS)) == 2
    with pytest.raises(ValueError, match="needs a duration"):
        athlete_feeds(2, 1, NOW_MS, speed=2)


def test_nothing_of_a_fast_workout_is_sent_with_a_time_in_the_future() -> None:
    feed = athlete_feeds(1, 1, NOW_MS, seconds=600, speed=20)["athlete-001"]
    for clock_ms in range(NOW_MS, NOW_MS + 31_000, 1000):
        assert all(at_ms <= clock_ms for at_ms, _ in feed.due(clock_ms))
    assert feed.done
