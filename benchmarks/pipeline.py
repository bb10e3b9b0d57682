"""The whole pipeline on this machine: samples in by PutRecords, songs out on WebSockets."""

import asyncio
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, cast

import aiohttp
import msgspec

from benchmarks import machine
from benchmarks.kinesis import Kinesis, Puts
from benchmarks.ledger import Ledger, Person, decode_asked
from benchmarks.usage import Usage
from catalog.demo import demo_songs
from catalog.errors import FileError
from catalog.files import read_songs
from catalog.store import store_songs
from events.messages import decode_server
from events.samples import Sample
from events.session import Song
from events.stream import decode_averages
from local.launcher import Cloud, running
from simulator import athletes, replay
from simulator.client import Service, fetch_token, open_http
from simulator.pace import Feed, Pace, clock_ms
from simulator.producer import Producer, produce

LIBRARY = "demo"
MAX_LISTENERS = 1000
FLUSH_SECONDS = 0.1
READ_SECONDS = 0.5
"""Between two looks at a stream, which tells itself when each record arrived."""
DRAIN_SECONDS = 20.0
CONNECTS_AT_ONCE = 20


class Percentiles(msgspec.Struct, frozen=True):
    """Milliseconds; None where nothing was measured."""

    p50: float | None
    p99: float | None


class Report(msgspec.Struct, frozen=True):
    """What `tempofit bench pipeline --json` prints."""

    machine: str
    users: int
    listeners: int
    seconds: int
    samples_sent: int
    samples_folded: int
    samples_refused: int
    samples_lost: int
    samples_duplicated: int
    averages: int
    averages_wrong: int
    song_requests: int
    songs_pushed: int
    songs_duplicated: int
    slots_unfilled: int
    fold_ms: Percentiles
    song_ms: Percentiles
    wait_ms: Percentiles
    fold_ms_p99_by_quarter: list[float | None]
    rss_mb_by_quarter: list[float]
    """All parts together at the end of each quarter of the run."""
    cpu_seconds: dict[str, float]
    peak_rss_mb: dict[str, float]


def run(
    users: int,
    seconds: int,
    *,
    workouts: Path | None = None,
    songs: Path | None = None,
    listeners: int | None = None,
    seed: int = 1,
    progress: Callable[[str], None] = lambda sentence: None,
) -> Report:
    """Start a local cloud, let `users` work out in real time, stop it, and count.

    People join over the first half of the run, at most a minute, and keep to one sample a second.
    The first `listeners` of them hold a WebSocket. Raises what the launcher and the readers raise.
    """
    catalog = list(read_songs(songs, lambda row: None)) if songs else demo_songs()
    progress(f"Drawing the heart rates of {users:,} people")
    courses = _courses(workouts, users, seconds, seed)
    listening = min(users, MAX_LISTENERS if listeners is None else listeners)
    with (
        TemporaryDirectory(prefix="tempofit-bench-") as directory,
        running(Path(directory), limits=False, progress=progress) as cloud,
    ):
        return asyncio.run(_measure(cloud, catalog, courses, listening, seconds, progress))


Course = tuple[str, float, Callable[[int], Iterator[Sample]]]
"""A person: user, seconds after which they join, and their samples from a start in epoch ms."""


def _courses(workouts: Path | None, users: int, seconds: int, seed: int) -> list[Course]:
    random = Random(seed)
    join_seconds = min(60.0, seconds / 2)
    recorded = [] if workouts is None else _recorded(workouts, seconds)
    courses: list[Course] = []
    for number in range(1, users + 1):
        joins = random.uniform(0, join_seconds)
        left = int(seconds - joins)
        if recorded:
            workout = recorded[(number - 1) % len(recorded)]
            first = random.uniform(0, workout.duration_seconds - left)
            samples: Any = replay.cut(workout, first, left).samples
        else:
            samples = _simulated(number, seed, left)
        courses.append((athletes.user_name(number), joins, samples))
    return courses


def _recorded(path: Path, seconds: int) -> list[replay.Workout]:
    found = [replay.one_hertz(one) for one in replay.read_workouts(path, lambda row: None)]
    long = [workout for workout in found if workout.duration_seconds > seconds]
    if not long:
        raise FileError(f"{path} holds no workout longer than {seconds} s: give fewer --seconds.")
    return long


def _simulated(number: int, seed: int, seconds: int) -> Callable[[int], Iterator[Sample]]:
    """Drawn beforehand, as that takes as long as sending them."""
    drawn = list(athletes.samples(athletes.athlete(number, seed), 0, seconds))
    times_ms = array("q", (time_ms for time_ms, _ in drawn))
    heart_rates = array("d", (heart_rate for _, heart_rate in drawn))
    return lambda start_ms: (
        (start_ms + time_ms, heart_rate)
        for time_ms, heart_rate in zip(times_ms, heart_rates, strict=True)
    )


async def _measure(
    cloud: Cloud,
    catalog: list[Song],
    courses: list[Course],
    listening: int,
    seconds: int,
    progress: Callable[[str], None],
) -> Report:
    addresses = cloud.addresses
    progress(f"Storing {len(catalog):,} songs")
    store_songs(cloud.client("dynamodb"), addresses.songs_table, LIBRARY, catalog)
    ledger = _ledger(cloud)
    ledger.people = {user: Person() for user, _, _ in courses}
    async with open_http() as http, asyncio.TaskGroup() as group:
        tasks = []
        kinesis = Kinesis(http, addresses.kinesis_url)
        progress(f"Connecting {listening:,} clients")
        gate = asyncio.Semaphore(CONNECTS_AT_ONCE)
        service = Service(addresses.websocket_url, addresses.token_url)
        sockets = await asyncio.gather(
            *(_connect(http, service, user, gate) for user, _, _ in courses[:listening])
        )
        for (user, _, _), socket in zip(courses, sockets, strict=False):
            ledger.people[user].listens = True
            tasks.append(group.create_task(_listen(socket, user, ledger)))
        tasks += [
            group.create_task(_averages(kinesis, addresses.averages_stream, ledger)),
            group.create_task(_requests(kinesis, addresses.requests_stream, ledger)),
        ]
        usage = Usage(cloud.parts)
        usage.start()
        progress(f"{len(courses):,} people work out for {seconds} s")
        await _send(cloud, courses, ledger)
        await _drain(ledger)
        cloud.check()
        await asyncio.to_thread(usage.stop)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*(socket.close() for socket in sockets))
    return _report(ledger, usage, len(courses), listening, seconds)


