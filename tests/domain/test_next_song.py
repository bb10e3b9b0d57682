from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import events.pulse
from lambdas.domain.choose import Listener
from lambdas.domain.due import SongEnd, Timing
from lambdas.domain.next_song import Ask, NextSong, ask, next_song
from lambdas.domain.plans import Phase
from lambdas.domain.target import Planned, max_heart_rate, zone_tempo
from tests.domain.test_choose import Library, Song, enough, library
from tests.domain.test_target import Goal

BEGAN_MS = 1_760_000_000_000
TIMING = Timing(lead_ms=10_000, ask_again_ms=30_000, session_gap_ms=900_000)
EASY_THEN_HARD = (Phase(600, 1), Phase(600, 5))


@dataclass(frozen=True)
class Chosen(Goal):
    plan: str | Sequence[Planned] = EASY_THEN_HARD
    plan_started_ms: int | None = None
    responsive: bool = False
    genres: Sequence[str] = ()


class Pulse(events.pulse.Pulse, frozen=True):
    """Five seconds after the one before it; nothing changes."""

    at_ms: int = BEGAN_MS + 900_000
    previous_ms: int = BEGAN_MS + 895_000
    heart_rate: float = 130
    average: float = 130
    lowest: float = 130
    highest: float = 130
    peak: float = 0


def plays(until_ms: int, tempo: float = 130.0, target: float = 130.0) -> SongEnd:
    """The song of slot 3, which began ten minutes into the session."""
    return SongEnd(BEGAN_MS, 3, BEGAN_MS + until_ms, BEGAN_MS + 600_000, tempo, target)


def chosen_for(
    asked: Ask, chosen: Chosen, pulse: Pulse, songs: list[Song], *others: Song
) -> NextSong[Song] | None:
    listener = Listener(at_ms=pulse.at_ms, session=asked.session)
    return next_song(asked, chosen, pulse, listener, Library(songs).near, others, seed="seed")


def target_at(seconds: int, chosen: Chosen, pulse: Pulse) -> float:
    """The target of a song that is asked for and begins so long into the session."""
    at_ms = BEGAN_MS + seconds * 1000
    asked = Ask(BEGAN_MS, 4, ends_at_ms=at_ms)
    found = chosen_for(asked, chosen, replace(pulse, at_ms=at_ms), library(130))
    assert found is not None
    return found.target


def test_the_first_average_asks_for_the_first_song_at_once() -> None:
    pulse = Pulse(previous_ms=0)
    assert ask(None, Chosen(), pulse, TIMING) == Ask(pulse.at_ms, 0, pulse.at_ms)


def test_a_song_that_falls_due_begins_where_the_one_before_it_ends() -> None:
    end = plays(909_000, target=128.0)
    assert ask(end, Chosen(), Pulse(), TIMING) == Ask(BEGAN_MS, 4, BEGAN_MS + 909_000, 128.0)


def test_a_new_session_knows_nothing_of_the_song_before_it() -> None:
    pulse = replace(Pulse(), at_ms=BEGAN_MS + 3_000_000, previous_ms=BEGAN_MS + 2_900_000)
    assert ask(plays(900_000), Chosen(), pulse, TIMING) == Ask(pulse.at_ms, 0, pulse.at_ms)


def test_a_song_that_the_heart_has_left_is_cut_short_now() -> None:
    pulse = Pulse(lowest=150, highest=160)
    asked = ask(plays(1_200_000, target=128.0), Chosen(responsive=True), pulse, TIMING)
    assert asked == Ask(BEGAN_MS, 4, pulse.at_ms, 128.0, playing_tempo=130.0)
    assert ask(plays(1_200_000), Chosen(), pulse, TIMING) is None


def test_a_song_that_only_the_highest_heart_rate_has_left_plays_on() -> None:
    pulse = Pulse(lowest=130, highest=160)
    assert ask(plays(1_200_000), Chosen(responsive=True), pulse, TIMING) is None


