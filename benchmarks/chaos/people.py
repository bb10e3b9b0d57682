"""People who work out, whatever fails: each does what docs/client.md asks of a client."""

import asyncio
import math
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from random import Random

import aiohttp
import msgspec

from events.messages import ServerMessage, Workout, WorkoutQuery, encode
from events.samples import MAX_SAMPLES, Sample
from events.session import SongPush
from events.stream import HeartRateBatch
from simulator.backoff import full_jitter
from simulator.client import Refusal, Service, decode_message, fetch_token
from simulator.pace import clock_ms

EVERY_SECONDS = 1.0
FLUSH_SECONDS = 5.0
TICK_SECONDS = 0.25
REPEAT_MS = 90_000
"""How long after it was sent first a sample is repeated that is not told as arrived."""
LATE_MS = 4_000
"""How long before the end of a song the next one is missed."""
FIRST_SONG_MS = 10_000
ASK_SECONDS = (2.0, 4.0, 8.0, 16.0, 30.0)
SILENT_SECONDS = 15.0
BACKOFF_SECONDS = 0.5
BACKOFF_CAP_SECONDS = 30.0

Slot = tuple[int, int]
"""Session and slot."""


class Person:
    """A heart, what is not told of it as arrived, and the songs that were told."""

    def __init__(self, user: str, number: int) -> None:
        self.user = user
        self.off_ms = 0
        """By how much the clock of the devices is ahead."""
        self.sent: dict[int, bool] = {}
        """By time, the samples that went out, and whether each was later than all before it."""
        self.songs: defaultdict[Slot, set[str]] = defaultdict(set)
        """Ids of the songs that were told of a slot."""
        self.connected = 0
        self._base = 100.0 + number % 60
        self.newest_ms = 0
        """The latest time of a sample that went out."""
        self._ends_ms = 0
        self._told_ms = -1
        self._waits: list[tuple[Sample, int]] = []
        """Samples that are not told as arrived, and when each was sent first; 0 if not yet."""
        self._came_ms = clock_ms()

    @property
    def now_ms(self) -> int:
        """What the devices take for now."""
        return clock_ms() + self.off_ms

    def beat(self) -> None:
        """One more sample."""
        at_ms = self.now_ms
        heart_rate = round(self._base + 20 * math.sin(at_ms / 40_000), 1)
        self._waits.append(((at_ms, heart_rate), 0))

    def last_word(self, after_ms: int) -> None:
        """A sample so late that an average goes out with it."""
        self._waits.append(((max(self.now_ms, self.newest_ms) + after_ms, self._base), 0))

    @property
    def has_unsent(self) -> bool:
        """Whether some sample has not gone out yet."""
        return any(not sent_ms for _, sent_ms in self._waits)

    def messages(self) -> list[HeartRateBatch]:
        """What is to be sent now: what is not told as arrived goes first, and again."""
        now_ms = clock_ms()
        self._waits = [
            (sample, sent_ms or now_ms)
            for sample, sent_ms in self._waits
            if not sent_ms or (sample[0] > self._told_ms and now_ms - sent_ms < REPEAT_MS)
        ]
        for (at_ms, _), sent_ms in self._waits:
            if sent_ms == now_ms:
                self.sent.setdefault(at_ms, at_ms > self.newest_ms)
                self.newest_ms = max(self.newest_ms, at_ms)
        samples = sorted(sample for sample, _ in self._waits)
        return [
            HeartRateBatch(samples[start : start + MAX_SAMPLES])
            for start in range(0, len(samples), MAX_SAMPLES)
        ]

    def take(self, message: ServerMessage | Refusal) -> None:
        """What the server tells."""
        if isinstance(message, SongPush):
            self._take_song(message)
            self._told_ms = max(self._told_ms, message.why.at_ms)
        elif isinstance(message, Workout):
            for song in message.songs:
                self._take_song(song)
            if message.latest:
                self._told_ms = max(self._told_ms, message.latest.at_ms)

    def _take_song(self, song: SongPush) -> None:
        self.songs[song.session, song.slot].add(song.song.id)
        self._ends_ms = max(self._ends_ms, song.ends_at_ms)

    @property
    def misses_song(self) -> bool:
        """Whether the next song is late."""
        if not self._ends_ms:
            return clock_ms() - self._came_ms > FIRST_SONG_MS
        return self.now_ms > self._ends_ms - LATE_MS


class Device:
    """One device of a person: connects again and again, and holds the wire's rules."""

    def __init__(
        self, person: Person, service: Service, http: aiohttp.ClientSession, random: Random
    ) -> None:
        self._person = person
        self._service = service
        self._http = http
        self._random = random
        self._flush_at = 0.0
        self._asked_at: float | None = None
        """Since when an answer is missing."""
        self._ask_at = 0.0
        self._asked = 0
        self._held = True

    async def run(self) -> None:
        """Until it is cancelled."""
        attempt = 0
        while True:
            with suppress(aiohttp.ClientError, OSError, TimeoutError, msgspec.MsgspecError):
                token = await fetch_token(self._http, self._service, self._person.user)
                async with (
                    asyncio.timeout(SILENT_SECONDS) as limit,
                    self._http.ws_connect(
                        self._service.websocket_url, params={"token": token}
                    ) as socket,
                ):
                    limit.reschedule(None)
                    attempt = 0
                    await self._live(socket)
            pause = full_jitter(self._random, attempt, BACKOFF_SECONDS, BACKOFF_CAP_SECONDS)
            await asyncio.sleep(pause)
            attempt += 1

    async def _live(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        clock = asyncio.get_running_loop().time
        self._flush_at = clock() + self._random.uniform(0, FLUSH_SECONDS)
        self._held, self._asked_at, self._asked, self._ask_at = True, None, 0, 0.0
        reader = asyncio.create_task(self._read(socket))
        self._person.connected += 1
        try:
            while not reader.done():
                if self._asked_at is not None and clock() - self._asked_at > SILENT_SECONDS:
                    return
                await self._ask(socket, clock())
                await self._flush(socket, clock())
                await asyncio.wait({reader}, timeout=TICK_SECONDS)
        finally:
            self._person.connected -= 1
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    async def _ask(self, socket: aiohttp.ClientWebSocketResponse, now: float) -> None:
        """For the workout: after connecting, and while a song is late."""
        if not self._held and not self._person.misses_song:
            self._asked, self._ask_at = 0, 0.0
            return
        if now < self._ask_at:
            return
        await socket.send_str(encode(WorkoutQuery(id=f"q{self._asked}")).decode())
        self._ask_at = now + ASK_SECONDS[min(self._asked, len(ASK_SECONDS) - 1)]
        self._asked += 1
        if self._asked_at is None:
            self._asked_at = now

    async def _flush(self, socket: aiohttp.ClientWebSocketResponse, now: float) -> None:
        """Nothing goes before the server has told what arrived over the last connection."""
        if self._held or now < self._flush_at:
            return
        self._flush_at = now + FLUSH_SECONDS
        for message in self._person.messages():
            await socket.send_str(encode(message).decode())

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            message = decode_message(frame.data)
            self._asked_at = None
            self._held = self._held and not isinstance(message, Workout)
            self._person.take(message)


async def live(person: Person, device: Device, until: Callable[[], bool]) -> None:
    """A person with one device, who measures until they are told to stop, and stays."""
    phone = asyncio.create_task(device.run())
    try:
        while not phone.done():
            if not until():
                person.beat()
            await asyncio.sleep(EVERY_SECONDS)
        await phone
    finally:
        phone.cancel()
        await asyncio.gather(phone, return_exceptions=True)
