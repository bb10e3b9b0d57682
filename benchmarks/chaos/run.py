"""Faults on a local cloud of its own, by a seed; and the ledger of what became of everything."""

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import msgspec

from benchmarks import machine
from benchmarks.chaos.faults import Faults
from benchmarks.chaos.ledger import Counts, count
from benchmarks.chaos.letters import Letters
from benchmarks.chaos.looks import Look, by_quarter, look
from benchmarks.chaos.people import Device, Person, live
from benchmarks.chaos.plan import Planned, plan
from benchmarks.chaos.report import (
    FILLED_SECONDS,
    PATIENCE,
    TOLD_SECONDS,
    WELL_SECONDS,
    Report,
    judged,
)
from benchmarks.chaos.seen import Seen
from benchmarks.overload import short_songs
from catalog.store import store_songs
from local import valkey
from local.faults.clock import SITE, VARIABLE, set_off
from local.faults.proxy import Config
from local.launcher import Cloud, running
from local.processes import HOST, PartError, free_port
from simulator.athletes import user_name
from simulator.client import Service, open_http
from simulator.pace import clock_ms

LIBRARY = "demo"
LOOK_SECONDS = 0.5
USAGE_SECONDS = 5.0
QUIET_SECONDS = 2.0
"""For what must not come: a second song."""
PROXIED = ("tables", "streams", "gateway")
"""The parts that have a proxy before them."""


def run(
    users: int,
    minutes: float,
    seed: int,
    *,
    progress: Callable[[str], None] = lambda sentence: None,
) -> Report:
    """Start a local cloud, let faults happen to it for so long, wait until it is well, and count.

    Raises what the launcher raises, and PartError where Redis is not ours to kill.
    """
    if valkey.given_url() is not None:
        raise PartError("REDIS_URL names a Redis that is not ours to kill: unset it.")
    planned = plan(seed, minutes * 60)
    ports = {name: free_port() for name in PROXIED}
    proxies = {name: f"http://{HOST}:{port}" for name, port in ports.items()}
    with (
        TemporaryDirectory(prefix="tempofit-chaos-") as directory,
        _clock(Path(directory)) as clock,
        running(Path(directory), in_front=proxies, progress=progress) as cloud,
    ):
        _start_proxies(cloud, ports, Path(directory))
        songs_table = cloud.addresses.songs_table
        store_songs(cloud.client("dynamodb"), songs_table, LIBRARY, short_songs())
        chaos = Chaos(cloud, proxies, clock, users, seed, progress)
        try:
            return asyncio.run(chaos.run(planned, minutes))
        except ExceptionGroup as group:
            raise _first(group) from None


def _first(error: Exception) -> Exception:
    """Of what tasks raised together, what a sentence can be made of."""
    return _first(error.exceptions[0]) if isinstance(error, ExceptionGroup) else error


@contextmanager
def _clock(directory: Path) -> Iterator[Path]:
    """The file of the clock by which all parts go that are started within."""
    file, site = directory / "clock", directory / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(SITE)
    set_off(file, 0)
    ours = {"PYTHONPATH": str(site), VARIABLE: str(file)}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield file
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def _start_proxies(cloud: Cloud, ports: dict[str, int], directory: Path) -> None:
    addresses = cloud.addresses
    services = {
        "tables": addresses.dynamodb_url,
        "streams": addresses.kinesis_url,
        "gateway": addresses.management_url.rpartition("/")[0],
    }
    parts = []
    for name, service in services.items():
        path = directory / f"{name}-proxy.json"
        path.write_bytes(msgspec.json.encode(Config(HOST, ports[name], service)))
        command = [sys.executable, "-m", "local.faults.proxy", str(path)]
        parts.append(cloud.start(f"{name}-proxy", command, address=(HOST, ports[name])))
    for part in parts:
        part.wait_until_ready()


