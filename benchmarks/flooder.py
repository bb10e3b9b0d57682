"""Somebody who sends as much as one connection takes, and comes back whenever it is closed.

A process of its own, `python -m benchmarks.flooder`: prints an empty line, reads a `Flood` from its
input and prints what became of it, a `Flooded`, both as JSON.
"""

import asyncio
import os
import socket
import sys
from contextlib import suppress
from enum import StrEnum

import aiohttp
import msgspec

from events.messages import (
    ClientMessage,
    Error,
    OwnSong,
    OwnSongs,
    Skip,
    Start,
    WorkoutQuery,
    encode,
)
from events.samples import MAX_SAMPLES
from events.session import SongPush
from events.stream import HeartRateBatch
from simulator.client import decode_message
from simulator.pace import clock_ms

MAX_CONNECTS = 1000
HEART_RATE = 120.0
DAY_MS = 24 * 3_600_000
YIELD_EVERY = 50
"""Messages between two looks at what has arrived."""
UNSENT_BYTES = 16 * 1024
NICE = 19
"""It yields the processor, as it would if it sent from a machine of its own."""
OWN_SONGS = [OwnSong(f"flood-{number}", "A song", "Somebody", 120, 200) for number in range(50)]


class Kind(StrEnum):
    """Of what a flood consists."""

    HEART_RATES = "heartrate"
    STARTS = "start"
    OWN_SONGS = "own_songs"
    SKIPS = "skip"
    WORKOUTS = "workout"


class Flood(msgspec.Struct, frozen=True):
    """What to send, where, as whom, and for how long."""

    kind: Kind
    websocket_url: str
    token: str
    seconds: float


class Flooded(msgspec.Struct):
    """What became of a flood, as whoever sent it sees it."""

    sent: int = 0
    connects: int = 0
    connects_refused: int = 0
    closed: int = 0
    """How often the server ended the connection."""
    told: int = 0
    """Errors `too_many_messages` that arrived."""

    def __add__(self, other: "Flooded") -> "Flooded":
        counts = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)
        return Flooded(*(one + another for one, another in counts))


class Flooder:
    """One person and their one connection, which is opened again at once when it is closed."""

    def __init__(self, orders: Flood) -> None:
        self.flooded = Flooded()
        self._orders = orders
        self._slot = 0
        """Of the newest song."""
        self._first_ms = clock_ms() - DAY_MS

    async def run(self) -> Flooded:
        """Send for as long as the orders say, or until a thousand connections were opened."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._orders.seconds):
                for _ in range(MAX_CONNECTS):
                    connector = aiohttp.TCPConnector(socket_factory=_socket)
                    async with aiohttp.ClientSession(connector=connector) as http:
                        await self._connection(http)
        return self.flooded

    async def _connection(self, http: aiohttp.ClientSession) -> None:
        """One connection, until the server ends it."""
        try:
            websocket = await http.ws_connect(
                self._orders.websocket_url,
                params={"token": self._orders.token},
                autoclose=False,
            )
        except aiohttp.ClientError:
            self.flooded.connects_refused += 1
            return
        self.flooded.connects += 1
        reader = asyncio.create_task(self._read(websocket))
        sender = asyncio.create_task(self._send(websocket))
        try:
            await reader
        finally:
            reader.cancel()
            sender.cancel()
            await asyncio.gather(reader, sender, return_exceptions=True)
        self.flooded.closed += 1

    async def _send(self, websocket: aiohttp.ClientWebSocketResponse) -> None:
        if self._orders.kind is Kind.SKIPS:  # nothing can be skipped before the first song
            now_ms = clock_ms()
            for message in (Start(now_ms), HeartRateBatch([(now_ms, HEART_RATE)])):
                await websocket.send_str(encode(message).decode())
        while True:
            await websocket.send_str(encode(self._message()).decode())
            self.flooded.sent += 1
            if self.flooded.sent % YIELD_EVERY == 0:
                await asyncio.sleep(0)

    async def _read(self, websocket: aiohttp.ClientWebSocketResponse) -> None:
        """What arrives, until the server closes, which is not answered."""
        while (frame := await websocket.receive()).type is aiohttp.WSMsgType.TEXT:
            message = decode_message(frame.data)
            if isinstance(message, Error) and message.code == "too_many_messages":
                self.flooded.told += 1
            elif isinstance(message, SongPush):
                self._slot = message.slot

    def _message(self) -> ClientMessage:
        """The next message, as dear as the API allows."""
        match self._orders.kind:
            case Kind.HEART_RATES:
                return self._heart_rates()
            case Kind.STARTS:
                return Start(clock_ms())
            case Kind.OWN_SONGS:
                return OwnSongs(OWN_SONGS)
            case Kind.SKIPS:
                return Skip(self._slot, clock_ms())
            case Kind.WORKOUTS:
                return WorkoutQuery()

    def _heart_rates(self) -> HeartRateBatch:
        """Samples that nobody has sent before, a millisecond apart, none of them in the future."""
        first_ms = self._first_ms + self.flooded.sent * MAX_SAMPLES
        return HeartRateBatch([(first_ms + index, HEART_RATE) for index in range(MAX_SAMPLES)])


def _socket(address: aiohttp.AddrInfoType) -> socket.socket:
    """A socket that holds few messages, so that what is sent is little more than what is taken."""
    family, kind, protocol, _, _ = address
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNSENT_BYTES)
    return made


if __name__ == "__main__":
    os.nice(NICE)
    print(flush=True)
    orders = msgspec.json.decode(sys.stdin.buffer.read(), type=Flood)
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(Flooder(orders).run())))
