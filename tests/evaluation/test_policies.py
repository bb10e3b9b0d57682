"""The policies that songs are chosen by, on workouts made up for the purpose."""

from importlib import import_module
from itertools import pairwise
from random import Random

import numpy as np
import pytest

from benchmarks.imports import ENVIRONMENT
from evaluation import live
from evaluation.fit import measure
from evaluation.playing import Library, Play
from evaluation.policies import POLICIES, Setup
from evaluation.segments import Numbers, Segment, targets
from events.session import Mode, Settings, Song

MODES: tuple[Mode, ...] = ("pulse", "zone", "push", "hold", "recover", "cadence", "plan")
PAST_ONLY = ("original", "constant", "tempofit", "tempofit-responsive")


def segment(hearts: Numbers, mode: Mode = "pulse") -> Segment:
    return Segment("ann", "w", 0, hearts, targets(hearts, Settings(mode=mode)))


def moving(seconds: int = 3600) -> Numbers:
    """A warm-up, then hard and easy in turns of ten minutes."""
    times = np.arange(seconds)
    hard = np.where(times // 600 % 2 == 0, 165.0, 130.0)
    hearts: Numbers = np.minimum(hard, 80 + times * 0.4)
    return hearts


def songs(count: int, seed: int = 1, seconds: tuple[float, float] = (150, 300)) -> list[Song]:
    random = Random(seed)
    return [
        Song(
            f"s-{number}",
            f"Song {number}",
            f"Artist {number % (count // 3 + 1)}",
            round(random.uniform(70, 185), 1),
            random.uniform(*seconds),
        )
        for number in range(count)
    ]


def setup(library: list[Song], mode: Mode = "pulse") -> Setup:
    return Setup(Library(library), Settings(mode=mode), 130.0)


def played(name: str, hearts: Numbers, library: list[Song], seed: str = "1") -> list[Play]:
    return POLICIES[name](segment(hearts), setup(library), seed)


def ids(plays: list[Play]) -> list[str]:
    return [one.song.id if one.song else "" for one in plays]


def gap(hearts: Numbers, plays: list[Play]) -> float:
    return float(measure(segment(hearts), plays).raw.mean())


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("count", [3, 400])
def test_songs_follow_each_other_without_a_hole_to_the_end(
    name: str, mode: Mode, count: int
) -> None:
    hearts = moving(1800)
    plays = POLICIES[name](segment(hearts, mode), setup(songs(count), mode), "1")
    assert plays[0].starts_ms == 0
    assert all(before.ends_ms == after.starts_ms for before, after in pairwise(plays))
    assert plays[-1].ends_ms >= len(hearts) * 1000
    assert len(measure(segment(hearts, mode), plays).heard) == len(hearts)


@pytest.mark.parametrize("name", PAST_ONLY)
def test_who_does_not_know_the_future_is_not_moved_by_it(name: str) -> None:
    hearts, library = moving(), songs(400)
    other = np.concatenate([hearts[:1500], np.full(2100, 90.0)])
    known = [
        (one.starts_ms, one.tempo)
        for one in played(name, hearts, library)
        if one.starts_ms <= 1_500_000
    ]
    assert [(one.starts_ms, one.tempo) for one in played(name, other, library)][: len(known)] == (
        known
    )


def test_the_original_queues_two_songs_by_the_first_heart_rate() -> None:
    hearts = np.concatenate([[100.0], np.full(1500, 170.0)])
    plays = played("original", hearts, songs(400))
    assert all(90 <= one.tempo <= 110 for one in plays[:2])
    assert all(153 <= one.tempo <= 187 for one in plays[2:])


def test_the_original_averages_two_minutes_and_decides_twenty_seconds_before_the_end() -> None:
    library = [
        Song(f"{tempo}-{n}", "", f"Artist {n}", tempo, 300)
        for tempo in (100, 114, 136)
        for n in (1, 2)
    ]
    # Two songs end at 600 s. At 581 s half of the two minutes is at 150: 125, so 112.5 to 137.5.
    hearts = np.where(np.arange(900) < 522, 100.0, 150.0)
    third = {played("original", hearts, library, str(seed))[2].tempo for seed in range(20)}
    assert third == {114, 136}


def test_the_original_draws_from_the_ten_least_familiar_outside_the_last_ten() -> None:
    plays = played("original", np.full(4 * 3600, 150.0), songs(2000))
    for place in range(len(plays)):
        assert plays[place].song not in [one.song for one in plays[max(0, place - 10) : place]]
    assert len(set(ids(plays))) <= 20 < len(plays)


def test_where_the_original_finds_nothing_the_song_before_goes_on() -> None:
    library = [Song("s", "", "A", 100, 200)]
    plays = played("original", np.full(1500, 104.0), library)
    assert [one.empty for one in plays] == [False] + [True] * (len(plays) - 1)
    assert {one.tempo for one in plays} == {100}
    assert played("original", np.full(1500, 180.0), library)[0].empty


def test_a_constant_tempo_is_kept_whatever_the_heart_rate() -> None:
    plays = played("constant", moving(), songs(400))
    assert all(abs(one.tempo - 130) < 6 for one in plays)
    assert len(set(ids(plays))) == len(plays)


def test_no_single_tempo_a_song_is_better_than_the_oracle() -> None:
    hearts = moving()
    plays = played("oracle", hearts, [])
    assert {one.ends_ms - one.starts_ms for one in plays} == {220_000}
    best = gap(hearts, plays)
    for lag in (0, 60, 120, 200):
        plays = [
            Play(1000 * second, 1000 * (second + 220), float(hearts[min(second + lag, 3599)]))
            for second in range(0, 3600, 220)
        ]
        assert gap(hearts, plays) >= best


def test_the_oracle_with_a_catalog_takes_the_nearest_song_that_was_not_played() -> None:
    library = [Song(f"s-{n}", "", "A", 150.0 + n, 220) for n in range(30)]
    plays = played("oracle-catalog", np.full(1500, 150.0), library)
    assert [one.tempo for one in plays] == [150.0 + n for n in range(len(plays))]


@pytest.mark.parametrize("name", ["tempofit", "tempofit-responsive"])
def test_tempofit_rests_songs_for_twenty_minutes_and_keeps_artists_apart(name: str) -> None:
    for seed in range(5):
        fit = measure(segment(moving()), played(name, moving(), songs(60, seed), str(seed)))
        assert fit.back[0] == 0
        assert fit.repeats <= 3
        assert fit.artist_repeats <= 3


def test_no_way_to_choose_comes_below_the_limit() -> None:
    library = songs(60)
    least = gap(moving(), played("limit", moving(), library))
    for name in ("original", "tempofit", "oracle-catalog"):
        assert gap(moving(), played(name, moving(), library)) > least - 1


def test_the_limit_plays_songs_as_long_as_they_are_where_they_fit() -> None:
    hearts = np.repeat([120.0, 150.0, 120.0], [400, 300, 600])
    long, middle, far = (
        Song("a", "", "A", 120, 200),
        Song("b", "", "B", 150, 300),
        Song("c", "", "C", 90, 100),
    )
    plays = played("limit", hearts, [long, middle, far])
    assert [one.tempo for one in plays] == [120, 120, 150, 120, 120, 120]
    assert gap(hearts, plays) == 0


def test_the_same_seed_plays_the_same_songs_and_another_others() -> None:
    library = songs(400)
    for name in ("original", "tempofit", "tempofit-responsive"):
        first = ids(played(name, moving(), library, "1"))
        assert first == ids(played(name, moving(), library, "1"))
        assert first != ids(played(name, moving(), library, "2"))


def test_tempofit_never_cuts_a_song() -> None:
    for one in played("tempofit", moving(), songs(400)):
        assert one.song
        assert one.ends_ms - one.starts_ms == int(one.song.duration_seconds * 1000)


def test_only_where_allowed_a_song_is_cut_after_a_minute_which_lowers_the_gap() -> None:
    hearts, library = moving(), songs(400, seconds=(280, 320))
    plays = played("tempofit-responsive", hearts, library)
    assert all(before.ends_ms - before.starts_ms >= 60_000 for before in plays)
    assert any(one.ends_ms - one.starts_ms < 200_000 for one in plays)
    assert gap(hearts, plays) < 0.8 * gap(hearts, played("tempofit", hearts, library))


def test_a_song_is_not_cut_for_one_that_is_no_nearer() -> None:
    far = [Song(f"s-{n}", "", f"A {n}", 120.0 + n / 10, 300) for n in range(30)]
    for one in played("tempofit-responsive", np.full(1800, 150.0), far):
        assert one.song
        assert one.ends_ms - one.starts_ms == int(one.song.duration_seconds * 1000)


def test_tempofit_runs_here_with_the_settings_of_its_functions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    average, schedule = (import_module(f"lambdas.{name}") for name in ("average", "schedule"))
    assert (live.EMIT_EVERY_MS, live.GAP_MS) == (average.EMIT_EVERY_MS, average.GAP_MS)
    assert schedule.TIMING == live.TIMING
    assert average.environment.interval_seconds == Settings().interval_seconds
