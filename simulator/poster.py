"""Heart rates of one person by the HTTP door: kept until it says that they were taken."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from random import Random

import aiohttp
import msgspec

from events.messages import encode
from events.samples import MAX_SAMPLES, Sample
from events.stream import HeartRateBatch
from simulator.backoff import full_jitter

FLUSH_SECONDS = 5.0
"""The average of a person is told as seldom."""
BACKOFF_SECONDS, BACKOFF_CAP_SECONDS = 1.0, 30.0
ANSWER_SECONDS = 10.0
MAX_UNSENT = 3600
"""Samples that are kept: an hour at one a second; then the oldest go."""
REFUSED, UNAUTHORIZED = (400, 415), (401, 403)
"""What it is no use to send again; where another token may help."""

Token = Callable[[], Awaitable[str]]
"""Gives an access token, a new one each time where it can."""


class DoorError(Exception):
    """The door takes nothing from this person; the sentence says why."""


class _Answer(msgspec.Struct, frozen=True):
    message: str = ""


class Poster:
    """Posts what was added. To read while it runs: `taken`, `dropped`, `failure` (a sentence)."""

    def __init__(
        self, http: aiohttp.ClientSession, url: str, token: Token, random: Random | None = None
    ) -> None:
        self.taken = 0
        self.dropped = 0
        self.failure = ""
        self._http = http
        self._url = url
        self._new_token = token
        self._token: str | None = None
        self._random = random or Random()
        self._unsent: deque[Sample] = deque()

    def add(self, sample: Sample) -> None:
        """Keeps a sample for the next message."""
        self._unsent.append(sample)
        while len(self._unsent) > MAX_UNSENT:
            self._unsent.popleft()
            self.dropped += 1

    async def run(self, say: Callable[[str], None], flush_seconds: float = FLUSH_SECONDS) -> None:
        """Posts every few seconds, and after a failure, which is said, later and later.

        Raises DoorError.
        """
        attempt, said = 0, ""
        while True:
            wait = full_jitter(self._random, attempt, BACKOFF_SECONDS, BACKOFF_CAP_SECONDS)
            await asyncio.sleep(flush_seconds + (wait if attempt else 0))
            attempt = 0 if await self.post() else attempt + 1
            if self.failure != said:
                said = self.failure
                say(said or "Heart rates are taken again.")

    async def post(self) -> bool:
        """Posts all that is there, oldest first; whether all was taken. Raises DoorError."""
        while self._unsent:
            samples = [self._unsent[at] for at in range(min(MAX_SAMPLES, len(self._unsent)))]
            if not await self._send(samples):
                return False
            for _ in samples:
                self._unsent.popleft()
            self.taken += len(samples)
        return True

    async def _send(self, samples: list[Sample]) -> bool:
        known = self._token is not None
        status, message = await self._ask(samples)
        if status in UNAUTHORIZED and known:  # it may be over
            self._token = None
            status, message = await self._ask(samples)
        if status in UNAUTHORIZED or status in REFUSED:
            raise DoorError(f"The HTTP door refused with status {status}: {message}")
        self.failure = "" if status == 200 else message
        return status == 200

    async def _ask(self, samples: list[Sample]) -> tuple[int, str]:
        """Status, 0 where nothing answered, and a sentence."""
        try:
            if self._token is None:
                self._token = await self._new_token()
            async with self._http.post(
                self._url,
                data=encode(HeartRateBatch(samples)),
                headers={
                    "Authorization": f"Bearer {self._token}",
                    "Content-Type": "application/json",
                },
                timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
            ) as answer:
                return answer.status, _sentence(answer.status, await answer.read())
        except (aiohttp.ClientError, OSError, msgspec.MsgspecError) as error:
            return 0, f"Nothing takes heart rates there: {type(error).__name__}."


def _sentence(status: int, body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_Answer).message or f"It answered {status}."
    except msgspec.MsgspecError:
        return f"It answered {status}, and nothing that can be read."
