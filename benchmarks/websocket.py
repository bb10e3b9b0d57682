"""The WebSocket API on this machine: connections opened, memory of idle ones, messages through.

One process is the load and one thread of it reads the stream; `late_ms` says whether it kept up.
"""

import asyncio
import resource
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import msgspec
import psutil

from benchmarks import machine
from benchmarks.pipeline import Percentiles, percentiles
from benchmarks.usage import Usage
from events.messages import encode
from events.samples import Sample
from events.session import Settings
from events.stream import HeartRateBatch, SessionStart, decode_heart_rate
from local.launcher import Cloud, running
from simulator.athletes import user_name
from simulator.client import Service, fetch_token, open_http

CONNECTS_AT_ONCE = 64
WARM_CONNECTIONS = 8
SETTLE_SECONDS = 2.0
TICK_SECONDS = 0.01
POLL_SECONDS = 0.1
DRAIN_SECONDS = 20.0
HEART_RATE = 120.0
OPEN_FILES = 16_384

Key = tuple[str, int]
"""A message: its sender, and the time of its first sample."""


class Report(msgspec.Struct, frozen=True):
    """What `tempofit bench websocket --json` prints.

    `taken_ms` is from sending to the stream's own time of arrival, `visible_ms` to the reader.
    `late_ms` is how much later than planned messages were sent: the benchmark's own limit.
    """

    machine: str
    clients: int
    connections_opened: int
    open_seconds: float
    connections_per_second: float
    idle_kilobytes_per_connection: float
    open_cpu_seconds: dict[str, float]
    messages_sent: int
    messages_arrived: int
    messages_lost: int
    messages_duplicated: int
    messages_refused: int
    samples_per_message: int
    send_seconds: float
    messages_per_second: float
    taken_ms: Percentiles
    visible_ms: Percentiles
    late_ms: Percentiles
    cpu_seconds: dict[str, float]
    peak_rss_mb: dict[str, float]


class Arrivals:
    """When each message was sent, and what the stream shows of them. Times are epoch seconds."""

    def __init__(self) -> None:
        self.sent: dict[Key, float] = {}
        self.late_ms: list[float] = []
        self.seen: Counter[Key] = Counter()
        self.taken_ms: list[float] = []
        self.visible_ms: list[float] = []
        self.refused = 0

    def send(self, user: str, batch: HeartRateBatch, due: float, now: float) -> None:
        """A message that goes out now and should have gone at `due`."""
        self.sent[user, batch.samples[0][0]] = now
        self.late_ms.append((now - due) * 1000)

    def record(self, user: str, data: bytes, arrived: float, now: float) -> None:
        """A record of the stream; `arrived` is what the stream says."""
        value = decode_heart_rate(data)
        if isinstance(value, SessionStart):
            return
        key = user, value.samples[0][0]
        self.seen[key] += 1
        if self.seen[key] == 1 and key in self.sent:
            self.taken_ms.append((arrived - self.sent[key]) * 1000)
            self.visible_ms.append((now - self.sent[key]) * 1000)

    def arrived(self) -> int:
        """Messages sent and seen."""
        return len(self.sent.keys() & self.seen.keys())

    def lost(self) -> int:
        """Messages sent and never seen."""
        return len(self.sent.keys() - self.seen.keys())

    def duplicated(self) -> int:
        """Records beyond the first of a message."""
        return self.seen.total() - len(self.seen)


def run(
    clients: int,
    messages_per_second: float,
    samples: int,
    seconds: float,
    *,
    progress: Callable[[str], None] = lambda sentence: None,
) -> Report:
    """Start a local cloud, open `clients`, let them send for `seconds`, stop it, and count.

    Everybody's song lasts longer than the run, so that what is measured are heart rates alone.
    Raises what the launcher raises, and aiohttp.ClientError when a connection is refused.
    """
    _allow_open_files()
    with (
        TemporaryDirectory(prefix="tempofit-bench-") as directory,
        running(Path(directory), limits=False, progress=progress) as cloud,
    ):
        load = _Load(cloud, clients, messages_per_second, samples, seconds, progress)
        return asyncio.run(load.measure())


