"""A WebSocket client as a phone is one: it buffers, sends, receives, reconnects and resends."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import aiohttp
import msgspec

from events.messages import (
    Error,
    ServerMessage,
    Start,
    Workout,
    WorkoutQuery,
    decode_server,
    encode,
)
from events.samples import MAX_SAMPLES, Sample
from events.session import Settings
from events.stream import HeartRateBatch
from simulator.backoff import full_jitter
from simulator.pace import Feed, clock_ms
from simulator.producer import Sent

MAX_UNSENT = 3600
"""Samples kept while there is no connection: an hour at one a second; then the oldest go."""
MAX_SENT = 600
"""Samples kept after sending, in case the connection broke before they arrived."""
BACKOFF_SECONDS = 1.0
BACKOFF_CAP_SECONDS = 30.0
ANSWER_SECONDS = 10.0
"""How long an answer to `start` or `workout` may take before the connection counts as dead."""
CLOSE_SECONDS = 2.0
REFUSALS = frozenset({"too_many_connections", "too_many_messages"})
"""Errors after which a client goes on no more: it would only cause them again."""


class Refusal(msgspec.Struct, frozen=True):
    """What the gateway itself answers when it refuses a message: it has no `type`."""

    message: str


Received = Callable[[str, ServerMessage | Refusal], None]
"""Called with the user and each message that arrives."""


class _Token(msgspec.Struct, frozen=True):
    access_token: str


class _AnswerError(ConnectionError):
    """The gateway refused a question."""


_decode_refusal = msgspec.json.Decoder(Refusal).decode


@dataclass(frozen=True, slots=True)
class Service:
    """Where clients connect: the WebSocket address, and the issuer's address of tokens."""

    websocket_url: str
    token_url: str


