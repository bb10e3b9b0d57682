import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from catalog.demo import demo_songs
from catalog.store import store_songs
from local import valkey
from local.launcher import Cloud, running
from local.processes import PROJECT, free_port
from simulator.athletes import user_name
from tempofit.up import start_athletes

ATHLETES = 3
DATA = Path(os.environ.get("TEMPOFIT_DATA", PROJECT.parent / "shared" / "data"))

os.environ.update(
    {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "POWERTOOLS_SERVICE_NAME": "tests",
        "POWERTOOLS_METRICS_NAMESPACE": "TempoFit",
    }
)


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
            except Exception:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The local cloud with generated songs and three athletes who work out ten times as fast."""
    users = [user_name(number) for number in range(1, ATHLETES + 1)]
    with running(tmp_path_factory.mktemp("cloud"), users=[*users, "nobody"]) as cloud:
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
