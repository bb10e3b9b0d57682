"""What others notice when one client sends as much as it can, kind after kind of message."""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import msgspec

from benchmarks import machine
from benchmarks.flooder import Flood, Flooded, Kind
from benchmarks.pipeline import LIBRARY, Percentiles, percentiles
from catalog.demo import demo_songs
from catalog.store import store_songs
from events.messages import ClientMessage, Error, Start, Started, encode
from events.session import SongPush
from events.stream import HeartRateBatch
from local.launcher import Cloud, running
from local.logs import stamp
from local.project import PROJECT
from local.streams import Report as StreamsReport
from simulator.athletes import user_name
from simulator.client import Service, decode_message, fetch_token, open_http
from simulator.pace import clock_ms

EVERY_SECONDS = 2.0
"""Between two sessions that one athlete starts."""
LOST_SECONDS = 20.0
"""After which a song that has not come counts as lost."""
WARM_SECONDS = 4.0
POLL_SECONDS = 0.1
CALM_SECONDS = 30.0
"""How long what a flood has left behind may take to be worked off."""
HEART_RATE = 130.0


class Stretch(msgspec.Struct, frozen=True):
    """Songs of everybody else: milliseconds from `start` to the song, and how many never came."""

    songs: int
    lost: int
    song_ms: Percentiles


class Fairness(msgspec.Struct, frozen=True):
    """One kind of flood. `ratio` is of the times with it to those without, just before."""

    kind: Kind
    sent: int
    refused: int
    """Messages that the functions refused, by their own metrics."""
    told: int
    closed: int
    connects: int
    connects_refused: int
    without: Stretch
    during: Stretch
    ratio: Percentiles


class Report(msgspec.Struct, frozen=True):
    """What `tempofit bench flood --json` prints."""

    machine: str
    users: int
    seconds: float
    stretches: int
    songs_lost: int
    floods: list[Fairness]


def run(
    users: int,
    seconds: float,
    stretches: int,
    kinds: Sequence[Kind] = tuple(Kind),
    *,
    progress: Callable[[str], None] = lambda sentence: None,
) -> Report:
    """Start a local cloud, flood it with one kind of message after another, stop it, and count.

    Each flood comes in so many stretches, each by somebody else, and before each of them is as long
    a one without. Raises what the launcher raises.
    """
    with (
        TemporaryDirectory(prefix="tempofit-bench-") as directory,
        running(Path(directory), limits=False, progress=progress) as cloud,
    ):
        store_songs(cloud.client("dynamodb"), cloud.addresses.songs_table, LIBRARY, demo_songs())
        floods = asyncio.run(_measure(cloud, users, seconds, stretches, kinds, progress))
    lost = sum(flood.without.lost + flood.during.lost for flood in floods)
    return Report(machine.describe(), users, seconds, stretches, lost, floods)


