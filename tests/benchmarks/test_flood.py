"""The benchmark of floods counts what the flooder sent and what the others got."""

from pathlib import Path

from benchmarks.flood import _fairness, _refusals
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


def test_what_was_refused_since_a_time_is_read_from_the_logs_new_and_old(tmp_path: Path) -> None:
    metrics = '{"_aws":{},"TooManyMessages":[2.0,1.0]}'
    for name, time in (("a.log.1", "00.000"), ("a.log", "01.000"), ("b.log.1", "02.000")):
        line = f"2026-01-02T03:04:{time}Z {metrics}\n2026-01-02T03:04:{time}Z other words\n"
        (tmp_path / name).write_text(line)
    assert _refusals(tmp_path, b"2026-01-02T03:04:00.500Z") == 6
