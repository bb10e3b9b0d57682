from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.due import DueSlot, SongEnd, Timing, asked, due_slot, song_times

TIMING = Timing(lead_ms=10_000, ask_again_ms=30_000, session_gap_ms=900_000)
PLAYING = SongEnd(session=1_000, slot=3, ends_at_ms=200_000)


def test_the_first_average_of_a_person_opens_a_session() -> None:
    assert due_slot(None, 5_000, TIMING) == DueSlot(session=5_000, slot=0)


def test_a_song_that_plays_on_is_left_alone() -> None:
    assert due_slot(PLAYING, 189_999, TIMING) is None


def test_the_next_song_is_due_when_its_lead_begins() -> None:
    assert due_slot(PLAYING, 190_000, TIMING) == DueSlot(session=1_000, slot=4)


def test_a_slot_is_asked_for_once() -> None:
    waiting = asked(PLAYING, DueSlot(1_000, 4), 190_000)
    assert due_slot(waiting, 195_000, TIMING) is None


def test_a_request_that_nobody_answered_is_made_again_after_thirty_seconds() -> None:
    waiting = asked(PLAYING, DueSlot(1_000, 4), 190_000)
    assert due_slot(waiting, 219_999, TIMING) is None
    assert due_slot(waiting, 220_000, TIMING) == DueSlot(1_000, 4)


def test_the_average_that_asked_asks_again_when_it_is_delivered_again() -> None:
    waiting = asked(PLAYING, DueSlot(1_000, 4), 190_000)
    assert due_slot(waiting, 190_000, TIMING) == DueSlot(1_000, 4)


def test_a_song_that_ended_a_while_ago_goes_on_in_the_same_session() -> None:
    assert due_slot(PLAYING, 200_000 + 900_000, TIMING) == DueSlot(1_000, 4)


def test_after_the_session_gap_a_new_session_starts() -> None:
    late = 200_000 + 900_001
    assert due_slot(PLAYING, late, TIMING) == DueSlot(session=late, slot=0)
    assert asked(PLAYING, DueSlot(late, 0), late) == SongEnd(late, -1, late, 0, late)


def test_a_swept_item_and_one_that_ttl_left_lead_to_the_same_session() -> None:
    late = 200_000 + 900_001
    assert due_slot(PLAYING, late, TIMING) == due_slot(None, late, TIMING)


def test_a_song_follows_the_one_before_it_or_starts_at_once() -> None:
    assert song_times(PLAYING.ends_at_ms, 190_000, 240_000) == (200_000, 440_000)
    assert song_times(PLAYING.ends_at_ms, 215_000, 240_000) == (215_000, 455_000)


@given(
    st.lists(st.integers(1, 4_000), min_size=1, max_size=200),
    st.integers(45_000, 900_000),
    st.booleans(),
)
def test_answered_at_once_every_slot_is_filled_once_and_in_order(
    steps: list[int], duration_ms: int, repeat: bool
) -> None:
    end: SongEnd | None = None
    at_ms, filled = 0, []
    for step in steps:
        at_ms += step * 100
        for _ in range(2 if repeat else 1):
            due = due_slot(end, at_ms, TIMING)
            if due is None:
                continue
            waiting = asked(end, due, at_ms)
            _, ends_at_ms = song_times(waiting.ends_at_ms, at_ms, duration_ms)
            end = replace(waiting, slot=due.slot, ends_at_ms=ends_at_ms, asked_slot=None)
            filled.append((due.session, due.slot))
    assert len(filled) == len(set(filled))
    sessions = {session for session, _ in filled}
    for session in sessions:
        slots = [slot for one, slot in filled if one == session]
        assert slots == list(range(len(slots)))
