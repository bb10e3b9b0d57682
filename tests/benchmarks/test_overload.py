"""The benchmark of overload tells people apart, and says when it is as before."""

import asyncio
import sys
import time
from collections import Counter
from subprocess import Popen

import psutil
import pytest
from redis import Redis
from redis import asyncio as redis_asyncio

from benchmarks import crowd, machine, overload
from benchmarks.capacity import is_full, songs_per_second
from benchmarks.crowd import PERIOD_MS, Crowd, person_at, person_of
from benchmarks.overload import Before, Run
from benchmarks.slots import Slots
from benchmarks.stall import stall
from benchmarks.watch import Look
from events.stream import HeartRateBatch, decode_heart_rate
from lambdas.adapters import clients, connections

BEGIN_MS = 1_700_000_000_000
HANDLER = "lambdas.recommend.handler"


def samples(crowd: Crowd, now_ms: int) -> list[tuple[int, int]]:
    """Who sends a sample until now, and its time."""
    found = []
    for entry in crowd.due(now_ms):
        batch = decode_heart_rate(entry.data)
        assert isinstance(batch, HeartRateBatch)
        found += [(person_of(entry.partition_key), at_ms) for at_ms, _ in batch.samples]
    return found


def test_everybody_sends_once_in_five_seconds_and_evenly() -> None:
    crowd = Crowd()
    crowd.set_active(7_000)
    crowd.due(BEGIN_MS)
    seconds = [samples(crowd, BEGIN_MS + second * 1000) for second in range(1, 6)]
    assert all(1_300 < len(second) < 1_500 for second in seconds)
    people = Counter(person for second in seconds for person, _ in second)
    assert people == Counter(range(7_000))


def test_whose_sample_it_was_is_told_by_its_connection_and_its_time() -> None:
    crowd = Crowd()
    crowd.set_active(2 * PERIOD_MS)
    crowd.due(BEGIN_MS)
    for person, at_ms in samples(crowd, BEGIN_MS + PERIOD_MS):
        assert person_at(person // PERIOD_MS, at_ms) == person


def test_who_has_gone_sends_no_more_and_begins_anew() -> None:
    crowd = Crowd()
    crowd.set_active(10)
    crowd.due(BEGIN_MS)
    crowd.due(BEGIN_MS + PERIOD_MS)
    crowd.set_active(4)
    assert {person for person, _ in samples(crowd, BEGIN_MS + 2 * PERIOD_MS)} == set(range(4))
    crowd.set_active(10)
    assert [began > 0 for began in crowd.began_ms] == [True] * 4 + [False] * 6


def test_a_shared_connection_is_found_as_if_each_person_had_connected(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def share() -> None:
        async with redis_asyncio.Redis.from_url(redis_url) as redis:
            await crowd.share(redis, ["one", "two"], PERIOD_MS - 1, PERIOD_MS + 1)

    asyncio.run(share())
    with Redis.from_url(redis_url, protocol=3) as redis:
        monkeypatch.setattr(clients, "redis", lambda: redis)
        found = [connections.of(crowd.user_of(PERIOD_MS + place)) for place in (-1, 0)]
    assert found == [["one"], ["two"]]


def test_the_time_to_a_song_begins_with_the_first_request_for_its_slot() -> None:
    slots = Slots()
    slots.ask(7, 0, 1_000)
    slots.ask(7, 0, 31_000)
    slots.ask(8, 0, 30_000)
    slots.fill(7, 0, ends_at_ms=60_000, at_ms=31_500)
    slots.fill(7, 0, ends_at_ms=60_000, at_ms=31_900)
    assert slots.requests == 3
    assert slots.waits(0, 40_000) == [30_500, 10_000]
    assert slots.recent(25_000, 40_000) == [10_000]
    assert slots.unfilled(0, until_ms=30_000) == 1
    assert slots.unfilled(0, until_ms=29_999) == 0
    assert slots.ends_at_ms == {7: 60_000}


def look(at_ms: int, songs: int = 0, backlog: int = 0, silent: int = 0) -> Look:
    return Look(at_ms, backlog, silent, songs)


def test_the_capacity_is_the_most_songs_of_ten_seconds() -> None:
    songs = [10 * second for second in range(11)] + [100 + 30 * second for second in range(1, 21)]
    looks = [look(second * 1000, songs=count) for second, count in enumerate(songs)]
    assert songs_per_second(looks) == 30
    assert songs_per_second(looks[:11]) == 10
    assert songs_per_second(looks[:10]) == 0


def test_it_is_full_when_for_five_seconds_more_wait_than_are_answered() -> None:
    looks = [look(second * 1000, songs=10 * second, backlog=51) for second in range(6)]
    assert is_full(looks)
    assert not is_full(looks[:5])
    assert not is_full([*looks[:3], look(3_000, songs=30, backlog=49), *looks[4:]])


def test_it_is_as_before_when_nobody_is_silent_nothing_waits_and_songs_are_as_fast() -> None:
    before = Before(silent=0, backlog=20, p99_ms=2_000)
    assert before.is_as(look(0, backlog=21, silent=1), 100, 3_000)
    assert not before.is_as(look(0, backlog=21, silent=2), 100, 3_000)
    assert not before.is_as(look(0, backlog=22, silent=1), 100, 3_000)
    assert not before.is_as(look(0, backlog=21, silent=1), 100, 3_001)


def test_runs_together_ask_as_their_songs_weigh() -> None:
    runs = [
        Run(0.3, 60, 300, 1.0, 9, 0, 0, 0.1, 0.2, 9.0),
        Run(2.0, 0, 100, 2.0, 9, 0, 0, 0.1, 0.2, None),
    ]
    assert overload.requests_per_song(runs) == 1.25
    assert [overload.target_seconds(run) for run in runs] == [30, 90]


def test_a_stalled_function_stands_still_with_what_replaces_it_and_then_goes_on() -> None:
    with worker(HANDLER) as first, worker("lambdas.schedule.handler") as other:
        replacements = asyncio.run(stalled(first))
        for process in (first, *replacements, other):
            wait_until(process, psutil.STATUS_SLEEPING)
            process.kill()
            process.wait()


async def stalled(first: "Popen[bytes]") -> list["Popen[bytes]"]:
    """Stall it, and another one that comes meanwhile, which is returned."""
    stalling = asyncio.create_task(stall(psutil.Process().pid, HANDLER, 600))
    await asyncio.to_thread(wait_until, first, psutil.STATUS_STOPPED)
    second = await asyncio.to_thread(worker, HANDLER)
    await asyncio.to_thread(wait_until, second, psutil.STATUS_STOPPED)
    stalling.cancel()
    await asyncio.gather(stalling, return_exceptions=True)
    return [second]


def worker(handler: str) -> "Popen[bytes]":
    return Popen([sys.executable, "-c", "import time; time.sleep(600)", handler])


def wait_until(process: "Popen[bytes]", status: str) -> None:
    while psutil.Process(process.pid).status() != status:
        time.sleep(0.01)


def test_a_machine_is_described_with_the_speed_of_a_plain_loop() -> None:
    speed = machine.plain_loop_per_s()
    assert speed > 0
    assert f"{speed / 1e6:.1f} million steps/s of a plain loop" in machine.describe()
