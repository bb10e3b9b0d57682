"""The benchmark of growth counts calls and items, and its stand-in answers as DynamoDB does."""

import os
from collections.abc import Iterator

import pytest

from benchmarks import catalog_growth, growth, song_end_growth
from benchmarks.stand_in import LIBRARY, ConditionError, Tables, library
from lambdas.adapters import clients, songs
from lambdas.domain.choose import BEST


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tables]:
    tables = library(500)
    monkeypatch.setattr(clients, "dynamodb", lambda: tables)
    monkeypatch.setenv("SONGS_TABLE", "songs")
    songs._runs.clear()
    yield tables
    songs._runs.clear()


def test_the_stand_in_finds_the_nearest_songs_and_counts_them(tables: Tables) -> None:
    tempi = sorted(tempo for bucket in tables.tempi.values() for tempo in bucket)
    for target in (70, 120, 180):
        near = songs.near(LIBRARY, target, 200)
        expected = sorted(abs(tempo - target) for tempo in tempi)[:200]
        assert [abs(song.tempo - target) for song in near] == expected
        assert len({song.id for song in near}) == 200
    assert tables.calls["Query"] > 6
    assert 200 <= tables.items_read <= 3 * 500


def test_the_stand_in_refuses_a_write_of_another_version() -> None:
    tables = Tables()
    item = {"user_id": {"S": "ann"}, "version": {"N": "1"}}
    tables.put_item(Item=item)
    with pytest.raises(ConditionError):
        tables.put_item(Item=item)
    tables.put_item(
        Item=item | {"version": {"N": "2"}}, ExpressionAttributeValues={":version": {"N": "1"}}
    )
    assert tables.calls["PutItem"] == 3
    assert tables.items_written == 2


def test_every_size_is_measured_and_compared_to_the_smallest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(catalog_growth, "CHOICES", 5)
    monkeypatch.setattr(song_end_growth, "SONG_ENDS", 10)
    monkeypatch.setenv("SONGS_TABLE", "songs")
    before = dict(os.environ)
    report = growth.run(libraries=(200, 400), people=(20, 40), users=())
    assert os.environ == before
    assert [one.songs for one in report.choices] == [200, 400]
    assert [one.people for one in report.song_ends] == [20, 40]
    assert report.choices[0].cpu_ratio == report.song_ends[0].cpu_ratio == 1
    for choice in report.choices:
        assert choice.queries >= 2
        assert choice.items_read >= 2 * BEST
    for end in report.song_ends:
        assert end.dynamodb_calls["Query"] >= 2
        assert end.items_written == 1
        assert end.redis_commands > 0
