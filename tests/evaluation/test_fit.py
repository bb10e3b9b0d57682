"""The measure of fit, by hand; who is shown; which stretches are played."""

from array import array
from collections.abc import Sequence

import numpy as np
import pytest

from evaluation.fit import Fit, measure, over_seeds, summary
from evaluation.playing import Library, Play
from evaluation.segments import Segment, part_of, segments, targets
from evaluation.trial import NothingToPlayError, passes, run, trial
from events.session import Phase, Settings, Song
from simulator.replay import Workout

PULSE = Settings()


def steady(target: float, seconds: int = 200, user: str = "ann") -> Segment:
    hearts = np.full(seconds, target)
    return Segment(user, f"{user}'s", 0, hearts, hearts)


def song(number: int, tempo: float, artist: str = "", seconds: float = 200.0) -> Song:
    return Song(f"s-{number}", f"Song {number}", artist or f"Artist {number}", tempo, seconds)


def played(*songs: Song, seconds: int = 100) -> list[Play]:
    return [
        Play(1000 * seconds * place, 1000 * seconds * (place + 1), one.tempo, one)
        for place, one in enumerate(songs)
    ]


def mean(fit: Fit, gaps: str) -> float:
    return float(getattr(fit, gaps).mean())


def test_the_raw_gap_is_the_mean_distance_of_each_second() -> None:
    fit = measure(steady(150), played(song(1, 140), song(2, 170)))
    assert mean(fit, "raw") == 15
    assert summary([fit]).gap_raw_p90 == 20


def test_only_the_folded_gap_forgives_an_octave() -> None:
    fit = measure(steady(150), played(song(1, 75), song(2, 301)))
    assert mean(fit, "folded") == pytest.approx(0.25)
    assert mean(fit, "raw") == pytest.approx((75 + 151) / 2)


def test_a_song_is_heard_at_its_own_tempo_first_and_bent_by_four_per_cent_at_most() -> None:
    fit = measure(steady(165), played(song(1, 150), song(2, 150)))
    assert fit.heard[0] == fit.heard[100] == 15
    assert fit.heard[10] == pytest.approx(15 - 10 * 0.002 * 150)
    assert fit.heard[99] == pytest.approx(165 - 150 * 1.04)


def test_a_song_felt_at_double_time_is_bent_towards_that() -> None:
    double = Play(0, 200_000, 80, song(1, 80), octave=2)
    fit = measure(steady(166), [double])
    assert fit.heard[-1] == pytest.approx(166 - 83)


def test_seconds_within_four_and_ten_per_cent_are_counted() -> None:
    fit = summary([measure(steady(100), played(song(1, 104), song(2, 110)))])
    assert (fit.within_4pct, fit.within_10pct) == (0.5, 1.0)


def test_the_second_song_is_told_apart() -> None:
    fit = measure(steady(150, 250), played(song(1, 100), song(2, 147), song(3, 100)))
    assert fit.second_song.tolist() == [3.0] * 100


def test_repeats_and_artists_of_the_last_three_songs_are_counted() -> None:
    songs = [song(1, 150, "A"), song(2, 150, "B"), song(1, 150, "A"), song(3, 150, "C")]
    songs += [song(4, 150, "D"), song(5, 150, "E"), song(6, 150, "A")]
    fit = measure(steady(150, 700), played(*songs))
    assert (fit.songs, fit.repeats, fit.artist_repeats) == (7, 1, 1)


def test_songs_that_are_back_within_20_and_30_and_60_minutes_are_counted() -> None:
    songs = [song(1, 150), *(song(number, 150) for number in range(2, 5)), song(1, 150)]
    fit = measure(steady(150, 2000), played(*songs, seconds=400))
    assert fit.back == (0, 1, 1)
    assert summary([fit]).back_within_30_minutes == 1 / 5


def test_how_long_a_good_song_was_left_out_for_a_farther_one_is_told() -> None:
    songs = [song(1, 151), song(2, 170), song(3, 150.5), song(4, 152), song(5, 149.8)]
    fit = measure(steady(150, 500), played(*songs))
    assert fit.away_seconds == 200
    far = measure(steady(150), played(song(1, 157), song(2, 170)))
    assert far.away_seconds == 0


def test_the_first_song_is_told_apart() -> None:
    fit = measure(steady(150, 250), played(song(1, 100), song(2, 147), song(3, 100)))
    assert fit.first_song.tolist() == [50.0] * 100


def test_a_choice_that_found_nothing_is_no_repeat() -> None:
    plays = [*played(song(1, 150)), Play(100_000, 200_000, 150, song(1, 150), empty=True)]
    fit = measure(steady(150), plays)
    assert (fit.repeats, fit.artist_repeats, fit.empty) == (0, 0, 1)


def test_a_song_that_would_begin_after_the_end_is_not_counted() -> None:
    fit = measure(steady(150), played(song(1, 150), song(2, 150), song(3, 150)))
    assert fit.songs == 2


def test_every_second_counts_the_same_and_every_person_is_shown() -> None:
    long = measure(steady(150, 300), played(song(1, 150), seconds=300))
    short = measure(steady(150, 100, "bob"), played(song(1, 130)))
    fit = summary([long, short])
    assert fit.gap_raw_mean == 5
    assert fit.gap_raw_by_person == {"ann": 0, "bob": 20}