def test_a_plan_leaves_the_song_of_its_phase_before_and_no_other() -> None:
    plan = Chosen("plan", responsive=True)
    of_the_hard_phase = plays(1_200_000, tempo=zone_tempo(0.95))
    of_the_easy_phase = plays(1_200_000, tempo=zone_tempo(0.15))
    assert ask(of_the_hard_phase, plan, Pulse(), TIMING) is None
    assert ask(of_the_easy_phase, plan, Pulse(), TIMING) is not None


def test_a_plan_counts_its_seconds_from_the_start_of_the_session() -> None:
    assert target_at(0, Chosen("plan"), Pulse()) == zone_tempo(0.15)
    assert target_at(569, Chosen("plan"), Pulse()) == zone_tempo(0.15)
    assert target_at(570, Chosen("plan"), Pulse()) == zone_tempo(0.95)


def test_a_plan_that_began_at_another_time_counts_its_seconds_from_there() -> None:
    begun_before = Chosen("plan", plan_started_ms=BEGAN_MS - 300_000)
    assert target_at(269, begun_before, Pulse()) == zone_tempo(0.15)
    assert target_at(270, begun_before, Pulse()) == zone_tempo(0.95)
    begun_later = Chosen("plan", plan_started_ms=BEGAN_MS + 900_000)
    assert target_at(0, begun_later, Pulse()) == zone_tempo(0.15)
    assert target_at(1_469, begun_later, Pulse()) == zone_tempo(0.15)
    assert target_at(1_470, begun_later, Pulse()) == zone_tempo(0.95)


def test_a_song_makes_way_where_a_plan_goes_on_that_began_at_another_time() -> None:
    began_ms = BEGAN_MS + 120_000
    pulse = replace(Pulse(), at_ms=BEGAN_MS + 660_000)
    asked = Ask(BEGAN_MS, 4, ends_at_ms=BEGAN_MS + 660_000)
    found = chosen_for(asked, Chosen("plan", plan_started_ms=began_ms), pulse, library(130))
    assert found is not None
    assert found.end.ends_at_ms == began_ms + 600_000


def test_a_plan_that_began_at_another_time_is_left_when_its_own_phase_is_over() -> None:
    plan = Chosen("plan", responsive=True, plan_started_ms=BEGAN_MS + 600_000)
    of_the_easy_phase = plays(1_200_000, tempo=zone_tempo(0.15))
    assert ask(of_the_easy_phase, plan, Pulse(), TIMING) is None


def test_a_plan_looks_at_when_the_song_begins_not_at_when_it_is_asked_for() -> None:
    pulse = replace(Pulse(), at_ms=BEGAN_MS + 560_000)
    asked = Ask(BEGAN_MS, 4, ends_at_ms=BEGAN_MS + 570_000)
    found = chosen_for(asked, Chosen("plan"), pulse, library(130))
    assert found is not None
    assert found.target == zone_tempo(0.95)


def ends_at(seconds: int, chosen: Chosen) -> float:
    """When a song of 100 seconds ends that begins so long into the session, seconds."""
    at_ms = BEGAN_MS + seconds * 1000
    asked = Ask(BEGAN_MS, 4, ends_at_ms=at_ms)
    found = chosen_for(asked, chosen, replace(Pulse(), at_ms=at_ms), library(130))
    assert found is not None
    return (found.end.ends_at_ms - BEGAN_MS) / 1000


def test_a_song_makes_way_where_the_plan_goes_on() -> None:
    assert ends_at(400, Chosen("plan")) == 500
    assert ends_at(550, Chosen("plan")) == 600
    assert ends_at(570, Chosen("plan")) == 670
    assert ends_at(1200, Chosen("plan")) == 1300


def test_a_song_is_cut_by_no_plan_that_is_not_followed() -> None:
    assert ends_at(550, Chosen("pulse")) == ends_at(550, Chosen("plan", lock=130)) == 650


