from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from events.session import Settings
from lambdas.domain.due import SongEnd
from lambdas.domain.line import Point
from lambdas.domain.past import past_workout
from lambdas.domain.played import (
    Ending,
    Played,
    Sums,
    added,
    carried,
    cut_ms,
    ended,
    is_open,
    last_song,
    line_of,
    played,
    sums_of,
    told,
)
from lambdas.domain.session import Session
from tests.adapters.test_skip import SONG

STARTS, ENDS = SONG.starts_at_ms, SONG.ends_at_ms
PLAYING = Session(SongEnd(SONG.session, SONG.slot, ENDS, STARTS), Settings(), SONG, version=7)


def heard(*points: tuple[float, float], ends_seconds: float = 200, **changes: object) -> Played:
    """A song of 200 s at 130, with heart rates at so many seconds; 60 at rest, 160 at most."""
    ending = Ending(
        SONG, Settings(max_heart_rate=160), STARTS + int(ends_seconds * 1000), skipped=False
    )
    line = [Point(STARTS + int(at * 1000), rate, rate) for at, rate in points]
    return structs.replace(played(ending, line), **changes)


def test_a_heart_rate_counts_until_the_next_one_and_no_longer_than_half_a_minute() -> None:
    sums = sums_of(heard((0, 100), (10, 120), (100, 140)))
    assert sums.seconds == 10 + 30 + 30
    assert sums.average == round((100 * 10 + 120 * 30 + 140 * 30) / 70, 1)
    assert sums.highest == 140


def test_it_counts_no_longer_than_the_song() -> None:
    assert sums_of(heard((195, 100))).seconds == 5


def test_what_was_measured_just_before_is_known_as_the_song_begins() -> None:
    assert line_of(heard((-40, 90), (-20, 100), (-5, 105), (7, 110))) == [(0, 105), (7, 110)]
    assert line_of(heard((-30, 90))) == []


def test_what_was_measured_after_the_song_is_not_its_own() -> None:
    assert line_of(heard((0, 100), (59, 110), (60, 120), ends_seconds=60)) == [(0, 100), (59, 110)]


def test_a_line_has_a_point_every_five_seconds_at_most() -> None:
    line = line_of(heard(*((at / 2, 100 + at % 7) for at in range(400))))
    assert line[0] == (0, 101)
    assert all(later[0] - one[0] >= 5 for one, later in pairwise(line))
    assert line[-1][0] >= 190


def test_seconds_are_told_by_zone_and_none_below_the_first() -> None:
    by_zone = heard((0, 50), (10, 60), (20, 95), (30, 101), (40, 121), (50, 151), ends_seconds=60)
    assert sums_of(by_zone).zones == (10, 10, 10, 10, 10)
    assert sums_of(by_zone).seconds == 60


def test_in_pulse_a_song_fits_the_heart_and_otherwise_its_target() -> None:
    line = ((0, 130), (50, 140), (100, 145))
    pulse = sums_of(heard(*line, mode="pulse", tempo=130.0, target_tempo=130.0))
    assert pulse.fit == round(60 / 90, 4)
    zone = heard(*line, mode="zone", tempo=130.0, target_tempo=130.0)
    assert sums_of(zone).fit == 1
    assert sums_of(structs.replace(zone, tempo=141.0)).fit == 0
    locked = heard(*line, mode="pulse", lock=100.0, tempo=130.0)
    assert sums_of(locked).fit == 0


def test_where_nothing_was_measured_nothing_is_said() -> None:
    play = told(3, heard(), liked=None)
    assert (play.average, play.highest, play.fit, play.line) == (None, None, None, [])
    assert play.zone_seconds == (0, 0, 0, 0, 0)


@given(
    st.lists(
        st.tuples(st.integers(-100, 300), st.floats(30, 230)), max_size=50, unique_by=lambda p: p[0]
    ).map(sorted)
)
def test_whatever_was_measured_the_figures_agree_with_each_other(
    points: list[tuple[int, float]],
) -> None:
    play = heard(*points)
    sums, rates = sums_of(play), [rate for _, rate in line_of(play)]
    assert 0 <= sums.seconds <= 200
    assert sum(sums.zone_seconds) <= sums.seconds + 1e-6
    assert 0 <= sums.fitting_seconds <= sums.seconds
    if sums.average is not None:
        assert min(rates) - 0.1 <= sums.average <= max(rates) + 0.1
        assert sums.highest == max(rates)
    assert added(sums, Sums()) == sums
    past_workout(SONG.session, [play, play])


