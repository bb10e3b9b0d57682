from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.choose import BEST, choose, distance


@dataclass(frozen=True)
class Song:
    id: str
    tempo: float


def library(*tempi: float) -> list[Song]:
    return [Song(str(index), tempo) for index, tempo in enumerate(tempi)]


libraries = st.lists(st.floats(40, 250), min_size=1, max_size=60).map(lambda tempi: library(*tempi))


def test_the_nearest_ten_are_drawn_from() -> None:
    songs = library(*range(100, 160))
    drawn = {choose(songs, 130, [], str(seed)).song.tempo for seed in range(300)}
    assert len(drawn) == BEST
    assert all(abs(tempo - 130) <= 5 for tempo in drawn)


def test_the_same_seed_makes_the_same_choice() -> None:
    songs = library(*range(100, 160))
    assert choose(songs, 130, [], "a 1 2") == choose(songs, 130, [], "a 1 2")


def test_played_songs_are_left_out() -> None:
    songs = library(130, 131, 90)
    assert choose(songs, 130, ["0", "1"], "seed").song.id == "2"


def test_when_all_were_played_the_one_played_longest_ago_returns() -> None:
    songs = library(130, 131, 90)
    choice = choose(songs, 130, ["1", "0", "2", "1"], "seed")
    assert choice.song.id == "0"
    assert "played longest ago" in choice.decided_by


def test_an_empty_library_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="library is empty"):
        choose([], 130, [], "seed")


@given(libraries, st.floats(60, 180), st.text())
def test_a_library_is_played_through_before_anything_repeats(
    songs: list[Song], target: float, seed: str
) -> None:
    played: list[str] = []
    for _ in songs:
        choice = choose(songs, target, played, seed)
        assert choice.distance == distance(choice.song.tempo, target)
        played.append(choice.song.id)
    assert sorted(played) == sorted(song.id for song in songs)