def _ledger(cloud: Cloud) -> Ledger:
    """The rules that the template gives to the functions."""
    rules: dict[str, str] = {}
    for function in cloud.stack.functions:
        rules |= function.environment
    return Ledger(
        interval_ms=int(float(rules["INTERVAL_SECONDS"]) * 1000),
        gap_ms=int(float(rules["GAP_SECONDS"]) * 1000),
        lead_ms=int(float(rules["LEAD_SECONDS"]) * 1000),
        emit_every_ms=int(float(rules["EMIT_EVERY_SECONDS"]) * 1000),
    )


async def _connect(
    http: aiohttp.ClientSession, service: Service, user: str, gate: asyncio.Semaphore
) -> aiohttp.ClientWebSocketResponse:
    async with gate:
        token = await fetch_token(http, service, user)
        return await http.ws_connect(service.websocket_url, params={"token": token})


async def _listen(socket: aiohttp.ClientWebSocketResponse, user: str, ledger: Ledger) -> None:
    async for message in socket:
        ledger.received(user, decode_server(message.data), time.time() * 1000)


async def _averages(kinesis: Kinesis, stream: str, ledger: Ledger) -> None:
    """Read the averages, as any other consumer would, until cancelled."""
    reader = await kinesis.reader(stream)
    while True:
        for record in await reader.read():
            at_ms = record.approximate_arrival_timestamp * 1000
            for average in decode_averages(record.data).averages:
                ledger.averaged(average, at_ms)
        await asyncio.sleep(READ_SECONDS)


async def _requests(kinesis: Kinesis, stream: str, ledger: Ledger) -> None:
    """The same with the song requests."""
    reader = await kinesis.reader(stream)
    while True:
        for record in await reader.read():
            ledger.asked(record.partition_key, decode_asked(record.data))
        await asyncio.sleep(READ_SECONDS)


async def _send(cloud: Cloud, courses: list[Course], ledger: Ledger) -> None:
    """Everybody's samples in real time; then one more each, late enough to be averaged."""
    addresses = cloud.addresses
    now_ms = clock_ms()
    feeds = {}
    for user, joins, samples in courses:
        start_ms = now_ms + int(joins * 1000)
        feeds[user] = Feed(samples(start_ms), Pace(start_ms, start_ms))
    with closing(Puts(addresses.kinesis_url)) as puts:
        # It puts records as boto3's client does, which is all that a producer asks of it.
        producer = Producer(cast(Any, puts), addresses.heart_rate_stream, ledger.sent)
        await produce(producer, feeds, FLUSH_SECONDS)
        last = {
            user: [(person.times_ms[-1] + ledger.emit_every_ms, person.heart_rates[-1])]
            for user, person in ledger.people.items()
            if person.times_ms
        }
        await asyncio.to_thread(producer.put, last)


async def _drain(ledger: Ledger) -> None:
    """Wait until everything has arrived, or for twenty seconds."""
    deadline = time.monotonic() + DRAIN_SECONDS
    with suppress(TimeoutError):
        while ledger.samples_lost() or ledger.slots_unfilled():
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(0.1)
    await asyncio.sleep(2)  # for what must not come: a second song


def _report(ledger: Ledger, usage: Usage, users: int, listening: int, seconds: int) -> Report:
    fold_ms, rss_mb = ledger.fold_ms(), usage.total_rss_mb
    return Report(
        machine=machine.describe(),
        users=users,
        listeners=listening,
        seconds=seconds,
        samples_sent=ledger.samples_sent(),
        samples_folded=sum(person.folded for person in ledger.people.values()),
        samples_refused=sum(person.refusals for person in ledger.people.values()),
        samples_lost=ledger.samples_lost(),
        samples_duplicated=ledger.samples_duplicated(),
        averages=len(ledger.averages),
        averages_wrong=ledger.averages_wrong(),
        song_requests=ledger.requests,
        songs_pushed=ledger.songs_pushed(),
        songs_duplicated=ledger.songs_duplicated(),
        slots_unfilled=ledger.slots_unfilled(),
        fold_ms=percentiles(fold_ms),
        song_ms=percentiles(ledger.song_ms()),
        wait_ms=percentiles(ledger.wait_ms()),
        fold_ms_p99_by_quarter=[
            percentiles(fold_ms[len(fold_ms) * part // 4 : len(fold_ms) * (part + 1) // 4]).p99
            for part in range(4)
        ],
        rss_mb_by_quarter=[
            round(rss_mb[max(0, len(rss_mb) * part // 4 - 1)]) for part in (1, 2, 3, 4)
        ],
        cpu_seconds=usage.cpu_seconds,
        peak_rss_mb=dict(sorted(usage.peak_rss_mb.items())),
    )


def percentiles(values: list[float]) -> Percentiles:
    """The middle and the last hundredth of some milliseconds."""
    if not values:
        return Percentiles(None, None)
    ordered = sorted(values)
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.50, 0.99)]
    return Percentiles(*(round(value, 1) for value in at))