def test_seeds_are_averaged_and_their_spread_told() -> None:
    one, other = (
        summary([measure(steady(150), played(song(1, tempo), seconds=200))]) for tempo in (140, 144)
    )
    both = over_seeds([one, other])
    assert both.gap_raw_mean == 8
    assert both.spread["gap_raw_mean"] == pytest.approx(2**0.5 * 2)
    assert over_seeds([one]).spread == {}


def workout(times: Sequence[float], hearts: Sequence[float], user: str = "ann") -> Workout:
    return Workout(user, "w", None, array("d", times), array("d", hearts))


def test_a_workout_is_cut_at_gaps_and_short_stretches_are_left_out() -> None:
    times = [*range(0, 1300, 10), *range(1400, 1900, 10), *range(1940, 3200, 50)]
    found = list(segments(workout(times, [120 + time / 100 for time in times]), PULSE))
    assert [(one.number, one.seconds) for one in found] == [(0, 1290), (1, 1790)]
    assert found[0].heart_rates[125] == pytest.approx(121.25)


def test_the_target_of_a_second_is_its_own_heart_rate_within_the_bounds_of_the_mode() -> None:
    hearts = np.array([50.0, 100.5, 190.0] * 20)
    assert targets(hearts, PULSE).tolist()[:3] == [60.0, 100.5, 180.0]


def test_under_a_plan_the_target_is_that_of_the_phase_which_the_second_lies_in() -> None:
    plan = [Phase(600, 2), Phase(60, 5), Phase(600, 1)]
    found = targets(np.full(1500, 120.0), Settings(mode="plan", plan=plan))
    assert len(set(found[:600])) == len(set(found[600:660])) == len(set(found[660:])) == 1
    assert found[600] > found[0] > found[660] == found[-1]


def test_under_recover_the_target_is_where_the_songs_go_down_to() -> None:
    assert set(targets(np.arange(60.0, 200.0), Settings(mode="recover"))) == {80.0}


def test_a_heart_rate_above_the_maximum_raises_it_for_the_targets_too() -> None:
    hearts = np.concatenate([np.full(300, 150.0), np.full(300, 200.0)])
    known = targets(hearts, Settings(mode="zone", max_heart_rate=200))
    learned = targets(hearts, Settings(mode="zone", max_heart_rate=160))
    assert learned == pytest.approx(known)
    assert learned[0] < learned[-1]


def two_halves() -> tuple[list[str], list[str]]:
    names = [f"person-{number}" for number in range(40)]
    tuning = [name for name in names if part_of(name) == "tuning"]
    return tuning, [name for name in names if part_of(name) == "reporting"]


def test_people_fall_into_two_halves() -> None:
    tuning, reporting = two_halves()
    assert min(len(tuning), len(reporting)) > 10


def test_the_constant_tempo_is_tuned_on_the_people_who_are_not_shown() -> None:
    tuning, reporting = two_halves()
    stretches = [steady(120, user=user) for user in tuning]
    stretches += [steady(160, user=user) for user in reporting]
    what = trial(stretches, [song(1, 120)], PULSE, None)
    assert what.shown == "reporting"
    assert {segment.user for segment in what.segments} == set(reporting)
    assert what.setup.constant_tempo == 120


def test_everybody_is_shown_where_the_reporting_half_is_empty() -> None:
    tuning, _ = two_halves()
    what = trial([steady(120, user=tuning[0])], [song(1, 120)], PULSE, None)
    assert what.shown == "all"


def test_what_cannot_be_played_is_a_sentence() -> None:
    tuning, _ = two_halves()
    with pytest.raises(NothingToPlayError, match="no song to play"):
        trial([steady(120)], [], PULSE, None)
    with pytest.raises(NothingToPlayError, match="20 minutes"):
        trial([], [song(1, 120)], PULSE, None)
    with pytest.raises(NothingToPlayError, match="--people all"):
        trial([steady(120, user=tuning[0])], [song(1, 120)], PULSE, "reporting")


def test_policies_without_chance_are_played_once() -> None:
    assert list(passes(["original", "oracle"], range(7, 9))) == [
        ("original", 7),
        ("original", 8),
        ("oracle", 7),
    ]


def test_every_stretch_of_every_pass_is_a_step() -> None:
    steps: list[None] = []
    what = trial([steady(120), steady(130)], [song(1, 120)], PULSE, "all")
    fits = run(what, ["constant", "original"], range(1, 4), lambda: steps.append(None))
    assert len(steps) == 2 + 3 * 2
    assert list(fits) == ["constant", "original"]


def test_a_library_answers_the_nearest_songs_first() -> None:
    library = Library([song(number, 60 + 7 * number % 100) for number in range(50)])
    for tempo in (40.0, 99.5, 250.0):
        expected = sorted(abs(one.tempo - tempo) for one in library.songs)
        assert [abs(one.tempo - tempo) for one in library.outward(tempo)] == expected
        assert len(library.near(tempo, 7)) == 7
    assert {one.tempo for one in library.between(70, 80)} == set(range(70, 81)) & {
        one.tempo for one in library.songs
    }