class Client:
    """One person's phone; `run` plays its feed and returns when all of it was sent, or refused.

    `settings` starts a session at the feed's start. `sent` gets the samples of each message as
    it is handed to the connection, again when they are resent. To read while it runs: `connected`,
    `connects`, `dropped` (samples that no room was left for), `failure` (the last, a sentence),
    `refused` (whether the server takes no more from it, for which `failure` is the reason).
    """

    def __init__(
        self,
        user: str,
        feed: Feed,
        service: Service,
        http: aiohttp.ClientSession,
        *,
        settings: Settings | None = None,
        received: Received | None = None,
        sent: Sent | None = None,
        flush_seconds: float = 1.0,
        backoff_seconds: float = BACKOFF_SECONDS,
        random: Random | None = None,
        now_ms: Callable[[], int] = clock_ms,
    ) -> None:
        self.user = user
        self.connected = False
        self.connects = 0
        self.dropped = 0
        self.failure = ""
        self.refused = False
        self._feed = feed
        self._service = service
        self._http = http
        self._settings = settings
        self._received = received
        self._sent = sent
        self._flush_seconds = flush_seconds
        self._backoff_seconds = backoff_seconds
        self._random = random or Random()
        self._now_ms = now_ms
        self._unsent: deque[Sample] = deque()
        self._ring: deque[Sample] = deque(maxlen=MAX_SENT)
        self._token: str | None = None
        self._answer: asyncio.Future[ServerMessage | Refusal] | None = None
        self._questions = 0
        self._attempt = 0

    async def run(self, delay_seconds: float = 0.0, linger_seconds: float = 0.0) -> None:
        """Connects after the delay, plays the feed, stays for the last songs, and leaves.

        A lost or refused connection is tried again with full jitter, for as long as it takes; not
        so where the server says that there are too many connections, or messages, of this person.
        """
        await asyncio.sleep(delay_seconds)
        while not await self._try(linger_seconds) and not self.refused:
            await asyncio.sleep(
                full_jitter(self._random, self._attempt, self._backoff_seconds, BACKOFF_CAP_SECONDS)
            )
            self._attempt += 1

    async def _try(self, linger_seconds: float) -> bool:
        """Plays over one connection; whether the feed was played to its end."""
        try:
            async with await self._connect() as socket:
                self.connected = True
                self.connects += 1
                return await self._play(socket, linger_seconds)
        except (aiohttp.ClientError, OSError, TimeoutError, msgspec.MsgspecError) as error:
            if not self.refused:
                self.failure = _sentence(error)
            return False
        finally:
            self.connected = False

    async def _play(self, socket: aiohttp.ClientWebSocketResponse, linger_seconds: float) -> bool:
        reader = asyncio.create_task(self._read(socket))
        try:
            await self._resume(socket, reader)
            self._attempt = 0
            while not reader.done():
                await self._flush(socket)
                finished = self._feed.done
                seconds = linger_seconds if finished else self._flush_seconds
                await asyncio.wait({reader}, timeout=seconds)
                if finished and not reader.done():
                    return True
            if not self.refused:
                self.failure = f"The server closed the connection with code {socket.close_code}."
            return False
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        if self._token is None:
            self._token = await fetch_token(self._http, self._service, self.user)
        try:
            return await self._http.ws_connect(
                self._service.websocket_url,
                params={"token": self._token},
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),
            )
        except aiohttp.WSServerHandshakeError:
            self._token = None  # it may have expired
            raise

    async def _resume(
        self, socket: aiohttp.ClientWebSocketResponse, reader: "asyncio.Task[None]"
    ) -> None:
        """Starts the session until it has started; then finds out what was sent but not taken."""
        if self._settings is not None:
            start = Start(at_ms=self._feed.pace.start_ms, settings=self._settings)
            answer = await self._ask(socket, reader, start)
            while isinstance(answer, Error) and answer.code == "busy":
                answer = await self._ask(socket, reader, start)
            self._settings = None
        if self._ring:
            answer = await self._ask(socket, reader, WorkoutQuery(since_ms=self._ring[-1][0]))
            latest = answer.latest if isinstance(answer, Workout) else None
            latest_ms = -1 if latest is None else latest.at_ms
            missing = [sample for sample in self._ring if sample[0] > latest_ms]
            self._ring.clear()
            self._unsent.extendleft(reversed(missing))

    async def _ask(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        reader: "asyncio.Task[None]",
        question: Start | WorkoutQuery,
    ) -> ServerMessage:
        """The answer: what was asked for, or an error.

        Raises TimeoutError when none comes, ConnectionError when the connection breaks before or
        the gateway itself refused: it is worth another try, later.
        """
        answer: asyncio.Future[ServerMessage | Refusal]
        self._answer = answer = asyncio.get_running_loop().create_future()
        self._questions += 1
        named = msgspec.structs.replace(question, id=str(self._questions))
        await socket.send_str(encode(named).decode())
        either: set[asyncio.Future[Any]] = {reader, answer}
        await asyncio.wait(either, timeout=ANSWER_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        self._answer = None
        if not answer.done():
            raise ConnectionResetError if reader.done() else TimeoutError
        message = answer.result()
        if isinstance(message, Refusal):
            raise _AnswerError(message.message)
        return message

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            if frame.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                self._take(decode_message(frame.data))
                if self.refused:
                    return

    def _take(self, message: ServerMessage | Refusal) -> None:
        if self._answer is not None and self._answers(message):
            self._answer.set_result(message)
            self._answer = None
        if isinstance(message, Error) and message.code in REFUSALS:
            self.refused, self.failure = True, message.message
        if self._received:
            self._received(self.user, message)

    def _answers(self, message: ServerMessage | Refusal) -> bool:
        """A refusal has no id, but nothing else is on its way while a question is open."""
        return isinstance(message, Refusal) or message.id == str(self._questions)

    async def _flush(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._unsent.extend(self._feed.due(self._now_ms()))
        while len(self._unsent) > MAX_UNSENT:
            self._unsent.popleft()
            self.dropped += 1
        while self._unsent:
            count = min(MAX_SAMPLES, len(self._unsent))
            samples = [self._unsent.popleft() for _ in range(count)]
            self._ring.extend(samples)
            if self._sent:
                self._sent(self.user, samples, self._now_ms())
            await socket.send_str(encode(HeartRateBatch(samples)).decode())


def decode_message(data: str | bytes) -> ServerMessage | Refusal:
    """What the server sent; a refusal when it has no `type` that we know."""
    message: ServerMessage | Refusal
    try:
        message = decode_server(data)
    except msgspec.DecodeError:
        try:
            message = _decode_refusal(data)
        except msgspec.DecodeError:
            message = Refusal("The server sent something that no client can read.")
    return message


async def fetch_token(http: aiohttp.ClientSession, service: Service, user: str) -> str:
    """A token for `user` from the issuer. Raises aiohttp.ClientError, msgspec.MsgspecError."""
    async with http.get(service.token_url, params={"user": user}) as answer:
        answer.raise_for_status()
        return msgspec.json.decode(await answer.read(), type=_Token).access_token


def open_http() -> aiohttp.ClientSession:
    """An HTTP session that any number of clients share; close it when they are done."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))


def _sentence(error: Exception) -> str:
    """What went wrong; never the address, which holds the token."""
    match error:
        case aiohttp.ClientResponseError():
            return f"The server refused the connection with status {error.status}."
        case aiohttp.ClientConnectorError():
            return f"Nothing answers at {error.host}:{error.port}."
        case TimeoutError():
            return f"The server gave no answer in {ANSWER_SECONDS:g} s."
        case _AnswerError():
            return f"The gateway answered {str(error)!r}."
        case msgspec.MsgspecError():
            return "The issuer's answer holds no token."
    return "The connection broke."
