"""What happens to a local cloud and its people: each fault is over, and undone, at its end."""

import asyncio
import signal
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import msgspec
import psutil
from redis import Redis

from benchmarks.chaos import poison
from benchmarks.chaos.letters import Letters
from benchmarks.chaos.people import Device, Person
from benchmarks.chaos.plan import KINDS, Planned
from benchmarks.kinesis import MAX_RECORDS, Record
from events.messages import WorkoutQuery, encode
from events.samples import Sample
from events.stream import HeartRateBatch, hash_key_of
from local.faults import clock, proxy
from local.faults.proxy import CONTROL, Fault
from local.launcher import Cloud
from local.processes import Part
from simulator.client import Service, fetch_token
from simulator.pace import clock_ms

OFF_MS = 90_357
"""Of a clock that is off; no multiple of the time between samples, so that no two have one time."""
TIMES = 3
SOME = 6
"""One person of so many has a clock that is off, or two devices."""
DEAF_EVERY_SECONDS = 0.2
PROXIED: dict[str, tuple[str, proxy.Kind, float]] = {
    "tables_throttling": ("tables", "throttling", 0.7),
    "tables_partly": ("tables", "partly", 0.7),
    "tables_answers_lost": ("tables", "lost", 0.3),
    "streams_partly": ("streams", "partly", 0.7),
    "streams_answers_lost": ("streams", "lost", 0.3),
    "connections_gone": ("gateway", "gone", 0.7),
    "connections_limited": ("gateway", "limited", 0.7),
    "connections_failing": ("gateway", "failing", 0.7),
    "connections_hanging": ("gateway", "hanging", 0.7),
}
"""Before which service which fault is, and how probable it is for a call."""


