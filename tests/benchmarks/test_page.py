"""What the benchmark of the page computes from what a browser told."""

import gzip
import os

from benchmarks.page_probe import loaded, middle, total_blocking_ms


def test_answers_are_added_up_as_sent_and_as_compressed() -> None:
    text, noise = b"tempo " * 1000, os.urandom(2000)
    found = loaded([text, noise])
    assert (found.requests, found.kilobytes) == (2, 8.0)
    compressed = len(gzip.compress(text)) + len(gzip.compress(noise))
    assert found.gzip_kilobytes == round(compressed / 1000, 1)
    assert found.gzip_kilobytes < 2.2


def test_only_what_a_task_takes_beyond_50_ms_blocks() -> None:
    tasks = [(100.0, 80.0), (300.0, 50.0), (900.0, 51.5)]
    assert total_blocking_ms(tasks, 10_000) == 31.5


def test_tasks_after_the_end_do_not_count() -> None:
    assert total_blocking_ms([(9_999.0, 100.0), (10_000.0, 500.0)], 10_000) == 50


def test_one_slow_visit_does_not_move_the_figure() -> None:
    assert middle([100.2, 90.0, 5000.0]) == 100
