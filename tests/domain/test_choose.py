from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.choose import (
    BEST,
    DAY_MS,
    HEARD,
    LONG,
    NEAR,
    OCTAVE,
    REPEAT,
    REST_MS,
    Choice,
    EmptyLibraryError,
    Listener,
    choose,
    octave_of,
    search,
    unsettled,
)

NOW_MS = 1_760_000_000_000
NEW = Listener(at_ms=NOW_MS, session=NOW_MS - 3_600_000)


@dataclass(frozen=True)
class Song:
    id: str
    tempo: float
    artist: str = ""
    duration_seconds: float = 100.0
    genre: str | None = None
    energy: float | None = None
    meter: int | None = None


@dataclass(frozen=True)
class Opinion:
    liked: bool | None = None
    tempo: float | None = None


@dataclass
class Library:
    """Songs by tempo, and how often they were looked for."""

    songs: list[Song]
    looks: list[float] = field(default_factory=list)

    def near(self, tempo: float, count: int) -> Sequence[Song]:
        self.looks.append(tempo)
        return sorted(self.songs, key=lambda song: abs(song.tempo - tempo))[:count]


def library(*tempi: float) -> list[Song]:
    return [Song(str(index), tempo, f"artist {index}") for index, tempo in enumerate(tempi)]


def enough(*songs: Song) -> list[Song]:
    """A library that is not small, where no other song is near."""
    return [*songs, *(Song(f"far {place}", 240) for place in range(NEAR - len(songs)))]


def drawn(songs: list[Song], listener: Listener = NEW, target: float = 130) -> list[Song]:
    return [choose(songs, target, listener, str(seed)).song for seed in range(300)]


def once(songs: list[Song], listener: Listener = NEW, target: float = 130) -> Choice[Song]:
    return choose(songs, target, listener, "seed")


libraries = st.lists(st.floats(40, 250), min_size=1, max_size=60).map(lambda tempi: library(*tempi))


def test_ten_songs_that_fit_alike_are_drawn_alike() -> None:
    songs = library(*(129 + 0.1 * index for index in range(20)))
    found = drawn(songs)
    assert len(set(found)) == BEST
    assert all(found.count(song) > 10 for song in set(found))


def test_a_song_that_fits_worse_is_drawn_less_often() -> None:
    found = [song.tempo for song in drawn(library(130, 136))]
    assert found.count(136) < found.count(130) / 3


def test_the_same_seed_makes_the_same_choice() -> None:
    songs = library(*range(100, 160))
    assert choose(songs, 130, NEW, "a 1 2") == choose(songs, 130, NEW, "a 1 2")


def minutes_ago(*minutes: float) -> dict[str, int]:
    """The songs 0, 1, 2, … as they were heard in this session."""
    return {str(place): NOW_MS - int(60_000 * ago) for place, ago in enumerate(minutes)}


def repeat(number: int, count: int, listener: Listener) -> float:
    """The penalty of a song of the session, in a library of so many where no other is near."""
    songs = library(*(130 if place == number else 200 for place in range(count)))
    choice = once(songs, listener)
    assert choice.song.id == str(number)
    return choice.terms.get("repeat", 0.0)


def test_no_song_is_back_within_twenty_minutes_where_half_the_library_lasts_as_long() -> None:
    songs = library(130, *(90 + number for number in range(24)))
    assert "0" not in {song.id for song in drawn(songs, replace(NEW, heard=minutes_ago(20)))}
    assert "0" in {song.id for song in drawn(songs, replace(NEW, heard=minutes_ago(20.2)))}


def test_in_a_smaller_library_the_nearest_song_comes_back_sooner() -> None:
    songs = library(130, *(90 + number for number in range(6)))
    assert "0" in {song.id for song in drawn(songs, replace(NEW, heard=minutes_ago(4)))}


def test_a_person_who_skipped_all_songs_lately_gets_one_of_them() -> None:
    songs = library(*[130] * 25)
    just = replace(NEW, heard=minutes_ago(*[1 + number / 100 for number in range(25)]))
    assert once(songs, just).song.id not in ("0", "1", "2")


def test_a_repeat_is_a_penalty_that_fades_over_half_a_small_library() -> None:
    listener = replace(NEW, heard=minutes_ago(1, 2, 3, 4))
    penalties = [repeat(number, 6, listener) for number in range(4)]
    assert penalties == pytest.approx([REPEAT, REPEAT * 2 / 3, REPEAT / 3, 0], abs=1e-4)