class Faults:
    """A cloud's faults, and what they know of themselves."""

    def __init__(
        self,
        cloud: Cloud,
        proxies: dict[str, str],
        people: Sequence[Person],
        letters: Letters,
        recent: Mapping[str, deque[Record]],
        clock: Path,
        http: aiohttp.ClientSession,
    ) -> None:
        self.losses_ms: list[int] = []
        """When Redis lost all that it held, epoch ms."""
        self._busy: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """By target, held while it fails: a slow machine may take longer over it than planned."""
        self._starting: set[str] = set()
        """Parts that do not listen again yet, and would end if a worker of theirs did."""
        self._recent = recent
        self._clock = clock
        self._cloud = cloud
        self._proxies = proxies
        self._people = people
        self._letters = letters
        self._http = http
        self._service = Service(cloud.addresses.websocket_url, cloud.addresses.token_url)

    async def inflict(self, planned: Planned) -> None:
        """One fault, from its beginning to its end, once the one before it is over."""
        async with self._busy[KINDS[planned.kind].target]:
            await self._inflict(planned)

    async def _inflict(self, planned: Planned) -> None:
        seconds = planned.ends_s - planned.begins_s
        random = Random(planned.seed)
        kind = planned.kind
        match kind:
            case "workers_killed":
                await self._kill_workers(seconds, random)
            case "redis_killed" | "gateway_killed":
                await self._kill(kind.removesuffix("_killed"), seconds)
            case "redis_emptied":
                await asyncio.to_thread(self._empty)
            case "redis_stopped":
                await self._stop_redis(seconds)
            case "delivered_again":
                await self._deliver_again(seconds, random)
            case "poison":
                await asyncio.to_thread(self._poison, random)
                await asyncio.sleep(seconds)
            case "clock_ahead" | "clock_behind":
                await self._clocks(_off_ms(kind), seconds, random)
            case "server_clock_ahead" | "server_clock_behind":
                await self._server_clock(_off_ms(kind), seconds)
            case "deaf_client":
                await self._be_deaf(seconds, random)
            case "two_devices":
                await self._two_devices(seconds, random)
            case _:
                await self._proxied(kind, seconds, random)

    async def _proxied(self, kind: str, seconds: float, random: Random) -> None:
        """The fault of a proxy; slow tables are not so slow that a call would time out."""
        if kind == "tables_slow":
            fault = Fault("slow", 0.7, random.uniform(0.5, 3))
        elif kind == "tables_refusing":
            fault = Fault(random.choice(["failing", "cut"]), 0.7)
        else:
            fault = Fault(*PROXIED[kind][1:])
        name = PROXIED[kind][0] if kind in PROXIED else "tables"
        try:
            await self._set(name, msgspec.structs.replace(fault, seed=random.getrandbits(32)))
            await asyncio.sleep(seconds)
        finally:
            await self._set(name, None)

    async def _set(self, name: str, fault: Fault | None) -> None:
        url = self._proxies[name] + CONTROL
        async with self._http.put(url, data=msgspec.json.encode(fault)) as answer:
            answer.raise_for_status()

    async def _kill_workers(self, seconds: float, random: Random) -> None:
        """Of each function in turn, all that run at that moment."""
        handlers = [function.handler for function in self._cloud.stack.functions]
        random.shuffle(handlers)
        for handler in handlers:
            for worker in self._workers(handler):
                with suppress(psutil.NoSuchProcess):
                    worker.kill()
            await asyncio.sleep(seconds / len(handlers))

    def _workers(self, handler: str) -> Iterator[psutil.Process]:
        for part in self._cloud.parts:
            if part.name in {"streams", "gateway"} - self._starting:
                with suppress(psutil.NoSuchProcess):
                    for child in psutil.Process(part.process.pid).children():
                        if handler in child.cmdline():
                            yield child

    def _part(self, name: str) -> Part:
        return next(part for part in self._cloud.parts if part.name == name)

    async def _kill(self, name: str, seconds: float) -> None:
        """A part, which starts again at the same address."""
        part = self._part(name)
        if name == "redis":
            self.losses_ms.append(clock_ms())
        self._starting.add(name)
        self._cloud.parts.remove(part)
        part.process.kill()
        await asyncio.to_thread(part.process.wait)
        try:
            await asyncio.sleep(seconds)
        finally:
            command: Any = part.process.args
            again = self._cloud.start(name, command, address=part.address)
        await asyncio.to_thread(again.wait_until_ready)
        self._starting.remove(name)

    def _empty(self) -> None:
        self.losses_ms.append(clock_ms())
        with Redis.from_url(self._cloud.addresses.redis_url) as redis:
            redis.flushall()

    async def _stop_redis(self, seconds: float) -> None:
        process = self._part("redis").process
        process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            process.send_signal(signal.SIGCONT)

    async def _deliver_again(self, seconds: float, random: Random) -> None:
        """The newest records of each stream, three times and each time in another order."""
        for _ in range(TIMES):
            for stream, records in self._recent.items():
                entries = [self._entry(stream, record) for record in records]
                random.shuffle(entries)
                await asyncio.to_thread(self._put, stream, entries)
            await asyncio.sleep(seconds / TIMES)

    def _entry(self, stream: str, record: Record) -> dict[str, Any]:
        entry: dict[str, Any] = {"Data": record.data, "PartitionKey": record.partition_key}
        if stream == self._cloud.addresses.averages_stream:
            entry["ExplicitHashKey"] = hash_key_of(int(record.partition_key))
        return entry

    def _poison(self, random: Random) -> None:
        for stream in self._cloud.stack.streams:
            entries = poison.entries(stream.shards, random)
            self._letters.put(stream.name, self._put(stream.name, entries))

    def _put(self, stream: str, entries: list[dict[str, Any]]) -> list[Any]:
        answers: list[Any] = []
        for start in range(0, len(entries), MAX_RECORDS):
            part = entries[start : start + MAX_RECORDS]
            answer = self._cloud.client("kinesis").put_records(StreamName=stream, Records=part)
            answers += answer["Records"]
        return answers

    def _some(self, random: Random) -> Sequence[Person]:
        return random.sample(self._people, max(1, len(self._people) // SOME))

    async def _server_clock(self, off_ms: int, seconds: float) -> None:
        """By which the streams tell when a record arrived, and the gateway when a message did."""
        try:
            clock.set_off(self._clock, off_ms / 1000)
            await asyncio.sleep(seconds)
        finally:
            clock.set_off(self._clock, 0)

    async def _clocks(self, off_ms: int, seconds: float, random: Random) -> None:
        """Of all devices of some people."""
        people = self._some(random)
        try:
            for person in people:
                person.off_ms = off_ms
            await asyncio.sleep(seconds)
        finally:
            for person in people:
                person.off_ms = 0

    async def _two_devices(self, seconds: float, random: Random) -> None:
        """Some people have a second one, which sends and hears the same."""
        devices = [
            asyncio.create_task(
                Device(person, self._service, self._http, Random(random.getrandbits(32))).run()
            )
            for person in self._some(random)
        ]
        try:
            await asyncio.sleep(seconds)
        finally:
            for device in devices:
                device.cancel()
            await asyncio.gather(*devices, return_exceptions=True)

    async def _be_deaf(self, seconds: float, random: Random) -> None:
        """Somebody sends and asks, and reads nothing of what they are sent."""
        user = f"deaf-{random.getrandbits(16)}"
        until = asyncio.get_running_loop().time() + seconds
        with suppress(aiohttp.ClientError, OSError, msgspec.MsgspecError):
            token = await fetch_token(self._http, self._service, user)
            async with self._http.ws_connect(
                self._service.websocket_url,
                params={"token": token},
                timeout=aiohttp.ClientWSTimeout(ws_close=0.1),
            ) as socket:
                while asyncio.get_running_loop().time() < until:
                    sample: Sample = (clock_ms(), 120.0)
                    await socket.send_str(encode(HeartRateBatch([sample])).decode())
                    await socket.send_str(encode(WorkoutQuery()).decode())
                    await asyncio.sleep(DEAF_EVERY_SECONDS)


def _off_ms(kind: str) -> int:
    return OFF_MS if kind.endswith("_ahead") else -OFF_MS
