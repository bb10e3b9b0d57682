from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from events.pulse import Pulse
from lambdas.domain.due import (
    DueSlot,
    SongEnd,
    Timing,
    due_change,
    due_slot,
    is_worth_changing,
    song_times,
)

TIMING = Timing(lead_ms=10_000, ask_again_ms=30_000, session_gap_ms=900_000)
PLAYING = SongEnd(session=1_000, slot=3, ends_at_ms=200_000)
NEXT = DueSlot(session=1_000, slot=4)


def due(
    at_ms: int, end: SongEnd | None = PLAYING, every_ms: int = 5_000, started_ms: int = 0
) -> DueSlot | None:
    return due_slot(end, pulse(at_ms, at_ms - every_ms, started_ms), TIMING)


def pulse(at_ms: int, previous_ms: int, started_ms: int = 0) -> Pulse:
    return Pulse(at_ms, previous_ms, 120, 120, 120, 120, 0, started_ms)


def test_a_session_is_named_by_its_first_sample() -> None:
    first = pulse(1_760_000_005_000, 0, started_ms=1_760_000_000_400)
    assert due_slot(None, first, TIMING) == DueSlot(1_760_000_000_400, slot=0)


def test_whoever_asks_for_a_session_that_has_not_begun_asks_for_the_same_one() -> None:
    asks = {due(at_ms, None, started_ms=1_234) for at_ms in range(6_234, 901_000, 5_000)}
    assert asks == {None, DueSlot(1_234, slot=0)}


def test_a_session_that_begins_later_has_a_name_of_its_own() -> None:
    """The one that was named by the first sample may be over, and its song end swept."""
    asks = [due(at_ms, None, started_ms=1_234) for at_ms in range(901_234, 1_801_000, 5_000)]
    assert {ask for ask in asks if ask} == {DueSlot(901_234, slot=0)}


def test_a_pulse_that_does_not_tell_its_first_sample_names_a_session_by_itself() -> None:
    assert due(5_000, None) == DueSlot(5_000, slot=0)


def test_a_song_that_plays_on_is_left_alone() -> None:
    assert due(189_999) is None


def test_the_next_song_is_due_when_its_lead_begins() -> None:
    assert due(190_000) == due(194_999) == NEXT


def test_a_slot_is_asked_for_once() -> None:
    assert due(195_000) is None
    assert due(219_999) is None