def test_the_target_lies_halfway_from_the_average_to_the_newest_heart_rate() -> None:
    assert target_at(900, Chosen(), Pulse(heart_rate=150, average=130)) == 140


def test_in_a_warm_up_a_song_is_chosen_for_the_heart_rate_to_come() -> None:
    resting = Pulse(heart_rate=90, average=90)
    first, second, third = (target_at(seconds, Chosen(), resting) for seconds in (0, 120, 300))
    work = 60 + 0.78 * (max_heart_rate(Chosen().age) - 60)
    assert first == pytest.approx(90 + 0.45 * (work - 90))
    assert first > second > third > 90
    assert target_at(600, Chosen(), resting) == 90


def test_a_heart_that_works_already_and_one_that_recovers_are_expected_to_stay() -> None:
    assert target_at(0, Chosen(), Pulse(heart_rate=180, average=180)) == 180
    assert target_at(0, Chosen("recover"), Pulse(heart_rate=90, average=90)) == 80


def test_the_target_steps_from_that_of_the_song_before() -> None:
    asked = Ask(BEGAN_MS, 4, Pulse().at_ms, previous_target=100.0)
    found = chosen_for(asked, Chosen("zone"), Pulse(heart_rate=180, average=180), library(130))
    assert found is not None
    assert found.target == pytest.approx(112)


def test_a_long_song_is_held_against_a_warm_up_and_not_against_a_settled_heart() -> None:
    def terms(seconds: int) -> dict[str, float]:
        at_ms = BEGAN_MS + seconds * 1000
        song = Song("0", 130, duration_seconds=240)
        pulse = replace(Pulse(), at_ms=at_ms)
        found = chosen_for(Ask(BEGAN_MS, 4, at_ms), Chosen(), pulse, enough(song))
        assert found is not None
        return found.choice.terms

    assert terms(299)["length"] == 0.08
    assert "length" not in terms(300)


def test_a_heart_that_ranges_widely_is_not_settled() -> None:
    pulse, song = Pulse(lowest=128.7, highest=131.3), Song("0", 130, duration_seconds=270)
    found = chosen_for(Ask(BEGAN_MS, 4, pulse.at_ms), Chosen(), pulse, enough(song))
    assert found is not None
    assert found.choice.terms["length"] == 0.04


def test_the_genres_of_the_session_count() -> None:
    asked = Ask(BEGAN_MS, 4, Pulse().at_ms)
    found = chosen_for(asked, Chosen(genres=["pop"]), Pulse(), library(130))
    assert found is not None
    assert found.choice.terms["genre"] == 0.02


def test_others_are_looked_at_too_and_none_of_them_twice() -> None:
    asked, far = Ask(BEGAN_MS, 4, Pulse().at_ms), Song("other", 130)
    found = chosen_for(asked, Chosen(), Pulse(), [Song("0", 160)], far, Song("0", 130))
    assert found is not None
    assert found.choice.song == far
    assert found.choice.decided_by == "At the target tempo, drawn from the best 2."


def test_a_song_is_cut_short_only_for_one_that_is_much_nearer() -> None:
    asked = Ask(BEGAN_MS, 4, Pulse().at_ms, playing_tempo=140.0)
    assert chosen_for(asked, Chosen(), Pulse(), library(139)) is None
    found = chosen_for(asked, Chosen(), Pulse(), library(130))
    assert found is not None
    assert found.choice.song.tempo == 130


@given(st.integers(0, 2_000), st.integers(0, 1_000))
def test_a_plan_is_the_same_whenever_its_session_began(seconds: int, days: int) -> None:
    later_ms = BEGAN_MS + days * 86_400_000
    one, other = (
        chosen_for(
            Ask(began_ms, 4, began_ms + seconds * 1000),
            Chosen("plan"),
            replace(Pulse(), at_ms=began_ms + seconds * 1000),
            library(130),
        )
        for began_ms in (BEGAN_MS, later_ms)
    )
    assert one is not None
    assert other is not None
    assert (one.target, one.choice) == (other.target, other.choice)
