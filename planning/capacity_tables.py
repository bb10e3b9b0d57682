"""The tables of docs/scaling.md: `python -m planning.capacity_tables` prints them."""

from collections.abc import Callable, Sequence

from local.template.synth import synthesize
from planning.capacity import Capacity, Limit, capacity
from planning.load import Load
from planning.page import ADAPTIVE_FLUSH_SECONDS
from planning.shards import Hop
from planning.tables import number, table
from planning.template import Settings, settings_of

SIZES = (1_000, 10_000, 100_000, 1_000_000)


def sizes_table(capacities: Sequence[Capacity]) -> str:
    """What each size needs."""
    hops = [[capacity.hops[number] for capacity in capacities] for number in range(3)]
    rows: list[list[str]] = [["people at once", *(f"{one.load.users:,}" for one in capacities)]]
    for same in hops:
        rows += [
            [f"`{same[0].stream}`: records/s", *(number(hop.records_per_second) for hop in same)],
            ["kB/s", *(number(hop.bytes_per_second / 1e3) for hop in same)],
            ["shards", *(shards(hop) for hop in same)],
            ["use of the busiest, and what decides", *(busiest(hop) for hop in same)],
            [
                f"`{same[0].function}`: invocations/s",
                *(number(hop.invocations_per_second) for hop in same),
            ],
            ["records in a batch", *(number(hop.records_per_batch) for hop in same)],
            ["ms a batch", *(number(hop.batch_seconds * 1000) for hop in same)],
            ["running at once", *(number(hop.concurrency) for hop in same)],
        ]
    figures: list[tuple[str, Callable[[Capacity], float]]] = [
        ("all functions, running at once", lambda one: one.lambda_concurrency),
        ("messages in/s", lambda one: one.api.messages_per_second),
        ("songs pushed/s", lambda one: one.api.pushes_per_second),
        ("connects/s", lambda one: one.api.connects_per_second),
        ("renewals/s if nobody left", lambda one: one.api.renewals_per_second),
        ("song-ends read units/s", lambda one: one.dynamodb.read_units_per_second),
        ("song-ends write units/s", lambda one: one.dynamodb.write_units_per_second),
        ("queries of songs/s", lambda one: one.dynamodb.queries_per_second),
        *(
            (f"Redis MB: {what}", lambda one, what=what: one.redis.bytes_kept[what] / 1e6)
            for what in capacities[0].redis.bytes_kept
        ),
        ("Redis commands/s", lambda one: one.redis.commands_per_second),
        ("Redis ECPU/s", lambda one: one.redis.ecpu_per_second),
        ("ECPU/s of the busiest slot", lambda one: one.redis.slot_ecpu_per_second),
    ]
    rows += [[name, *(number(of(one)) for one in capacities)] for name, of in figures]
    return table(rows)


def limits_table(capacities: Sequence[Capacity]) -> str:
    """With how many people each limit is reached, and how much of it each size uses."""
    head = ["limit", "most", "reached at", *(f"{one.load.users:,}" for one in capacities)]
    rows = [
        [
            limit.name,
            number(limit.most),
            f"{limit.users:,}",
            *(f"{_of(one, limit.name).used / limit.most:.0%}" for one in capacities),
        ]
        for limit in capacities[0].limits
    ]
    return table([head, *rows])


def breaks_table(capacities: Sequence[Capacity]) -> str:
    """What each size has beyond its limits, first the one that is reached first."""
    rows = [["people at once", "beyond its limit", "what to do"]]
    for one in capacities:
        beyond = [limit for limit in one.limits if limit.used > limit.most]
        size = f"{one.load.users:,}"
        if not beyond:
            rows.append([size, "nothing", ""])
        for place, limit in enumerate(beyond):
            share = f"{limit.used / limit.most:.0%}"
            rows.append(["" if place else size, f"{limit.name}: {share}", limit.remedy])
    return table(rows, right=0)


def _of(one: Capacity, name: str) -> Limit:
    return next(limit for limit in one.limits if limit.name == name)


def shards(hop: Hop) -> str:
    """How many, and a sign when they are not enough."""
    return f"{hop.shards:,}" if hop.enough else f"{hop.shards:,} (too few)"


def busiest(hop: Hop) -> str:
    """How much of its busiest shard is used, and whether in records, bytes or time."""
    return f"{hop.busiest_shard[hop.bound]:.0%} {hop.bound}"


def tables(settings: Settings) -> list[str]:
    """The tables of docs/scaling.md: needs, limits and what is beyond them; the last two again
    with adaptive flushing.
    """
    steady = [capacity(Load(users), settings) for users in SIZES]
    adaptive = [capacity(Load(users, ADAPTIVE_FLUSH_SECONDS), settings) for users in SIZES]
    return [
        sizes_table(steady),
        limits_table(steady),
        breaks_table(steady),
        limits_table(adaptive),
        breaks_table(adaptive),
    ]


if __name__ == "__main__":
    print("\n\n".join(tables(settings_of(synthesize("prod")))))