def test_a_request_that_nobody_answered_is_made_again_less_and_less_often() -> None:
    asks = [at_ms for at_ms in range(190_000, 900_000, 5_000) if due(at_ms) == NEXT]
    after = [(at_ms - 190_000) // 1000 for at_ms in asks]
    assert after == [0, 30, 90, 210, 330, 450, 570, 690]


def test_a_person_without_a_session_asks_again_too() -> None:
    """The average before the first one was of another session, or there was none."""
    asks = [
        at_ms
        for at_ms in range(5_000, 300_000, 5_000)
        if due(at_ms, None, started_ms=1_000, every_ms=5_000)
    ]
    assert asks == [5_000, 35_000, 95_000, 215_000]


def test_an_average_after_a_silence_asks_for_what_fell_due_in_it() -> None:
    assert due(300_000, every_ms=200_000) == NEXT


def test_a_song_that_ended_a_while_ago_goes_on_in_the_same_session() -> None:
    late = 200_000 + 900_000
    assert due(late, every_ms=60_000, started_ms=late - 5_000) == NEXT


def test_after_the_session_gap_a_new_session_starts() -> None:
    late = 200_000 + 900_001
    assert due(late, every_ms=60_000, started_ms=late - 3_000) == DueSlot(late - 3_000, slot=0)


def test_a_song_follows_the_one_before_it_or_starts_at_once() -> None:
    assert song_times(PLAYING.ends_at_ms, 190_000, 240_000) == (200_000, 440_000)
    assert song_times(PLAYING.ends_at_ms, 215_000, 240_000) == (215_000, 455_000)


@given(
    st.lists(st.integers(10, 4_000), min_size=1, max_size=200),
    st.integers(45_000, 900_000),
)
def test_answered_at_once_every_slot_is_filled_once_in_order_and_in_time(
    steps: list[int], duration_ms: int
) -> None:
    end: SongEnd | None = None
    at_ms, filled = 0, []
    for step in steps:
        previous_ms, at_ms = at_ms, at_ms + step * 100
        now = pulse(at_ms, previous_ms, steps[0] * 100)
        found = due_slot(end, now, TIMING)
        if found is None:
            assert end is None or at_ms < end.ends_at_ms - TIMING.lead_ms
            continue
        _, ends_at_ms = song_times(end.ends_at_ms if end else at_ms, at_ms, duration_ms)
        end = SongEnd(found.session, found.slot, ends_at_ms)
        filled.append((found.session, found.slot))
        assert due_slot(end, now, TIMING) is None
    assert len(filled) == len(set(filled))
    for session in {session for session, _ in filled}:
        slots = [slot for one, slot in filled if one == session]
        assert slots == list(range(len(slots)))


LEFT = SongEnd(1_000, 3, 300_000, starts_at_ms=100_000, tempo=130.0, target=130.0)
NEXT_OF_LEFT = DueSlot(1_000, 4)


def test_a_song_is_changed_when_the_whole_interval_has_left_it() -> None:
    assert due_change(LEFT, (145.0, 160.0), 200_000, TIMING) == NEXT_OF_LEFT
    assert due_change(LEFT, (100.0, 115.0), 200_000, TIMING) == NEXT_OF_LEFT


def test_a_song_is_kept_while_some_of_the_interval_is_near_it() -> None:
    assert due_change(LEFT, (131.0, 160.0), 200_000, TIMING) is None
    assert due_change(LEFT, (100.0, 128.0), 200_000, TIMING) is None


def test_a_target_that_falls_as_the_heart_rate_rises_is_the_same() -> None:
    assert due_change(LEFT, (160.0, 145.0), 200_000, TIMING) == NEXT_OF_LEFT


def test_a_song_plays_for_a_minute_before_it_is_changed() -> None:
    assert due_change(LEFT, (145.0, 160.0), 159_999, TIMING) is None
    assert due_change(LEFT, (145.0, 160.0), 160_000, TIMING) == NEXT_OF_LEFT


def test_a_song_that_is_about_to_end_is_not_changed() -> None:
    assert due_change(LEFT, (145.0, 160.0), 290_000, TIMING) is None


def test_there_is_nothing_to_change_before_the_first_song() -> None:
    assert due_change(SongEnd(1_000, -1, 1_000), (145.0, 160.0), 200_000, TIMING) is None


def test_a_change_is_worth_it_only_for_a_song_that_is_much_nearer() -> None:
    assert is_worth_changing(playing=130, chosen=150, target=150)
    assert is_worth_changing(playing=130, chosen=155, target=150)
    assert not is_worth_changing(playing=130, chosen=131, target=150)
    assert not is_worth_changing(playing=130, chosen=169, target=150)


def test_an_ended_session_asks_for_nothing_more() -> None:
    ended = replace(PLAYING, ended_ms=150_000, ends_at_ms=150_000)
    assert {due(at_ms, ended) for at_ms in range(5_000, 150_001, 5_000)} == {None}


@given(st.integers(1, 600_000), st.integers(1, 200_000))
def test_whoever_goes_on_after_an_end_asks_for_one_session_that_begins_after_it(
    after_ms: int, started_ms: int
) -> None:
    ended = replace(PLAYING, ended_ms=150_000, ends_at_ms=150_000)
    asked = due(150_000 + after_ms, ended, every_ms=700_000, started_ms=started_ms)
    named = max(started_ms, 150_001)
    assert asked == (DueSlot(named, slot=0) if named <= 150_000 + after_ms else asked)