def test_a_repeat_fades_over_twelve_songs_whatever_the_size_of_the_library() -> None:
    listener = replace(NEW, heard=minutes_ago(*(25 + number for number in range(13))))
    assert repeat(0, 73, listener) == REPEAT
    assert repeat(9, 73, listener) == pytest.approx(REPEAT * 3 / 12, abs=1e-4)
    assert repeat(12, 73, listener) == 0


def test_a_song_that_is_liked_may_repeat_after_half_as_many_songs() -> None:
    opinions = {str(number): Opinion(liked=True) for number in range(4)}
    listener = replace(NEW, heard=minutes_ago(1, 2, 3, 4), opinions=opinions)
    penalties = [repeat(number, 8, listener) for number in range(3)]
    assert penalties == pytest.approx([REPEAT, REPEAT / 2, 0])


def test_a_library_of_one_song_plays_it_again() -> None:
    choice = once(library(130), replace(NEW, heard=minutes_ago(3)))
    assert choice.decided_by == "At the target tempo, the only one left."


def test_a_song_of_an_earlier_session_comes_back_bit_by_bit_in_two_weeks() -> None:
    def penalty(days: float) -> float:
        heard = {"0": NOW_MS - int(days * DAY_MS)}
        return once(enough(*library(130)), replace(NEW, heard=heard)).terms["heard"]

    assert penalty(0.1) == pytest.approx(HEARD, rel=0.01)
    assert penalty(7) == pytest.approx(HEARD / 2)
    assert penalty(14) == penalty(30) == 0


