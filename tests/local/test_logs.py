"""What processes print goes through a pipe into a file that a thread writes."""

import re
import subprocess
import sys
from pathlib import Path

from local.logs import LAST_LINES, Log

TIMED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (.*)")


def printed(log: Log, program: str) -> None:
    """Run a program to its end, and until all of it is in the log."""
    with log.taking() as taken:
        process = subprocess.Popen(
            [sys.executable, "-c", program], stdout=taken.descriptor, stderr=taken.descriptor
        )
    assert process.wait(20) == 0
    taken.settle()


def lines(path: Path) -> list[str]:
    """The lines without their times, each of which has one."""
    found = [TIMED.fullmatch(line) for line in path.read_text().splitlines()]
    assert all(found)
    return [match.group(1) for match in found if match]


def test_each_line_of_a_process_carries_a_time(tmp_path: Path) -> None:
    log = Log(tmp_path / "new" / "part.log")
    printed(log, "import os; os.write(1, b'one\\ntwo'); os.write(2, b' words\\n\\nlast')")
    assert lines(log.path) == ["one", "two words", "", "last"]
    assert log.last() == ["one", "two words", "", "last"]


def test_a_log_goes_on_where_the_last_one_ended(tmp_path: Path) -> None:
    for word in ("first", "second"):
        printed(Log(tmp_path / "part.log"), f"print({word!r})")
    assert lines(tmp_path / "part.log") == ["first", "second"]


def test_a_log_is_bounded_and_keeps_one_old_file(tmp_path: Path) -> None:
    log = Log(tmp_path / "part.log", file_bytes=2_000)
    printed(log, "for number in range(1_000): print(f'line {number}')")
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["part.log", "part.log.1"]
    assert all(0 < file.stat().st_size <= 2_000 for file in files)
    kept = lines(files[1]) + lines(files[0])
    assert kept == [f"line {number}" for number in range(1_000 - len(kept), 1_000)]
    assert log.last() == kept[-LAST_LINES:]


def test_a_line_without_an_end_is_written_in_pieces(tmp_path: Path) -> None:
    log = Log(tmp_path / "part.log")
    printed(log, "print('x' * 200_000, end='')")
    assert "".join(lines(log.path)) == "x" * 200_000


def test_a_process_goes_on_when_its_log_cannot_be_written(tmp_path: Path) -> None:
    log = Log(tmp_path)  # a folder
    printed(log, "for _ in range(20_000): print('more than a pipe holds')\nprint('the end')")
    assert log.last()[-1] == "the end"


def test_processes_that_print_at_once_share_a_log(tmp_path: Path) -> None:
    log = Log(tmp_path / "part.log")
    with log.taking() as first:
        process = subprocess.Popen(
            [sys.executable, "-c", "import sys; print(sys.stdin.read())"],
            stdin=subprocess.PIPE,
            stdout=first.descriptor,
        )
    printed(log, "print('second')")
    assert lines(log.path) == ["second"]
    process.communicate(b"first")
    first.settle()
    assert lines(log.path) == ["second", "first"]
