"""The benchmark of floods counts what the flooder sent and what the others got."""

from benchmarks.flood import _fairness
from benchmarks.flooder import Flooded, Kind
from benchmarks.pipeline import Percentiles


def test_a_song_that_never_came_is_lost_and_the_others_are_compared() -> None:
    found = _fairness(Kind.SKIPS, Flooded(sent=7), 5, [100.0, 100.0], [None, 250.0])
    assert (found.sent, found.refused) == (7, 5)
    assert (found.without.songs, found.without.lost) == (2, 0)
    assert (found.during.songs, found.during.lost) == (2, 1)
    assert found.ratio == Percentiles(2.5, 2.5)


def test_stretches_of_a_flood_are_added_up() -> None:
    assert Flooded(10, 2, 0, 1, 3) + Flooded(5, 1, 1, 1, 0) == Flooded(15, 3, 1, 2, 3)