def test_in_a_small_library_what_was_heard_and_what_is_long_counts_less() -> None:
    listener = replace(NEW, heard=minutes_ago(21), unsettled=1)
    songs = enough(Song("0", 130, duration_seconds=180))
    for count in (NEAR, NEAR // 2, NEAR // 4):
        terms = once(songs[:count], listener).terms
        assert terms["heard"] == pytest.approx(HEARD * count / NEAR, rel=0.01)
        assert terms["length"] == pytest.approx(LONG * count / NEAR, rel=0.01)


def test_an_artist_of_the_last_three_songs_waits_while_another_is_about_as_near() -> None:
    songs = [Song("a", 130, "Ann"), Song("b", 126, "Bob")]
    assert once(songs, replace(NEW, artists=["Ann"])).song.id == "b"
    far = [Song("a", 130, "Ann"), Song("b", 110, "Bob")]
    choice = once(far, replace(NEW, artists=["Ann"]))
    assert choice.song.id == "a"
    assert "by an artist of the last songs" in choice.decided_by


def test_the_artist_gives_way_before_a_song_repeats() -> None:
    songs = [Song("played", 130, "Bob"), Song("new", 130, "Ann")]
    listener = replace(NEW, heard={"played": NOW_MS - 60_000}, artists=["Bob", "Ann"])
    assert {song.id for song in drawn(songs, listener)} == {"new"}


def test_what_the_client_can_bend_counts_as_near_where_few_songs_are() -> None:
    assert once(library(135, 170)).terms["tempo"] == 0
    assert once(library(135, 136, 130, 130.5, 129), replace(NEW, artists=[])).terms["tempo"] == 0
    near = [replace(song, artist="x") for song in library(130, 130, 130, 135)]
    heard = {str(number): NOW_MS - 60_000 for number in range(3)}
    apart = replace(NEW, heard=heard, genres=["pop"])
    found = [
        choose([*near[:3], replace(near[3], genre="pop")], 130, apart, str(n)) for n in range(9)
    ]
    (terms,) = {tuple(one.terms.items()) for one in found if one.song.id == "3"}
    assert dict(terms)["tempo"] == pytest.approx(5 / 130 - 0.02, abs=1e-4)


def test_that_nothing_is_near_is_told_by_all_songs_and_not_by_those_that_may_play() -> None:
    assert once(library(150)).scarce
    assert once([Song("half", 84, energy=0.8)], target=168).scarce
    songs = library(130, *(100 + 0.1 * number for number in range(24)))
    choice = once(songs, replace(NEW, heard=minutes_ago(5)))
    assert choice.song.id != "0"
    assert not choice.scarce
    assert choice.decided_by.startswith("Off the target tempo")


def test_likes_and_skips_and_genres_decide_among_songs_of_one_tempo() -> None:
    songs = [replace(song, genre="rock") for song in library(130, 130)]
    liked = replace(NEW, opinions={"0": Opinion(liked=True)})
    disliked = replace(NEW, opinions={"0": Opinion(liked=False)})
    skipped = replace(NEW, skips={"0": 3})
    of_genre = replace(NEW, genres=["pop"])
    assert drawn(songs, liked).count(songs[0]) > 200
    assert drawn(songs, disliked).count(songs[0]) == 0
    assert drawn(songs, skipped).count(songs[0]) < 10
    assert drawn([*songs, Song("2", 130, "x", genre="pop")], of_genre).count(songs[0]) < 60


def test_a_short_song_is_preferred_while_the_heart_rate_moves() -> None:
    songs = enough(Song("short", 130, "a", 120), Song("long", 130, "b", 300))
    assert drawn(songs, replace(NEW, unsettled=1.0)).count(songs[1]) < 30
    assert 100 < drawn(songs).count(songs[1]) < 200
    assert drawn(enough(songs[0], Song("longer", 130, "c", 420))).count(songs[0]) > 250


def test_a_heart_rate_is_unsettled_in_the_warm_up_and_when_it_ranges_widely() -> None:
    assert unsettled(100, 100, 100, elapsed_seconds=60) == 1
    assert unsettled(100, 100, 100, elapsed_seconds=900) == 0
    assert 0 < unsettled(99, 102, 100, elapsed_seconds=900) < 1
    assert unsettled(80, 140, 110, elapsed_seconds=900) == 1


def test_half_and_double_time_are_taken_only_where_no_tempo_is_near() -> None:
    assert octave_of(Song("a", 84, energy=0.8), 84, 168) == 2
    assert octave_of(Song("a", 176), 176, 88) == 0.5
    assert octave_of(Song("a", 155), 155, 168) == 1
    choice = once([Song("half", 84, energy=0.8), Song("near", 160)], target=168)
    assert choice.song.id == "near"


def test_a_song_at_half_time_is_felt_at_half_its_tempo_and_pays_the_penalty() -> None:
    choice = once([Song("fast", 176)], target=88)
    assert (choice.octave, choice.felt_tempo, choice.distance) == (0.5, 88, 0)
    assert choice.terms["octave"] == OCTAVE
    assert choice.decided_by == (
        "Nothing in the library is near the target tempo, felt at half time, the only one left."
    )


def test_a_song_at_double_time_says_so() -> None:
    choice = once([Song("slow", 84, energy=0.8)], target=168)
    assert (choice.octave, choice.felt_tempo, choice.distance) == (2, 168, 0)
    assert choice.decided_by == (
        "Nothing in the library is near the target tempo, felt at double time, the only one left."
    )


@pytest.mark.parametrize(
    ("seconds", "moves", "penalty"),
    [(120, 1.0, 0), (180, 1.0, 0.04), (240, 1.0, 0.08), (300, 0.0, 0), (360, 0.0, 0.04)],
)
def test_each_minute_beyond_what_fits_costs_the_same(
    seconds: float, moves: float, penalty: float
) -> None:
    choice = once(enough(Song("0", 130, "a", seconds)), replace(NEW, unsettled=moves))
    assert choice.terms.get("length", 0) == penalty


def test_what_a_person_thinks_of_a_song_is_told_with_its_price() -> None:
    liked = once(library(130), replace(NEW, opinions={"0": Opinion(liked=True)}))
    disliked = once(library(130), replace(NEW, opinions={"0": Opinion(liked=False)}))
    skipped = once(library(130), replace(NEW, skips={"0": 5}))
    assert (liked.terms["liked"], disliked.terms["liked"]) == (-0.02, 0.2)
    assert skipped.terms["skipped"] == pytest.approx(0.06)
    assert liked.decided_by == "At the target tempo, you like it, the only one left."
    assert disliked.decided_by == "At the target tempo, you do not like it, the only one left."


@pytest.mark.parametrize(
    "song",
    [
        Song("a slow quiet song", 70, energy=0.2),
        Song("a slow song of unknown energy", 70),
        Song("an odd meter", 90, energy=0.9, meter=3),
    ],
)
def test_some_songs_are_never_felt_at_double_their_tempo(song: Song) -> None:
    assert octave_of(song, song.tempo, song.tempo * 2) == 1


def test_a_corrected_tempo_takes_the_place_of_the_song_s_own() -> None:
    songs = library(130, 65)
    listener = replace(NEW, opinions={"0": Opinion(tempo=65), "1": Opinion(tempo=130)})
    choice = once(songs, listener)
    assert (choice.song.id, choice.tempo, choice.distance) == ("1", 130, 0)
    assert "as you set it" in choice.decided_by


def test_what_decided_is_told_as_terms_and_as_a_sentence() -> None:
    song = Song("0", 150, "a", 240, genre="rock")
    heard = {"0": NOW_MS - 7 * DAY_MS}
    listener = replace(NEW, heard=heard, genres=["pop"], unsettled=1, skips={"0": 1})
    choice = once(enough(song), listener)
    assert choice.distance == pytest.approx(20 / 130)
    assert choice.terms.keys() == {"tempo", "heard", "skipped", "genre", "length"}
    assert choice.decided_by == (
        "Nothing in the library is near the target tempo, heard in the last two weeks, "
        "you skipped it before, not of your genres, long for how the heart rate moves, "
        "drawn from the best 10."
    )


@pytest.mark.parametrize(
    ("tempo", "words"),
    [
        (131, "At the target tempo"),
        (137, "Near the target tempo"),
        (142, "Off the target tempo"),
        (170, "Nothing in the library is near the target tempo"),
    ],
)
def test_how_near_a_song_is_is_said_in_words(tempo: float, words: str) -> None:
    assert once(library(tempo)).decided_by.startswith(words)


def test_an_empty_library_is_refused_with_a_sentence() -> None:
    with pytest.raises(EmptyLibraryError, match="library is empty"):
        choose([], 130, NEW, "seed")


def test_a_search_ends_with_the_near_songs_when_they_are_near_enough() -> None:
    shelf = Library(library(*range(60, 200)))
    assert search(shelf.near, 130, NEW)[0].tempo == 130
    assert shelf.looks == [130]


def test_a_search_goes_on_while_too_few_songs_may_be_played() -> None:
    shelf = Library(library(*(120 + 0.1 * index for index in range(200))))
    played = [song.id for song in shelf.near(130, 65)]
    found = search(shelf.near, 130, replace(NEW, heard=dict.fromkeys(played, NOW_MS)))
    assert len([song for song in found if song.id not in played]) >= BEST


def test_a_search_far_from_every_tempo_looks_at_half_and_double_too() -> None:
    shelf = Library([Song("half", 85), *library(*(100 + 0.1 * number for number in range(60)))])
    assert "half" in {song.id for song in search(shelf.near, 170, NEW)}
    assert shelf.looks == [170, 85, 340]


def test_a_library_that_was_found_whole_is_not_looked_at_again() -> None:
    shelf = Library([Song("half", 85), Song("far", 100)])
    assert {song.id for song in search(shelf.near, 170, NEW)} == {"half", "far"}
    assert shelf.looks == [170]


def test_a_search_ends_where_a_new_song_would_be_too_far_away() -> None:
    shelf = Library(library(*(130 + 0.2 * number for number in range(300))))
    played = [song.id for song in shelf.songs[:118]]
    search(shelf.near, 130, replace(NEW, heard=dict.fromkeys(played, NOW_MS)))
    assert shelf.looks == [130, 130]


@given(libraries, st.floats(60, 180), st.text())
def test_a_library_plays_for_ever_without_a_song_back_too_soon(
    songs: list[Song], target: float, seed: str
) -> None:
    shelf, heard = Library(songs), dict[str, int]()
    lasts_ms = sum(song.duration_seconds for song in songs) * 1000
    at_ms = NEW.session
    for _ in range(2 * len(songs)):
        listener = replace(NEW, at_ms=at_ms, heard=heard)
        song = choose(search(shelf.near, target, listener), target, listener, seed).song
        if lasts_ms >= 2 * REST_MS:
            assert at_ms - heard.get(song.id, 0) >= REST_MS
        heard[song.id] = at_ms
        at_ms += int(song.duration_seconds * 1000)
