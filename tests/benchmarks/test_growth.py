"""The benchmark of growth measures each size on the stores of a local cloud."""

import os

import pytest

from benchmarks import catalog_growth, growth, song_growth
from lambdas.domain.choose import BEST


def test_every_size_is_measured_and_compared_to_the_smallest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(catalog_growth, "CHOICES", 5)
    monkeypatch.setattr(song_growth, "BATCHES", 3)
    monkeypatch.setattr(song_growth, "SONGS", 300)
    before = dict(os.environ)
    report = growth.run(libraries=(200, 400), people=(20, 60), users=())
    assert os.environ == before
    assert [one.songs for one in report.choices] == [200, 400]
    assert [one.people for one in report.song_ends] == [20, 60]
    assert report.choices[0].dynamodb_ratio == report.song_ends[0].ratio == 1
    for choice in report.choices:
        assert choice.queries >= 2
        assert choice.songs_read >= 2 * BEST
    for end, batch in zip(report.song_ends, (20, 50), strict=True):
        assert 2 / batch <= end.dynamodb_requests < 0.2
        assert end.redis_commands > 0
        assert end.together_us >= end.recommend_us > 0
