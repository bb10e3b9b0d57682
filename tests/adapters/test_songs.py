import pytest

from events.session import Song
from lambdas.adapters import songs
from tests.adapters.conftest import add_songs


def test_a_song_survives_the_table() -> None:
    song = Song("one", "Title", "Artist", 128.25, 201.5, genre="rock", energy=0.5, year=1999)
    assert songs.song_of(songs.song_item("demo", song)) == song
    bare = Song("two", "Title", "Artist", 128, 201)
    assert songs.song_of(songs.song_item("demo", bare)) == bare


def test_the_nearest_songs_come_nearest_first_across_buckets() -> None:
    add_songs([100, 129.8, 130, 130.1, 134, 135, 124.9, 180])
    tempi = [song.tempo for song in songs.near("demo", 130, 7)]
    assert tempi == sorted(tempi, key=lambda tempo: (abs(tempo - 130), tempo))
    assert set(tempi[:3]) == {129.8, 130, 130.1}
    assert 180 not in tempi


def test_fewer_songs_than_wanted_are_all_there_is() -> None:
    add_songs([45, 245])
    assert [song.tempo for song in songs.near("demo", 130, 10)] == [45, 245]


def test_libraries_do_not_mix() -> None:
    add_songs([130], library="mine")
    assert songs.near("demo", 130, 10) == []


def test_a_bucket_of_more_songs_than_a_page_is_read_on() -> None:
    add_songs([130 + index / 1000 for index in range(120)])
    assert len(songs.near("demo", 130, 110)) == 110


def test_of_what_was_read_the_oldest_is_forgotten_when_there_is_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(songs, "MAX_RUNS", 4)
    add_songs(list(range(100, 111)))
    for tempo in (102, 104, 108):  # two runs each: upward and downward
        assert songs.near("demo", tempo, 1)[0].tempo == tempo
    kept = {(bucket, start) for bucket, start, _ in songs._runs}
    assert len(songs._runs) == 4
    assert kept == {("demo#20", 104), ("demo#21", 108)}
