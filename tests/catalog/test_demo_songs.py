from collections import Counter
from statistics import median

from catalog.demo import demo_songs
from catalog.entries import MAX_DURATION_SECONDS, MIN_DURATION_SECONDS


def test_the_same_seed_makes_the_same_songs_and_a_larger_count_begins_with_them() -> None:
    songs = demo_songs(300, seed=4)
    assert songs == demo_songs(300, seed=4)
    assert demo_songs(500, seed=4)[:300] == songs
    assert demo_songs(300, seed=5) != songs


def test_ids_do_not_depend_on_the_seed_so_that_a_new_one_replaces_the_old_songs() -> None:
    assert [song.id for song in demo_songs(20, 1)] == [song.id for song in demo_songs(20, 2)]


def test_no_two_songs_share_an_id_or_artist_and_title() -> None:
    songs = demo_songs()
    assert len(songs) == 2000
    assert len({song.id for song in songs}) == 2000
    assert len({(song.artist, song.title) for song in songs}) == 2000
    assert 240 <= len({song.artist for song in songs}) <= 250


def test_tempi_peak_where_popular_music_does_and_lie_within_60_and_190() -> None:
    songs = demo_songs()
    buckets = Counter(int(song.tempo // 5) * 5 for song in songs)
    assert all(60 <= song.tempo <= 190 for song in songs)
    assert {bucket for bucket, _ in buckets.most_common(2)} == {120, 125}
    assert buckets[90] > buckets[75]
    assert buckets[170] > 2 * buckets[180]
    assert min(buckets[start] for start in range(70, 175, 5)) >= 10


def test_durations_lie_around_their_median_within_90_and_480_seconds() -> None:
    durations = [song.duration_seconds for song in demo_songs()]
    assert abs(median(durations) - 215) < 10
    assert min(durations) >= 90 > MIN_DURATION_SECONDS
    assert max(durations) <= 480 < MAX_DURATION_SECONDS


def test_every_song_has_a_genre_an_energy_and_a_year() -> None:
    for song in demo_songs(500):
        assert song.genre
        assert song.energy is not None
        assert 0 <= song.energy <= 1
        assert song.year is not None
        assert 1960 <= song.year <= 2024