def test_a_song_plays_until_its_end_the_next_song_or_a_skip() -> None:
    assert last_song(PLAYING, ENDS + 1) == Ending(SONG, Settings(), ENDS, skipped=False)
    assert last_song(PLAYING, STARTS + 1) == Ending(SONG, Settings(), STARTS + 1, skipped=False)
    skipped = replace(PLAYING, end=replace(PLAYING.end, ends_at_ms=STARTS + 9))
    assert last_song(skipped, STARTS + 20) == Ending(SONG, Settings(), STARTS + 9, skipped=True)


def test_a_song_that_never_began_was_not_played() -> None:
    assert last_song(PLAYING, STARTS) is None
    assert last_song(replace(PLAYING, song=None), ENDS) is None


def test_of_an_ended_session_every_song_is_told_of_already() -> None:
    closed = ended(PLAYING, STARTS + 50_000, heard_ms=0)
    assert last_song(closed, ENDS) is None
    assert carried(closed, ENDS) is None


def test_the_next_session_carries_the_last_song_with_its_true_end() -> None:
    cut = carried(PLAYING, STARTS + 5_000)
    assert cut == structs.replace(SONG, ends_at_ms=STARTS + 5_000)
    begun = Session(SongEnd(STARTS + 5_000, -1, STARTS + 5_000), before=cut)
    assert carried(begun, STARTS + 9_000) == cut
    assert last_song(begun, ENDS) == Ending(cut, Settings(), STARTS + 5_000, skipped=False)


def test_a_session_of_earlier_cuts_nothing() -> None:
    assert cut_ms(PLAYING, SONG.session - 1) > ENDS
    assert carried(PLAYING, SONG.session - 1) == SONG


@pytest.mark.parametrize(
    ("at_ms", "open_"),
    [
        (SONG.session - 1, False),
        (SONG.session, True),
        (ENDS + 900_000, True),
        (ENDS + 900_001, False),
    ],
)
def test_a_session_is_open_until_its_gap_is_over(at_ms: int, open_: bool) -> None:
    assert is_open(PLAYING, at_ms, 900_000) is open_


def test_an_end_is_never_before_what_is_known_nor_the_songs_later_than_the_end() -> None:
    assert ended(PLAYING, 0, heard_ms=STARTS + 3).end.ended_ms == STARTS + 3
    assert ended(PLAYING, 0, heard_ms=0).end.ended_ms == SONG.why.at_ms
    assert ended(PLAYING, STARTS + 7, heard_ms=0).end.ends_at_ms == STARTS + 7
    assert ended(PLAYING, ENDS + 7, heard_ms=0).end.ends_at_ms == ENDS


def test_a_workout_at_a_glance_sums_its_songs_by_time() -> None:
    first = heard((0, 100), (15, 100), ends_seconds=30)
    second = heard(*((at, 130) for at in range(0, 90, 15)), ends_seconds=90, skipped=True)
    second = structs.replace(
        second, starts_at_ms=STARTS + 60_000, ends_at_ms=STARTS + 150_000, mode="hold"
    )
    past = past_workout(STARTS, [first, second])
    assert past.average == round((100 * 30 + 130 * 90) / 120, 1)
    assert (past.highest, past.songs, past.skipped, past.mode) == (130, 2, 1, "hold")
    assert past.ends_at_ms == STARTS + 150_000
    assert past.line == [100, 100, 100, 0, 130, 130, 130, 130, 130, 130]


def test_the_line_of_a_long_workout_is_sixty_means() -> None:
    song = heard(*((at, 100 + at / 90) for at in range(0, 9000, 15)), ends_seconds=9000)
    line = past_workout(STARTS, [song]).line
    assert len(line) == 60
    assert line == sorted(line)
    assert min(line) > 0