class _Load:
    def __init__(
        self,
        cloud: Cloud,
        clients: int,
        messages_per_second: float,
        samples: int,
        seconds: float,
        progress: Callable[[str], None],
    ) -> None:
        self._cloud = cloud
        self._users = [user_name(number) for number in range(1, clients + 1)]
        self._rate = messages_per_second
        self._samples = samples
        self._seconds = seconds
        self._progress = progress
        self._arrivals = Arrivals()

    async def measure(self) -> Report:
        _play_on(self._cloud, self._users)
        addresses = self._cloud.addresses
        service = Service(addresses.websocket_url, addresses.token_url)
        gateway = next(part for part in self._cloud.parts if part.name == "gateway")
        process = psutil.Process(gateway.process.pid)
        async with open_http() as http:
            self._progress(f"Fetching {len(self._users):,} tokens")
            tokens = [await fetch_token(http, service, user) for user in self._users]
            # The first connections load what every process loads once.
            for token in tokens[:WARM_CONNECTIONS]:
                await (await _open(http, service, token)).close()
            before = process.memory_info().rss
            self._progress("Opening connections")
            opening = Usage(self._cloud.parts)
            opening.start()
            started = time.perf_counter()
            sockets = await _open_all(http, service, tokens)
            open_seconds = time.perf_counter() - started
            await asyncio.to_thread(opening.stop)
            await asyncio.sleep(SETTLE_SECONDS)
            idle_bytes = (process.memory_info().rss - before) / len(sockets)
            self._progress(f"Sending {self._rate:,.0f} messages a second for {self._seconds:g} s")
            usage = Usage(self._cloud.parts)
            send_seconds = await self._send_and_read(sockets, usage)
            self._cloud.check()
        found = self._arrivals
        return Report(
            machine=machine.describe(),
            clients=len(self._users),
            connections_opened=len(sockets),
            open_seconds=round(open_seconds, 2),
            connections_per_second=round(len(sockets) / open_seconds, 1),
            idle_kilobytes_per_connection=round(idle_bytes / 1000, 1),
            open_cpu_seconds=opening.cpu_seconds,
            messages_sent=len(found.sent),
            messages_arrived=found.arrived(),
            messages_lost=found.lost(),
            messages_duplicated=found.duplicated(),
            messages_refused=found.refused,
            samples_per_message=self._samples,
            send_seconds=round(send_seconds, 2),
            messages_per_second=round(found.arrived() / send_seconds, 1),
            taken_ms=percentiles(found.taken_ms),
            visible_ms=percentiles(found.visible_ms),
            late_ms=percentiles(found.late_ms),
            cpu_seconds=usage.cpu_seconds,
            peak_rss_mb=dict(sorted(usage.peak_rss_mb.items())),
        )

    async def _send_and_read(
        self, sockets: list[aiohttp.ClientWebSocketResponse], usage: Usage
    ) -> float:
        """Seconds from the first message sent to the last one seen."""
        stopped = threading.Event()
        reader = asyncio.create_task(asyncio.to_thread(self._read, stopped))
        listeners = [asyncio.create_task(self._listen(socket)) for socket in sockets]
        usage.start()
        started = time.perf_counter()
        try:
            await self._send(sockets)
            await self._drain(reader)
            seconds = time.perf_counter() - started
            await asyncio.to_thread(usage.stop)
            await asyncio.sleep(1)  # for what must not come: a message twice
        finally:
            stopped.set()
            for listener in listeners:
                listener.cancel()
            await reader
        return seconds

    async def _drain(self, reader: "asyncio.Task[None]") -> None:
        """Wait until everything has been seen, or for twenty seconds."""
        deadline = time.monotonic() + DRAIN_SECONDS
        while self._arrivals.lost() and not reader.done():
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(TICK_SECONDS)

    async def _send(self, sockets: list[aiohttp.ClientWebSocketResponse]) -> None:
        """One client after another, evenly, whatever happened to the messages before."""
        step_ms = int(1000 * len(sockets) / self._rate / self._samples)
        start = time.time()
        for number in range(int(self._rate * self._seconds)):
            due = start + number / self._rate
            if (left := due - time.time()) > 0:
                await asyncio.sleep(max(left, TICK_SECONDS))
            client = number % len(sockets)
            batch = HeartRateBatch(_samples(int(due * 1000), self._samples, max(1, step_ms)))
            self._arrivals.send(self._users[client], batch, due, time.time())
            await sockets[client].send_str(encode(batch).decode())

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for _ in socket:
            self._arrivals.refused += 1  # nothing is answered when all is well

    def _read(self, stopped: threading.Event) -> None:
        """Reads the stream as any other consumer would."""
        kinesis = self._cloud.client("kinesis")
        stream = self._cloud.addresses.heart_rate_stream
        iterators = [
            kinesis.get_shard_iterator(
                StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            for shard in kinesis.list_shards(StreamName=stream)["Shards"]
        ]
        while not stopped.wait(POLL_SECONDS):
            for index, iterator in enumerate(iterators):
                answer = kinesis.get_records(ShardIterator=iterator)
                now = time.time()
                for record in answer["Records"]:
                    arrived = record["ApproximateArrivalTimestamp"].timestamp()
                    self._arrivals.record(record["PartitionKey"], record["Data"], arrived, now)
                iterators[index] = answer["NextShardIterator"]


async def _open_all(
    http: aiohttp.ClientSession, service: Service, tokens: list[str]
) -> list[aiohttp.ClientWebSocketResponse]:
    gate = asyncio.Semaphore(CONNECTS_AT_ONCE)

    async def one(token: str) -> aiohttp.ClientWebSocketResponse:
        async with gate:
            return await _open(http, service, token)

    return await asyncio.gather(*(one(token) for token in tokens))


async def _open(
    http: aiohttp.ClientSession, service: Service, token: str
) -> aiohttp.ClientWebSocketResponse:
    return await http.ws_connect(service.websocket_url, params={"token": token})


def _samples(until_ms: int, count: int, step_ms: int) -> list[Sample]:
    """`count` samples that end at `until_ms`."""
    return [(until_ms - step_ms * left, HEART_RATE) for left in range(count - 1, -1, -1)]


def _play_on(cloud: Cloud, users: list[str]) -> None:
    """Gives everybody a session whose song plays for an hour."""
    now_ms = time.time_ns() // 1_000_000
    item: dict[str, Any] = {
        "session": {"N": str(now_ms)},
        "slot": {"N": "0"},
        "starts_at_ms": {"N": str(now_ms)},
        "ends_at_ms": {"N": str(now_ms + 3_600_000)},
        "settings": {"S": msgspec.json.encode(Settings()).decode()},
        "version": {"N": "1"},
        "expires_at": {"N": str(now_ms // 1000 + 7200)},
    }
    table = cloud.addresses.song_ends_table
    for start in range(0, len(users), 25):
        cloud.client("dynamodb").batch_write_item(
            RequestItems={
                table: [
                    {"PutRequest": {"Item": item | {"user_id": {"S": user}}}}
                    for user in users[start : start + 25]
                ]
            }
        )


def _allow_open_files() -> None:
    """The gateway and the load each hold a socket a client; both inherit the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
