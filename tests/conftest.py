import gc
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from catalog.demo import demo_songs
from catalog.store import store_songs
from lambdas.adapters import environment
from local import valkey
from local.athletes import start_athletes
from local.launcher import Cloud, running
from local.processes import free_port
from local.project import PROJECT
from simulator.athletes import user_name
from tests import target
from tests.target import Deployed

ATHLETES = 3
COLLECTED = (700, 10, 10)
DATA = Path(os.environ.get("TEMPOFIT_DATA", PROJECT.parent / "shared" / "data"))

try:
    TARGET = target.chosen(os.environ)
except target.TargetError as error:
    raise pytest.UsageError(str(error)) from None

if TARGET != "aws":  # who tests on AWS brings credentials and a region
    os.environ.update(
        {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
    )


def pytest_collection_finish() -> None:
    """Garbage is collected as usual, so that what a test leaves open is that test's own failure.

    `average` has it collected seldom, and was imported by now.
    """
    gc.set_threshold(*COLLECTED)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Elsewhere than here, only the contract tests run, less those that look behind the API."""
    if TARGET == "local":
        return
    others = [item for item in items if item.path.name != "test_cloud.py"]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if item not in others]
    for item in items:
        if reason := target.LOCAL_ONLY.get(item.name):
            item.add_marker(pytest.mark.skip(reason=f"on {TARGET}: {reason}"))


@pytest.fixture(autouse=True)
def unread_environment() -> None:
    """A function reads its environment once; each test may have another."""
    environment._read_once.cache_clear()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Tells by which seed the tests were shuffled, and why one was tried once more."""
    seed = config.getoption("randomly_seed", None)
    if seed is not None:
        terminalreporter.write_line(f"To repeat this order: --randomly-seed={seed}")
    for report in terminalreporter.getreports("rerun"):
        terminalreporter.write_sep("_", f"tried once more: {report.nodeid}")
        terminalreporter.write_line(report.longreprtext)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real Redis for the whole run."""
    if given := valkey.given_url():
        with Redis.from_url(given) as redis:
            assert redis.dbsize() == 0, f"{given} is not empty, and the tests would empty it"
        yield given
        return
    port = free_port()
    server = subprocess.Popen(valkey.command(port), stdout=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}/0"
    try:
        _wait_for(url)
        yield url
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 20
    with Redis.from_url(url) as probe:
        while True:
            try:
                probe.ping()
                return
            except Exception:  # it is still starting, and refuses in several ways
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud | Deployed]:
    """The target with generated songs, and here also three athletes, ten times as fast."""
    if TARGET == "local":
        yield from _local_cloud(tmp_path_factory.mktemp("cloud"))
        return
    try:
        with target.deployed(TARGET, os.environ.get("TEMPOFIT_STAGE") or "dev") as deployed:
            songs_table = deployed.addresses.songs_table
            store_songs(deployed.client("dynamodb"), songs_table, "demo", demo_songs(count=1000))
            yield deployed
    except target.TargetError as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture
def new_user(cloud: Cloud | Deployed) -> Callable[[], str]:
    """Names somebody whom no other test uses, and who can get a token."""
    return cloud.new_user if isinstance(cloud, Deployed) else target.unique_user


def _local_cloud(directory: Path) -> Iterator[Cloud]:
    users = [user_name(number) for number in range(1, ATHLETES + 1)]
    with running(directory, users=[*users, "nobody"]) as cloud:
        addresses = cloud.addresses
        store_songs(cloud.client("dynamodb"), addresses.songs_table, "demo", demo_songs(count=1000))
        start_athletes(cloud, ATHLETES, speed=10)
        yield cloud
        cloud.check()


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """The path of a file of recorded data, which is never part of the project."""

    def find(name: str) -> Path:
        path = DATA / name
        if not path.exists():
            pytest.skip(f"{name} is not there: set TEMPOFIT_DATA to the folder that holds it.")
        return path

    return find
