"""A local cloud with a crowd: what is sent, asked for and answered, and how far behind it is."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import Any, Self, cast

import aiohttp
import msgspec
from redis.asyncio import Redis

from benchmarks.crowd import (
    PERIOD_MS,
    Crowd,
    decode_asked,
    decode_pushed,
    person_at,
    person_of,
    share,
)
from benchmarks.kinesis import Kinesis, Reader
from benchmarks.slots import Slots
from benchmarks.stall import stall
from local.launcher import Cloud
from local.streams import Report as StreamsReport
from simulator.athletes import user_name
from simulator.client import Service, fetch_token, open_http
from simulator.pace import clock_ms

CONNECTIONS = 6
MOST_PEOPLE = CONNECTIONS * PERIOD_MS
SEND_SECONDS = 0.1
LOOK_SECONDS = 0.5
FIRST_SONG_MS = 10_000
"""Who came later than this is not silent yet."""
HANDLER = "lambdas.recommend.handler"


class Look(msgspec.Struct, frozen=True):
    """How things stand at a moment, epoch ms."""

    at_ms: int
    backlog: int
    """Requests that `recommend` has not read."""
    silent: int
    """People whose song is over, or who have waited for a first one, and have none."""
    songs: int
    """So many came in all."""


class Watch:
    """A crowd at a local cloud; `looks` grows twice a second."""

    def __init__(self, cloud: Cloud) -> None:
        self.crowd = Crowd()
        self.slots = Slots()
        self.looks: list[Look] = []
        self._looked = asyncio.Condition()
        self._cloud = cloud
        self._stack = AsyncExitStack()
        self._reader: Reader
        self._redis = Redis.from_url(cloud.addresses.redis_url)
        self._connections: list[str] = []

    async def __aenter__(self) -> Self:
        addresses = self._cloud.addresses
        http = await self._stack.enter_async_context(open_http())
        await self._stack.enter_async_context(self._redis)
        self._http, self._kinesis = http, Kinesis(http, addresses.kinesis_url)
        self._reader = await self._kinesis.reader(addresses.requests_stream)
        service = Service(addresses.websocket_url, addresses.token_url)
        sockets = []
        for number in range(CONNECTIONS):
            user = user_name(number, "crowd")
            params = {"token": await fetch_token(http, service, user)}
            connecting = http.ws_connect(service.websocket_url, params=params)
            sockets.append(await self._stack.enter_async_context(connecting))
            (connection,) = cast(
                list[bytes], await self._redis.zrange(f"connections:{user}", 0, -1)
            )
            self._connections.append(connection.decode())
        group = await self._stack.enter_async_context(asyncio.TaskGroup())
        listening = (self._listen(number, socket) for number, socket in enumerate(sockets))
        self._tasks = [group.create_task(one) for one in (*listening, self._send(), self._look())]
        return self

    async def __aexit__(self, *raised: Any) -> None:
        for task in self._tasks:
            task.cancel()
        await self._stack.__aexit__(*raised)

    async def set_active(self, people: int) -> None:
        """Let so many send from now on; those who come lie evenly in five seconds."""
        people = min(people, MOST_PEOPLE)
        known = len(self.crowd.began_ms)
        if people > known:
            await share(self._redis, self._connections, known, people)
        self.crowd.set_active(people)

    async def stall(self, seconds: float) -> None:
        """Let `recommend` hang for so long."""
        (streams,) = (part for part in self._cloud.parts if part.name == "streams")
        await stall(streams.process.pid, HANDLER, seconds)

    async def until(self, done: Callable[[Look], bool], seconds: float) -> Look | None:
        """The first look from now on at which it is done; None when none was in so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._looked:
                while True:
                    await self._looked.wait()
                    if done(self.looks[-1]):
                        return self.looks[-1]
        return None

    async def _listen(self, connection: int, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            pushed = decode_pushed(message.data)
            if pushed.type == "song":
                person = person_at(connection, pushed.session)
                self.slots.fill(person, pushed.slot, pushed.ends_at_ms, clock_ms())

    async def _send(self) -> None:
        stream = self._cloud.addresses.heart_rate_stream
        while True:
            began = time.monotonic()
            await self._kinesis.put(stream, self.crowd.due(clock_ms()))
            await asyncio.sleep(max(0.0, began + SEND_SECONDS - time.monotonic()))

    async def _look(self) -> None:
        while True:
            for record in await self._reader.read():
                asked = decode_asked(record.data)
                at_ms = round(record.approximate_arrival_timestamp * 1000)
                self.slots.ask(person_of(record.partition_key), asked.slot, at_ms)
            backlog = self.slots.requests - await self._read_requests()
            at_ms = clock_ms()
            look = Look(at_ms, max(0, backlog), self._silent(at_ms), len(self.slots.filled_ms))
            self.looks.append(look)
            async with self._looked:
                self._looked.notify_all()
            self._cloud.check()
            await asyncio.sleep(LOOK_SECONDS)

    async def _read_requests(self) -> int:
        """Requests that `recommend` has got, those included that it has given up."""
        async with self._http.get(f"{self._cloud.addresses.kinesis_url}/_status") as answer:
            report = msgspec.json.decode(await answer.read(), type=StreamsReport)
        stream = self._cloud.addresses.requests_stream
        (status,) = (one for one in report.mappings if one.stream == stream)
        return status.delivered + status.discarded + status.in_flight

    def _silent(self, at_ms: int) -> int:
        began, ends = self.crowd.began_ms, self.slots.ends_at_ms
        return sum(
            0 < began[person] < at_ms - FIRST_SONG_MS and ends.get(person, 0) <= at_ms
            for person in range(self.crowd.active)
        )
