"""People who want songs and little else: a sample each five seconds, few connections for all.

Whose song arrived is told by its session, which is the time of one of their samples: each person
keeps to a millisecond of the five seconds that nobody else of the same connection has.
"""

import time
from collections.abc import Iterator

import msgspec
from redis.asyncio import Redis

from benchmarks.kinesis import Entry
from events.stream import HeartRateBatch, encode

PERIOD_MS = 5_000
"""Between two samples of a person; an average comes with each."""
_STRIDE = 3_089
"""Coprime to the period, and near its golden section: the first people lie evenly in it."""
_BACK = pow(_STRIDE, -1, PERIOD_MS)
CONNECTION_SECONDS = 7_200


def user_of(person: int) -> str:
    """The user id of a person, who is a number from 0 on."""
    return f"crowd-{person}"


def person_of(user: str) -> int:
    """The person of a user id."""
    return int(user.removeprefix("crowd-"))


def person_at(connection: int, sample_ms: int) -> int:
    """Who of a connection, from 0 on, has a sample at this time."""
    return connection * PERIOD_MS + sample_ms % PERIOD_MS * _BACK % PERIOD_MS


class Crowd:
    """The first `active` people send; who is beyond has not come yet or has gone."""

    def __init__(self) -> None:
        self.active = 0
        self.began_ms: list[int] = []
        """When each person sent for the first time since they came, epoch ms; 0 if not yet."""
        self._until_ms: int | None = None

    def set_active(self, active: int) -> None:
        """From now on, so many send."""
        missing = active - len(self.began_ms)
        self.began_ms += [0] * missing
        for person in range(self.active, active):
            self.began_ms[person] = 0
        self.active = active

    def due(self, now_ms: int) -> list[Entry]:
        """Everybody's samples between the last call and now, oldest first."""
        first_ms = now_ms if self._until_ms is None else self._until_ms
        self._until_ms = now_ms
        return [
            self._entry(person, sample_ms)
            for sample_ms in range(first_ms, now_ms)
            for person in self._at(sample_ms)
        ]

    def _at(self, sample_ms: int) -> Iterator[int]:
        yield from range(person_at(0, sample_ms), self.active, PERIOD_MS)

    def _entry(self, person: int, sample_ms: int) -> Entry:
        if not self.began_ms[person]:
            self.began_ms[person] = sample_ms
        heart_rate = 100.0 + person % 70
        return Entry(encode(HeartRateBatch([(sample_ms, heart_rate)])), user_of(person))


async def share(redis: Redis, connections: list[str], first: int, end: int) -> None:
    """Let the people from `first` to before `end` be reached by these connections, as `connect`
    would note it: `PERIOD_MS` people each."""
    async with redis.pipeline(transaction=False) as pipeline:
        for person in range(first, end):
            key = f"connections:{user_of(person)}"
            pipeline.zadd(key, {connections[person // PERIOD_MS]: time.time_ns() // 1000})
            pipeline.expire(key, CONNECTION_SECONDS)
        await pipeline.execute()


class Pushed(msgspec.Struct, frozen=True, gc=False):
    """Of a message to a client, what tells whose song it is and when it ends."""

    type: str = ""
    session: int = 0
    slot: int = -1
    ends_at_ms: int = 0


class Asked(msgspec.Struct, frozen=True, gc=False):
    """Of a song request, the slot."""

    slot: int


decode_pushed = msgspec.json.Decoder(Pushed).decode
decode_asked = msgspec.json.Decoder(Asked).decode
