"""Made listeners skip what they dislike, and choosing learns of it what the functions would."""

from collections import Counter

import numpy as np
import pytest

from evaluation import histories
from evaluation.histories import (
    DAYS_APART,
    WAYS,
    History,
    Listener,
    Outcome,
    Sums,
    familiar,
    kept,
    nothing,
    outcomes,
    rate,
    skips,
    taste,
)
from evaluation.live import START_MS, averages
from evaluation.playing import Library
from evaluation.segments import Segment
from events.session import Settings, Song
from lambdas.domain.choose import DAY_MS

SETTINGS = Settings()


def segment(user: str = "ann") -> Segment:
    """Twenty minutes of a heart that goes slowly up and down."""
    line = 130 + 15 * np.sin(np.arange(1200) / 600 * 2 * np.pi)
    return Segment(user, "run", 0, line, line)


def songs(count: int = 40) -> list[Song]:
    return [Song(f"s{n}", f"Song {n}", f"Artist {n}", 110 + n, 150) for n in range(count)]


def history(**skipped: int) -> History:
    """Three songs of an earlier workout; those that are named were skipped then, so often."""
    before_ms = START_MS - DAY_MS
    found = History(heard=dict.fromkeys(("s1", "s2", "s3"), before_ms), skipped=skipped)
    found.last_kept = found.heard.keys() - skipped.keys()
    return found


def worked_out(listener: Listener, workouts: int = 10) -> Sums:
    sums, one = Sums(), segment()
    pulses = list(averages(one, SETTINGS))
    for number in range(workouts):
        listener.work_out(one, pulses, number, sums)
    return sums


def test_who_dislikes_nothing_never_skips() -> None:
    listener = Listener("ann", Library(songs()), SETTINGS, lambda _song: 0.0, skips)
    sums = worked_out(listener)
    assert (sums.skips, sums.seconds) == (0, 12_000)
    assert listener.history.skipped == {}
    assert sum(listener.history.kept.values()) > 50


def test_who_dislikes_everything_skips_each_song_within_the_half_minute() -> None:
    sums = worked_out(Listener("ann", Library(songs()), SETTINGS, lambda _song: 1.0, skips), 1)
    assert 1200 / 36 < sums.skips < 1200 / 5


def test_more_is_skipped_where_skips_are_not_counted() -> None:
    def skipped(counting: histories.Counting) -> int:
        dislike = {song.id: float(n % 5 == 0) for n, song in enumerate(songs())}
        return sum(
            worked_out(
                Listener(name, Library(songs()), SETTINGS, lambda song: dislike[song.id], counting)
            ).skips
            for name in "abc"
        )

    assert skipped(nothing) > 1.3 * skipped(skips)


def test_a_few_songs_are_skipped_often_and_most_hardly_ever_and_everybody_has_a_taste() -> None:
    dislike, library = taste("1 ann"), songs(4000)
    shares = np.array([dislike(song) for song in library])
    assert 0.13 < shares.mean() < 0.22
    assert (shares < 0.05).mean() > 0.35
    assert 0.1 < (shares > 0.33).mean() < 0.25
    assert shares.max() <= 1
    assert [taste("1 ann")(song) for song in library[:9]] == list(shares[:9])
    assert [taste("1 bob")(song) for song in library[:9]] != list(shares[:9])


def test_songs_of_one_artist_are_skipped_alike() -> None:
    def of_artist(seed: str, artist: str) -> float:
        dislike = taste(seed)
        return float(np.mean([dislike(Song(f"{n}", "", artist, 120, 200)) for n in range(400)]))

    means = [of_artist("1 ann", f"Artist {n}") for n in range(20)]
    assert max(means) > 2 * min(means)


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        (nothing(history(s1=1)), {"s1": 0, "s2": 0, "s3": 0}),
        (skips(history(s1=1, s2=5)), {"s1": 1, "s2": 3, "s3": 0}),
        (skips(history(s1=1, s2=2), 0.04), {"s1": 2, "s2": 3, "s3": 0}),
        (kept(history(s1=1), 0.01), {"s1": 1, "s2": -0.5, "s3": -0.5}),
        (familiar(history(s1=1), 0.01), {"s1": 0.5, "s2": -0.5, "s3": -0.5}),
        (rate(history(s1=1), 0.02), {"s1": 0.5, "s2": 0, "s3": 0}),
        (rate(history(s1=1), 0.24), {"s1": 3, "s2": 0, "s3": 0}),
    ],
)
def test_each_way_counts_what_it_says(
    counted: dict[str, float], expected: dict[str, float]
) -> None:
    assert counted == pytest.approx(expected)


def test_a_song_that_is_let_play_after_a_skip_works_again_but_not_after_three() -> None:
    for times, works in ((2, True), (3, False)):
        found, song = history(s1=times), songs()[1]
        assert kept(found, 0.01)["s1"] == times
        found.note(song, is_skipped=False)
        assert (kept(found, 0.01)["s1"] < times) == works
        found.note(song, is_skipped=True)
        assert kept(found, 0.01)["s1"] == min(3, times + 1)


def test_what_was_heard_in_this_workout_is_not_counted_as_let_play() -> None:
    found = history()
    found.heard["s9"] = START_MS + 1
    found.last_kept.add("s9")
    assert kept(found, 0.01)["s9"] == 0


def test_two_weeks_after_a_song_was_heard_nothing_is_known_of_it() -> None:
    found = history()
    rests = 0
    while found.heard:
        found.rest()
        rests += 1
    assert rests * DAYS_APART + 1 >= 14 > (rests - 1) * DAYS_APART + 1


def test_the_same_seed_makes_the_same_and_each_way_is_told_for_each_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(histories, "WORKOUTS", 3)
    monkeypatch.setattr(histories, "SIZES", (20, 40))
    steps: Counter[str] = Counter()

    def made(seed: int) -> dict[str, dict[str, Outcome]]:
        people = [segment("ann"), segment("bob")]
        return outcomes(people, songs(), SETTINGS, seed, lambda: steps.update([str(seed)]))

    one = made(1)
    assert one == made(1)
    assert one != made(2)
    assert list(one) == ["20", "40"]
    assert all(list(ways) == list(WAYS) for ways in one.values())
    assert steps == {"1": 4 * len(WAYS), "2": 2 * len(WAYS)}
    base = one["20"][histories.BASE]
    assert (base.gap_ratio, base.skips_ratio, base.songs_ratio) == (1, 1, 1)