class Chaos:
    """A cloud, its people, its faults, and what is seen of them."""

    def __init__(
        self,
        cloud: Cloud,
        proxies: dict[str, str],
        clock: Path,
        users: int,
        seed: int,
        progress: Callable[[str], None],
    ) -> None:
        self._cloud = cloud
        self._proxies = proxies
        self._clock = clock
        self._seed = seed
        self._say = progress
        self._people = [Person(user_name(number), number) for number in range(1, users + 1)]
        self._letters = Letters(cloud)
        self._looks: list[Look] = []
        self._ended: list[tuple[str, float]] = []
        """Faults that are over, and not all is well since, with when they ended."""
        self._recovered: dict[str, float] = {}
        self._ill = ""
        """What was not well when it was looked at last and not all was."""
        self._silent = False
        rules: dict[str, str] = {}
        for function in cloud.stack.functions:
            rules |= function.environment
        self._emit_every_ms = int(float(rules["EMIT_EVERY_SECONDS"]) * 1000)
        self._seen: Seen
        self._faults: Faults

    async def run(self, planned: list[Planned], minutes: float) -> Report:
        """All faults, in real time."""
        addresses = self._cloud.addresses
        service = Service(addresses.websocket_url, addresses.token_url)
        async with open_http() as http, asyncio.TaskGroup() as group:
            self._seen = Seen(self._cloud, http, [person.user for person in self._people])
            self._faults = Faults(
                self._cloud,
                self._proxies,
                self._people,
                self._letters,
                self._seen.recent,
                self._clock,
                http,
            )
            random = Random(self._seed)
            tasks = [
                group.create_task(self._seen.follow()),
                group.create_task(self._look()),
                group.create_task(self._measure()),
            ]
            for person in self._people:
                device = Device(person, service, http, Random(random.getrandbits(32)))
                tasks.append(group.create_task(live(person, device, lambda: self._silent)))
            self._say(f"{len(self._people)} people work out, and {len(planned)} faults happen")
            async with asyncio.TaskGroup() as faults:
                faults.create_task(asyncio.sleep(minutes * 60))
                for one in planned:
                    faults.create_task(self._inflict(one))
            filled_s, told_s = await self._settle()
            for task in tasks:
                task.cancel()
        return self._report(planned, minutes, filled_s, told_s)

    async def _inflict(self, planned: Planned) -> None:
        await asyncio.sleep(planned.begins_s)
        seconds = planned.ends_s - planned.begins_s
        self._say(f"{planned.begins_s:6.1f} s: {planned.kind} for {seconds:.1f} s")
        await self._faults.inflict(planned)
        self._ended.append((planned.kind, time.monotonic()))

    async def _look(self) -> None:
        """Note when all is well again, and until then what is not."""
        while True:
            if self._ended:
                unwell = self._unwell()
                if unwell:
                    self._ill = unwell
                else:
                    self._note_well()
            await asyncio.sleep(LOOK_SECONDS)

    def _unwell(self) -> str:
        away = [person.user for person in self._people if not person.connected]
        if away:
            return f"{away[0]} is not connected"
        return self._seen.unwell({person.user for person in self._people if person.off_ms})

    def _note_well(self) -> None:
        for kind, ended in self._ended:
            seconds = round(time.monotonic() - ended, 1)
            self._recovered[kind] = max(seconds, self._recovered.get(kind, 0.0))
            if seconds > WELL_SECONDS:
                self._say(f"All is well {seconds:g} s after {kind}. Before: {self._ill}")
        self._ended.clear()

    async def _measure(self) -> None:
        while True:
            self._looks.append(await asyncio.to_thread(look, self._cloud))
            self._letters.read_log()
            await asyncio.sleep(USAGE_SECONDS)

    async def _settle(self) -> tuple[float, float]:
        """Wait until all is as it must be, or for long enough; when it was, after the last fault.

        Then everybody's heart is heard a last time, late enough for an average.
        """
        self._say("The faults are over")
        began = time.monotonic()
        filled_s = await self._until(lambda: not self._unfilled(), began, FILLED_SECONDS)
        told_s = await self._until(lambda: not self._untold(), began, TOLD_SECONDS)
        await self._until(self._is_all_told, began, TOLD_SECONDS)
        await self._until(lambda: not self._ended, began, TOLD_SECONDS)
        self._cloud.check()
        self._silent = True
        for person in self._people:
            person.last_word(self._emit_every_ms)
        began = time.monotonic()
        await self._until(self._is_over, began, TOLD_SECONDS)
        await asyncio.sleep(QUIET_SECONDS)
        return filled_s, told_s

    async def _until(self, done: Callable[[], bool], began: float, seconds: float) -> float:
        """Seconds since it began when it is done, or no longer waited for."""
        while not done() and time.monotonic() - began < PATIENCE * seconds:
            await asyncio.to_thread(self._letters.collect)
            await asyncio.sleep(LOOK_SECONDS)
        return round(time.monotonic() - began, 1)

    def _is_all_told(self) -> bool:
        """Whether all poison is told of, and no sample is of a time to come."""
        letters = self._letters
        in_time = all(person.newest_ms < clock_ms() for person in self._people)
        counted = letters.counted >= letters.countable
        return in_time and counted and letters.named == letters.sent

    def _is_over(self) -> bool:
        """Whether the last samples went out and are folded, and their songs are told."""
        if any(person.has_unsent for person in self._people):
            return False
        lost = any(counts.lost for counts in self._counts().values())
        return not (lost or self._unfilled() or self._untold())

    def _unfilled(self) -> dict[str, int]:
        """How many slots of whom have no song."""
        songs, late_ms = self._seen.songs, int(FILLED_SECONDS * 1000)
        return self._by_user(
            lambda person: songs.unfilled(
                person.user,
                max((told.at_ms for told in self._seen.averages[person.user]), default=0),
                late_ms,
            )
        )

    def _untold(self) -> dict[str, int]:
        songs, losses_ms = self._seen.songs, self._faults.losses_ms
        return self._by_user(lambda person: songs.untold(person.user, person.songs, losses_ms))

    def _duplicated(self) -> dict[str, int]:
        songs = self._seen.songs
        return self._by_user(lambda person: songs.duplicated(person.user, person.songs))

    def _by_user(self, number: Callable[[Person], int]) -> dict[str, int]:
        """Of those who have any."""
        numbers = {person.user: number(person) for person in self._people}
        return {user: each for user, each in numbers.items() if each}

    def _counts(self) -> dict[str, Counts]:
        seen, losses_ms = self._seen, self._faults.losses_ms
        return {
            person.user: count(
                person.sent, seen.puts[person.user], seen.averages[person.user], losses_ms
            )
            for person in self._people
        }

    def _report(
        self, planned: list[Planned], minutes: float, filled_s: float, told_s: float
    ) -> Report:
        letters, counts, total = self._letters, self._counts(), Counts()
        quarters = by_quarter(self._looks)
        letters.collect()
        letters.read_log()
        letters.close()
        for each in counts.values():
            total.add(each)
        whose = {
            "samples_lost": {user: each.lost + each.short for user, each in counts.items()},
            "samples_duplicated": {user: each.duplicated for user, each in counts.items()},
            "songs_duplicated": self._duplicated(),
            "slots_unfilled": self._unfilled(),
            "songs_untold": self._untold(),
        }
        report = Report(
            machine=machine.describe(),
            seed=self._seed,
            users=len(self._people),
            seconds=round(minutes * 60),
            faults=dict(sorted(Counter(one.kind for one in planned).items())),
            samples_sent=total.sent,
            samples_folded=total.folded,
            samples_refused=total.refused,
            samples_gone=total.gone,
            samples_left_out=total.left_out,
            samples_lost=sum(whose["samples_lost"].values()),
            samples_duplicated=total.duplicated,
            songs_stored=len(self._seen.songs.stored),
            songs_duplicated=sum(whose["songs_duplicated"].values()),
            slots_unfilled=sum(whose["slots_unfilled"].values()),
            songs_untold=sum(whose["songs_untold"].values()),
            poison_sent=letters.sent,
            dead_letters=letters.named,
            dead_letters_others=letters.others,
            unreadable_sent=letters.countable,
            unreadable_counted=letters.counted,
            recovered_s=dict(sorted(self._recovered.items())),
            filled_s=filled_s,
            told_s=told_s,
            rss_mb_by_quarter=[round(each.rss_mb) for each in quarters],
            file_handles_by_quarter=[each.file_handles for each in quarters],
            log_mb_by_quarter=[round(each.log_mb, 2) for each in quarters],
        )
        return judged(report, whose, self._ill)
