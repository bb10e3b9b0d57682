"""Which faults there are, and when each begins: a pure function of the seed."""

from random import Random
from typing import NamedTuple

FIRST_SECONDS = 8.0
"""By then everybody has come."""
PATH = {"workers", "redis", "dynamodb", "kinesis"}
"""Targets whose faults make batches fail."""
PATH_FAULTS, OTHER_FAULTS = (2, 3), (2, 4)
"""Of a storm."""
PATH_SECONDS, OTHER_SECONDS = 2.0, 4.0
"""From the beginning of a storm to that of its last fault."""
CALM_SECONDS = 5.0
"""How much longer than its faults of the path the calm after a storm is: Lambda waits twice as long
before each try as before the one before, so what failed for so long is tried again up to as long
after. Faults without end would keep it waiting for longer still when all is well."""
RESTS_SECONDS = {"server_clock_ahead": 90.0}
"""Of a target after some kinds: else the clock might go back by three minutes, and not by one and
a half."""


class Kind(NamedTuple):
    """What fails, and for how long, in seconds."""

    target: str
    shortest: float
    longest: float


KINDS = {
    "workers_killed": Kind("workers", 3, 6),
    "redis_killed": Kind("redis", 1, 4),
    "redis_emptied": Kind("redis", 0, 0),
    "redis_stopped": Kind("redis", 2, 6),
    "tables_slow": Kind("dynamodb", 3, 6),
    "tables_refusing": Kind("dynamodb", 2, 6),
    "tables_throttling": Kind("dynamodb", 2, 6),
    "tables_partly": Kind("dynamodb", 3, 6),
    "tables_answers_lost": Kind("dynamodb", 3, 6),
    "streams_partly": Kind("kinesis", 3, 6),
    "streams_answers_lost": Kind("kinesis", 3, 6),
    "connections_gone": Kind("connections", 3, 6),
    "connections_limited": Kind("connections", 3, 6),
    "connections_failing": Kind("connections", 3, 6),
    "connections_hanging": Kind("connections", 3, 6),
    "gateway_killed": Kind("gateway", 1, 4),
    "delivered_again": Kind("streams", 2, 5),
    "poison": Kind("streams", 1, 3),
    "clock_ahead": Kind("clock", 6, 9),
    "clock_behind": Kind("clock", 6, 9),
    "server_clock_ahead": Kind("server clock", 4, 7),
    "server_clock_behind": Kind("server clock", 4, 7),
    "deaf_client": Kind("deaf", 4, 8),
    "two_devices": Kind("devices", 6, 9),
}
"""A device's clock is a person's; the server's is that of all parts but the functions."""


class Planned(NamedTuple):
    """A fault, in seconds from the beginning; `seed` is for what it draws itself."""

    kind: str
    begins_s: float
    ends_s: float
    seed: int


def plan(seed: int, seconds: float) -> list[Planned]:
    """Faults in the order of their beginnings, all over by `seconds`; a calm follows each storm.

    Of those of the path, as of the others, every kind comes once before one comes again. A target
    has one fault at a time.
    """
    random = Random(f"chaos {seed}")
    path: list[str] = []
    others: list[str] = []
    planned: list[Planned] = []
    free_s: dict[str, float] = {}
    begins_s = FIRST_SECONDS
    while begins_s < seconds:
        busy = {target for target, at_s in free_s.items() if at_s > begins_s}
        path = path or _shuffled(random, path=True)
        others = others or _shuffled(random, path=False)
        storm = [
            _planned(kind, begins_s + random.uniform(0, PATH_SECONDS), random)
            for kind in _take(path, random.randint(*PATH_FAULTS), busy)
        ]
        path_ends_s = max(one.ends_s for one in storm)
        storm += [
            _planned(kind, begins_s + random.uniform(0, OTHER_SECONDS), random)
            for kind in _take(others, random.randint(*OTHER_FAULTS), busy)
        ]
        for one in storm:
            free_s[KINDS[one.kind].target] = one.ends_s + RESTS_SECONDS.get(one.kind, 0)
        planned += [one for one in storm if one.ends_s <= seconds]
        ends_s = max(one.ends_s for one in storm)
        begins_s = ends_s + (path_ends_s - begins_s) + CALM_SECONDS
    return sorted(planned, key=lambda one: one.begins_s)


def _take(kinds: list[str], count: int, busy: set[str]) -> list[str]:
    """The first so many kinds whose targets are not busy, which they are from here on."""
    taken: list[str] = []
    for kind in kinds:
        if len(taken) < count and KINDS[kind].target not in busy:
            taken.append(kind)
            busy.add(KINDS[kind].target)
    for kind in taken:
        kinds.remove(kind)
    return taken


def _planned(kind: str, begins_s: float, random: Random) -> Planned:
    _, shortest, longest = KINDS[kind]
    ends_s = begins_s + random.uniform(shortest, longest)
    return Planned(kind, round(begins_s, 3), round(ends_s, 3), random.getrandbits(32))


def _shuffled(random: Random, *, path: bool) -> list[str]:
    """All kinds of the path, or all others; the server's clock is behind before it is ahead."""
    kinds = sorted(kind for kind in KINDS if (KINDS[kind].target in PATH) == path)
    random.shuffle(kinds)
    if not path:
        ahead, behind = (kinds.index(f"server_clock_{which}") for which in ("ahead", "behind"))
        if ahead < behind:
            kinds[ahead], kinds[behind] = kinds[behind], kinds[ahead]
    return kinds