class Listener:
    """Somebody who starts session after session, each of which brings one song."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def songs(self, delay_seconds: float, until: float) -> list[float | None]:
        """Milliseconds to the song of each session begun before `until`; None if it never came."""
        begins = time.monotonic() + delay_seconds
        found: list[float | None] = []
        while begins < until:
            await asyncio.sleep(max(0.0, begins - time.monotonic()))
            found.append(await self._song())
            begins = max(begins + EVERY_SECONDS, time.monotonic())
        return found

    async def _song(self) -> float | None:
        begun, session = time.monotonic(), clock_ms()
        with suppress(TimeoutError):
            async with asyncio.timeout(LOST_SECONDS):
                await self._start(session)
                await self._send(HeartRateBatch([(session, HEART_RATE)]))
                await self._receive(lambda it: isinstance(it, SongPush) and it.session == session)
                return (time.monotonic() - begun) * 1000
        return None

    async def _start(self, session: int) -> None:
        """Like a phone, it tries again as long as the session is busy."""
        busy = True
        while busy:
            await self._send(Start(session))
            answer = await self._receive(lambda it: isinstance(it, Started | Error))
            busy = isinstance(answer, Error)

    async def _send(self, message: ClientMessage) -> None:
        await self._socket.send_str(encode(message).decode())

    async def _receive(self, wanted: Callable[[object], bool]) -> object:
        while True:
            message = decode_message(await self._socket.receive_str())
            if wanted(message):
                return message


Songs = list[float | None]
"""Milliseconds from each `start` to its song; None for a song that never came."""


async def _measure(
    cloud: Cloud,
    users: int,
    seconds: float,
    stretches: int,
    kinds: Sequence[Kind],
    progress: Callable[[str], None],
) -> list[Fairness]:
    service = Service(cloud.addresses.websocket_url, cloud.addresses.token_url)
    async with open_http() as http:
        sockets = [
            await _connect(http, service, user_name(number)) for number in range(1, users + 1)
        ]
        listeners = [Listener(socket) for socket in sockets]
        await _songs(listeners, WARM_SECONDS)
        floods = []
        for kind in kinds:
            progress(f"{kind}: {stretches} times {seconds:g} s without a flood and with it")
            refused = 0
            without: Songs = []
            during: Songs = []
            flooded = Flooded()
            for number in range(1, stretches + 1):
                without += await _songs(listeners, seconds)
                flooder = await _flooder()
                token = await fetch_token(http, service, user_name(number, f"flooder-{kind}"))
                orders = Flood(kind, service.websocket_url, token, seconds)
                since = stamp()
                songs, stretch = await asyncio.gather(
                    _songs(listeners, seconds), _flood(flooder, orders)
                )
                await _calm(http, cloud)
                refused += _refusals(cloud.logs, since)
                during += songs
                flooded = flooded + stretch
            floods.append(_fairness(kind, flooded, refused, without, during))
            cloud.check()
        await asyncio.gather(*(socket.close() for socket in sockets))
    return floods


async def _connect(
    http: aiohttp.ClientSession, service: Service, user: str
) -> aiohttp.ClientWebSocketResponse:
    token = await fetch_token(http, service, user)
    return await http.ws_connect(service.websocket_url, params={"token": token})


async def _songs(listeners: list[Listener], seconds: float) -> Songs:
    """Everybody's songs of some seconds; they start one after another."""
    until = time.monotonic() + seconds
    delays = [EVERY_SECONDS * number / len(listeners) for number in range(len(listeners))]
    found = await asyncio.gather(
        *(one.songs(delay, until) for one, delay in zip(listeners, delays, strict=True))
    )
    return [song_ms for each in found for song_ms in each]


async def _flooder() -> asyncio.subprocess.Process:
    """The process of a flooder, which has imported what it needs and awaits its orders."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.flooder"),
        cwd=PROJECT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    await process.stdout.readline()
    return process


async def _flood(flooder: asyncio.subprocess.Process, orders: Flood) -> Flooded:
    printed, _ = await flooder.communicate(msgspec.json.encode(orders))
    return msgspec.json.decode(printed, type=Flooded)


async def _calm(http: aiohttp.ClientSession, cloud: Cloud) -> None:
    """Wait until the streams are worked off, or for half a minute."""
    deadline = time.monotonic() + CALM_SECONDS
    lag = 1
    while lag and time.monotonic() < deadline:
        await asyncio.sleep(POLL_SECONDS)
        async with http.get(f"{cloud.addresses.kinesis_url}/_status") as answer:
            report = msgspec.json.decode(await answer.read(), type=StreamsReport)
        lag = sum(mapping.lag for mapping in report.mappings)


def _refusals(logs: Path, since: bytes) -> int:
    """Messages refused since a time, by the metrics in the functions' logs."""
    return sum(refused for log in logs.glob("*.log*") for refused in _refused(log, since))


class _Metrics(msgspec.Struct, frozen=True):
    refused: list[float] = msgspec.field(default_factory=list, name="TooManyMessages")


def _refused(log: Path, since: bytes) -> Iterator[int]:
    with log.open("rb") as lines:
        for line in lines:
            time, _, metrics = line.partition(b" ")
            if time >= since and b'"TooManyMessages"' in metrics:
                yield int(sum(msgspec.json.decode(metrics, type=_Metrics).refused))


def _stretch(songs: Songs) -> Stretch:
    came = [song_ms for song_ms in songs if song_ms is not None]
    return Stretch(len(songs), len(songs) - len(came), percentiles(came))


def _fairness(
    kind: Kind, flooded: Flooded, refused: int, others_without: Songs, others_during: Songs
) -> Fairness:
    without, during = _stretch(others_without), _stretch(others_during)
    return Fairness(
        kind=kind,
        sent=flooded.sent,
        refused=refused,
        told=flooded.told,
        closed=flooded.closed,
        connects=flooded.connects,
        connects_refused=flooded.connects_refused,
        without=without,
        during=during,
        ratio=Percentiles(
            _ratio(during.song_ms.p50, without.song_ms.p50),
            _ratio(during.song_ms.p99, without.song_ms.p99),
        ),
    )


def _ratio(during_ms: float | None, without_ms: float | None) -> float | None:
    return round(during_ms / without_ms, 2) if during_ms and without_ms else None
