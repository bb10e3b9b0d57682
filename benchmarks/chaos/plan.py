"""Which faults there are, and when each begins: a pure function of the seed."""

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

FIRST_SECONDS = 8.0
"""By then everybody has come."""
BETWEEN_SECONDS = (2.0, 6.0)
"""From the beginning of one fault to that of the next, unless it has to wait for its target."""
REST_SECONDS = 2.0
"""Of a target, between two faults of it."""
RESTS_SECONDS = {"server_clock_ahead": 90.0}
"""After some kinds: else the clock might go back by three minutes, and not by one and a half."""


class Kind(NamedTuple):
    """What fails, and for how long, in seconds."""

    target: str
    shortest: float
    longest: float


KINDS = {
    "workers_killed": Kind("workers", 3, 8),
    "redis_killed": Kind("redis", 1, 5),
    "redis_emptied": Kind("redis", 0, 0),
    "redis_stopped": Kind("redis", 2, 8),
    "tables_slow": Kind("dynamodb", 3, 8),
    "tables_refusing": Kind("dynamodb", 2, 8),
    "tables_throttling": Kind("dynamodb", 2, 8),
    "tables_partly": Kind("dynamodb", 3, 8),
    "tables_answers_lost": Kind("dynamodb", 3, 8),
    "streams_partly": Kind("kinesis", 3, 8),
    "streams_answers_lost": Kind("kinesis", 3, 8),
    "connections_gone": Kind("connections", 3, 8),
    "connections_limited": Kind("connections", 3, 8),
    "connections_failing": Kind("connections", 3, 8),
    "connections_hanging": Kind("connections", 3, 8),
    "gateway_killed": Kind("gateway", 1, 4),
    "delivered_again": Kind("streams", 2, 5),
    "poison": Kind("streams", 1, 3),
    "clock_ahead": Kind("clock", 8, 15),
    "clock_behind": Kind("clock", 8, 15),
    "server_clock_ahead": Kind("server clock", 5, 10),
    "server_clock_behind": Kind("server clock", 5, 10),
    "deaf_client": Kind("deaf", 4, 8),
    "two_devices": Kind("devices", 8, 15),
}
"""A device's clock is a person's; the server's is that of all parts but the functions."""


class Planned(NamedTuple):
    """A fault, in seconds from the beginning; `seed` is for what it draws itself."""

    kind: str
    begins_s: float
    ends_s: float
    seed: int


def plan(seed: int, seconds: float) -> list[Planned]:
    """Faults in the order of their beginnings, all over by `seconds`.

    Every kind comes once before one comes again; a target has one fault at a time.
    """
    random = Random(f"chaos {seed}")
    kinds = _kinds(random)
    free_s: dict[str, float] = {}
    planned: list[Planned] = []
    at_s = FIRST_SECONDS
    while at_s < seconds:
        kind = next(kinds)
        target, shortest, longest = KINDS[kind]
        begins_s = max(at_s, free_s.get(target, 0.0))
        ends_s = begins_s + random.uniform(shortest, longest)
        number = random.getrandbits(32)
        if ends_s <= seconds:
            planned.append(Planned(kind, round(begins_s, 3), round(ends_s, 3), number))
            free_s[target] = ends_s + RESTS_SECONDS.get(kind, REST_SECONDS)
        at_s += random.uniform(*BETWEEN_SECONDS)
    return sorted(planned, key=lambda one: one.begins_s)


def _kinds(random: Random) -> Iterator[str]:
    while True:
        bag = sorted(KINDS)
        random.shuffle(bag)
        yield from bag
