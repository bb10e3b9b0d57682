"""Which faults there are, and when each begins: a pure function of the seed."""

from collections.abc import Iterator
from itertools import chain
from random import Random
from typing import NamedTuple

FIRST_SECONDS = 8.0
"""By then everybody has come."""
BETWEEN_SECONDS = (3.0, 8.0)
"""From the beginning of one fault to that of the next, unless it has to wait for its target."""
REST_SECONDS = 2.0
"""Of a target, between two faults of it."""
RESTS_SECONDS = {"server_clock_ahead": 90.0}
"""After some kinds: else the clock might go back by three minutes, and not by one and a half."""

PATH = {"workers", "redis", "dynamodb", "kinesis"}
"""Targets whose faults make batches fail. These faults come in storms: Lambda waits twice as long
before each try as before the one before, so a batch that failed for so long is tried again up to as
long after; what failed on and on would stand for longer still when all is well."""
STORM_FAULTS = 3
STORM_SECONDS = 2.0
"""From the beginning of a storm to that of its last fault."""
CALM_SECONDS = 4.0
"""How much longer than the storm the calm after it is."""


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

    Every kind comes once before one comes again, but where what is due hits a target that is hit
    already; a target has one fault at a time.
    """
    random = Random(f"chaos {seed}")
    faults = chain(_storms(random, seconds), _others(random, seconds))
    return sorted(faults, key=lambda one: one.begins_s)


def _storms(random: Random, seconds: float) -> Iterator[Planned]:
    """Faults of the path, some at a time, and after each storm a calm that is longer."""
    kinds: list[str] = []
    begins_s = FIRST_SECONDS + random.uniform(0, STORM_SECONDS)
    while begins_s < seconds:
        kinds = kinds or _shuffled(random, path=True)
        storm: dict[str, Planned] = {}
        for kind in kinds[: random.randint(1, STORM_FAULTS)]:
            at_s = begins_s + random.uniform(0, STORM_SECONDS)
            storm.setdefault(KINDS[kind].target, _planned(kind, at_s, random))
        yield from (one for one in storm.values() if one.ends_s <= seconds)
        kinds = [kind for kind in kinds if kind not in {one.kind for one in storm.values()}]
        ends_s = max(one.ends_s for one in storm.values())
        begins_s = ends_s + (ends_s - begins_s) + CALM_SECONDS


def _others(random: Random, seconds: float) -> Iterator[Planned]:
    free_s: dict[str, float] = {}
    kinds: list[str] = []
    at_s = FIRST_SECONDS
    while at_s < seconds:
        kinds = kinds or _shuffled(random, path=False)
        kind = kinds.pop()
        target = KINDS[kind].target
        one = _planned(kind, max(at_s, free_s.get(target, 0.0)), random)
        if one.ends_s <= seconds:
            yield one
            free_s[target] = one.ends_s + RESTS_SECONDS.get(kind, REST_SECONDS)
        at_s += random.uniform(*BETWEEN_SECONDS)


def _planned(kind: str, begins_s: float, random: Random) -> Planned:
    _, shortest, longest = KINDS[kind]
    ends_s = begins_s + random.uniform(shortest, longest)
    return Planned(kind, round(begins_s, 3), round(ends_s, 3), random.getrandbits(32))


def _shuffled(random: Random, *, path: bool) -> list[str]:
    kinds = sorted(kind for kind in KINDS if (KINDS[kind].target in PATH) == path)
    random.shuffle(kinds)
    return kinds
