"""Parts end with their launcher, whatever ends it, and the folder's lock with the parts."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from local.keeper import keeping
from local.lock import LockedError, launcher, locked
from local.processes import PartError, number, reserve_free, reserve_given
from local.project import PROJECT
from tests.local.processes import running, wait_for

LAUNCHER = """
import subprocess, sys
from pathlib import Path
from local.keeper import keeping
from local.lock import locked
folder = Path(sys.argv[1])
with locked(folder) as lock, keeping(folder / "addresses.json", lock) as keeper:
    for program in sys.argv[2:]:
        part = subprocess.Popen([sys.executable, "-c", program], start_new_session=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        part.stdout.readline()
        keeper.keep(part.pid)
        print(part.pid, flush=True)
    print("all", flush=True)
    sys.stdin.read()
"""
ENDS = "import time; print(flush=True); time.sleep(600)"
ENDS_NOT = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {ENDS}"


@contextmanager
def launched(folder: Path, *parts: str) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A launcher with its parts' process ids; the parts are ended at last whatever happens."""
    (folder / "addresses.json").write_text("{}")
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(folder), *parts],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = [line.strip() for line in iter(process.stdout.readline, "all\n")]
        parts_started = [int(line) for line in said]
        try:
            yield process, parts_started
        finally:
            process.kill()
            for part in parts_started:
                if running(part):
                    psutil.Process(part).kill()


def keeper_of(process: "subprocess.Popen[str]") -> psutil.Process:
    [keeper] = [
        child
        for child in psutil.Process(process.pid).children()
        if "local.keeper" in child.cmdline()
    ]
    return keeper


def test_the_parts_of_a_killed_launcher_end_and_so_does_what_says_where_they_are(
    tmp_path: Path,
) -> None:
    with launched(tmp_path, ENDS, ENDS) as (process, parts):
        keeper = keeper_of(process)
        process.kill()
        wait_for(lambda: not any(running(part) for part in parts))
        wait_for(lambda: not running(keeper.pid))
        assert not (tmp_path / "addresses.json").exists()


def test_a_part_that_does_not_end_by_itself_is_killed(tmp_path: Path) -> None:
    with launched(tmp_path, ENDS_NOT) as (process, [part]):
        process.kill()
        wait_for(lambda: not running(part), seconds=40)


def test_no_signal_but_the_launchers_end_ends_the_keeper(tmp_path: Path) -> None:
    with launched(tmp_path, ENDS) as (process, [part]):
        keeper = keeper_of(process)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            keeper.send_signal(number)
        process.kill()
        wait_for(lambda: not running(part))


def test_a_launcher_that_ends_by_itself_leaves_no_keeper_and_no_part(tmp_path: Path) -> None:
    with launched(tmp_path, ENDS) as (process, [part]):
        keeper = keeper_of(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(40) == 0
        assert not running(keeper.pid)
        assert not running(part)
        assert launcher(tmp_path) is None


def test_a_folder_is_locked_until_the_parts_of_a_killed_launcher_have_ended(
    tmp_path: Path,
) -> None:
    with launched(tmp_path, ENDS_NOT) as (process, [part]):
        process.kill()
        process.wait()
        with locked(tmp_path):
            assert not running(part)


def test_a_port_is_reserved_until_the_keeper_has_ended(tmp_path: Path) -> None:
    with reserve_free() as reserved:
        keeper = keeping(tmp_path / "addresses.json", reserved.fileno())
        port = number(reserved)
        with keeper:
            reserved.close()
            with pytest.raises(PartError, match=f"Port {port}"):
                reserve_given(port, "the page")
    reserve_given(port, "the page").close()


def test_a_second_launcher_is_told_who_runs_and_where(tmp_path: Path) -> None:
    with launched(tmp_path) as (process, _):
        assert launcher(tmp_path) == process.pid
        words = f"process {process.pid} in .*its page is "
        with pytest.raises(LockedError, match=words), locked(tmp_path):
            pass
        (tmp_path / "addresses.json").unlink()
        with pytest.raises(LockedError, match="it is starting"), locked(tmp_path):
            pass


def test_a_folder_is_free_again_and_nobody_runs_in_one_that_is_not_there(tmp_path: Path) -> None:
    with locked(tmp_path):
        pass
    assert launcher(tmp_path) is None
    assert launcher(tmp_path / "absent") is None
    with locked(tmp_path):
        assert launcher(tmp_path) is not None
