"""How many shards a stream needs, and what its busiest shard does. No I/O."""

from collections.abc import Callable
from math import ceil, exp, sqrt
from statistics import NormalDist
from typing import Literal

from msgspec import Struct

from planning import quotas
from planning.template import Reader

USED = 0.7
"""Share of a shard, in records, bytes and time, that is planned for; the rest is for bursts."""
SURE = 0.99
"""How surely no shard gets more people than planned for."""

Bound = Literal["records", "bytes", "time"]


class Flow(Struct, frozen=True):
    """What comes through a stream in a second, and what its function does with it.

    `busiest` is the share of all people on the busiest of so many shards; `keys` says how many
    partition keys there are, when they are few.
    """

    stream: str
    function: str
    records: float
    size: float
    record_seconds: float
    batch_seconds: float
    busiest: Callable[[int], float]
    keys: int | None = None


class Hop(Struct, frozen=True):
    """One stream and its function. `time` is seconds of work that come in a second to a lane."""

    stream: str
    function: str
    records_per_second: float
    bytes_per_second: float
    shards: int
    bound: Bound
    """What decides the number of shards."""
    enough: bool
    """False when no number of shards keeps the busiest below `USED`."""
    busiest_shard: dict[Bound, float]
    """Of the busiest shard, and lane for `time`: its share of the most that it can do, 0 to 1 and
    beyond."""
    shards_in_template: int
    invocations_per_second: float
    records_per_batch: float
    batch_seconds: float
    concurrency: float


def most_in_one(people: float, share: float, bins: int) -> float:
    """The most people that one of `bins` gets, `SURE`ly, when each bin expects `share` of them.

    The normal quantile of a binomial with its first correction for skew (Cornish and Fisher); the
    bins are taken as independent.
    """
    z = NormalDist().inv_cdf(SURE ** (1 / bins))
    mean = people * share
    return min(people, mean + z * sqrt(mean * (1 - share)) + (z * z - 1) / 6)


def keys_on_busiest(keys: int, shards: int) -> int:
    """How many of `keys` groups the busiest of `shards` shards gets.

    `events.stream.hash_key_of` places them evenly; people go by the MD5 of their id instead.
    """
    return ceil(keys / shards)


def groups_touched(groups: int, people: float) -> float:
    """How many of `groups` a batch of `people` is expected to touch."""
    untouched: float = (1 - 1 / groups) ** people
    return groups * (1 - untouched)


def hop(flow: Flow, reader: Reader, planned: float = USED) -> Hop:
    """The fewest shards whose busiest one is used no more than planned; else the best."""

    def use(count: int) -> dict[Bound, float]:
        share = flow.busiest(count)
        rate = flow.records * flow.busiest(count * reader.parallelization)
        return {
            "records": flow.records * share / quotas.SHARD_RECORDS_PER_SECOND,
            "bytes": flow.size * share / quotas.SHARD_BYTES_PER_SECOND,
            "time": rate * flow.record_seconds + batches(rate, reader) * flow.batch_seconds,
        }

    shards = fewest(lambda count: max(use(count).values()), flow.keys, planned)
    used = use(shards)
    lanes = shards * reader.parallelization
    busy = min(lanes, flow.keys or lanes)
    mean = flow.records / busy
    per_lane = batches(mean, reader)
    duration = flow.batch_seconds + mean / per_lane * flow.record_seconds
    return Hop(
        stream=flow.stream,
        function=flow.function,
        records_per_second=flow.records,
        bytes_per_second=flow.size,
        shards=shards,
        bound=max(used, key=lambda bound: used[bound]),
        enough=max(used.values()) <= USED,
        busiest_shard=used,
        shards_in_template=reader.shards,
        invocations_per_second=per_lane * busy,
        records_per_batch=mean / per_lane,
        batch_seconds=duration,
        concurrency=per_lane * busy * duration,
    )


def batches(records_per_second: float, reader: Reader) -> float:
    """Invocations a second for one lane: each poll that finds records makes a batch or more."""
    found = 1 - exp(-records_per_second / quotas.POLLS_PER_SECOND)
    per_poll = records_per_second / quotas.POLLS_PER_SECOND
    return quotas.POLLS_PER_SECOND * found * max(1, ceil(per_poll / reader.batch_size))


def fewest(used: Callable[[int], float], keys: int | None, planned: float) -> int:
    """The fewest shards that are used no more than planned.

    Few keys cannot be spread at will: more shards than keys change nothing.
    """
    if keys is not None:
        counts = range(1, keys + 1)
        return next((count for count in counts if used(count) <= planned), min(counts, key=used))
    low, high = 0, 1
    while used(high) > planned:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if used(middle) <= planned else (middle, high)
    return high
