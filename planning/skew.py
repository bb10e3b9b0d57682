"""What crowds do to the averages of the capacity model: skew of shards, a class, a storm. Seeded.

`python -m planning.skew` prints the tables of docs/scaling.md.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from hashlib import md5
from math import ceil, exp
from random import Random

from msgspec import Struct, structs

from catalog.demo import (
    DURATION_SPREAD,
    MAX_DURATION_SECONDS,
    MEDIAN_DURATION_SECONDS,
    MIN_DURATION_SECONDS,
)
from events.stream import GROUPS, group_of, hash_key_of
from local.template.synth import synthesize
from planning import quotas
from planning.shards import keys_on_busiest, most_in_one
from planning.tables import number, table
from planning.template import Settings, settings_of
from planning.work import answer_seconds, ask_seconds, batch_seconds
from simulator.backoff import full_jitter
from simulator.client import BACKOFF_CAP_SECONDS, BACKOFF_SECONDS

CLASS_SECONDS = 2_700.0
SETTLE_SECONDS = 10.0
"""A class that starts at 18:00 presses its buttons within so many seconds."""
LEAD_SECONDS = 10.0


class Storm(Struct, frozen=True):
    """Everybody reconnects after an outage: what the gateway saw until all were back."""

    users: int
    first_wait_seconds: float
    cap_seconds: float
    peak_per_second: int
    """Attempts in the worst second."""
    refused: int
    """Attempts that the quota refused."""
    seconds: float
    """Until the last one was back."""


class Lesson(Struct, frozen=True):
    """A class that starts at once: song requests in the worst second, by slot, from 0."""

    users: int
    peaks_per_second: list[int]
    steady_per_second: float


def users(count: int, seed: int = 1) -> list[str]:
    """Subjects as Cognito makes them: random, as long as a UUID without its dashes."""
    random = Random(seed)
    return [f"{random.getrandbits(128):032x}" for _ in range(count)]


def shard_of(key: str, shards: int) -> int:
    """The shard of a partition key, when shards split the hash keys evenly."""
    digest = md5(key.encode(), usedforsecurity=False).digest()
    return shard_at(int.from_bytes(digest, "big"), shards)


def shard_at(hash_key: int, shards: int) -> int:
    """The shard of a hash key, when shards split the hash keys evenly."""
    return hash_key * shards >> 128


def busiest_shard(names: Sequence[str], shards: int) -> int:
    """How many of these people the busiest shard gets."""
    return max(Counter(shard_of(name, shards) for name in names).values())


def busiest_group_shard(names: Sequence[str], shards: int) -> int:
    """How many people's averages the busiest shard gets, each group at its own hash key."""
    hash_keys = [int(hash_key_of(group)) for group in range(GROUPS)]
    return max(Counter(shard_at(hash_keys[group_of(name)], shards) for name in names).values())


def storm(
    people: int,
    first_wait_seconds: float = BACKOFF_SECONDS,
    cap_seconds: float = BACKOFF_CAP_SECONDS,
    quota: int = quotas.CONNECTS_PER_SECOND,
    seed: int = 1,
) -> Storm:
    """All connections break at once; each client tries again with full jitter until it is back.

    The gateway lets `quota` in each second and refuses the rest. The limit of a wait doubles from
    `first_wait_seconds` to `cap_seconds`, and is never below the first.
    """
    random = Random(seed)
    cap = max(first_wait_seconds, cap_seconds)
    seconds = defaultdict[int, list[tuple[float, int]]](list)
    for _ in range(people):
        at = full_jitter(random, 0, first_wait_seconds, cap)
        seconds[int(at)].append((at, 1))
    peak = refused = second = back = 0
    last = 0.0
    while back < people:
        attempts = seconds.pop(second, [])
        for place, (at, attempt) in enumerate(attempts):
            if place < quota:
                back, last = back + 1, max(last, at)
                continue
            refused += 1
            again = at + full_jitter(random, attempt, first_wait_seconds, cap)
            # Who tries again within the second is appended to what this loop goes through.
            (attempts if int(again) == second else seconds[int(again)]).append((again, attempt + 1))
        peak, second = max(peak, len(attempts)), second + 1
    return Storm(people, first_wait_seconds, cap_seconds, peak, refused, round(last, 1))


def lesson(people: int, flush_seconds: float = 5.0, seed: int = 1) -> Lesson:
    """Song requests of a class: the first with the first average, the others before a song's end.

    Durations are those of catalog.demo. An average, and so a request, comes with a flush, whose
    phase each client keeps.
    """
    random = Random(seed)
    seconds: list[Counter[int]] = []
    for _ in range(people):
        flush = random.uniform(0, SETTLE_SECONDS) + flush_seconds
        at, slot = flush, 0
        ends = at
        while at < CLASS_SECONDS:
            if slot == len(seconds):
                seconds.append(Counter())
            seconds[slot][int(at)] += 1
            ends += duration(random)
            flushes = ceil((ends - LEAD_SECONDS - flush) / flush_seconds)
            at, slot = flush + flushes * flush_seconds, slot + 1
    mean = MEDIAN_DURATION_SECONDS * exp(DURATION_SPREAD**2 / 2)
    return Lesson(people, [max(counts.values()) for counts in seconds], people / mean)


def first_songs_seconds(people: int, settings: Settings) -> float:
    """When the last of a class, all due at once, gets the first song, on the template's shards.

    Whichever is slower: `schedule` asking or `recommend` answering, each on its busiest lane.
    Groups decide the lanes of `schedule`, people those of `recommend`.
    """
    keys = keys_on_busiest(settings.groups, settings.readers["schedule"].lanes)
    lanes = settings.readers["recommend"].lanes
    ask = people * keys / settings.groups * ask_seconds(settings)
    busiest = most_in_one(people, 1 / lanes, lanes)
    batches = ceil(busiest / settings.readers["recommend"].batch_size)
    return max(ask, busiest * answer_seconds(settings) + batches * batch_seconds())


def duration(random: Random) -> float:
    """Of a song, in seconds, as those of catalog.demo."""
    duration = MEDIAN_DURATION_SECONDS * exp(random.gauss(0, DURATION_SPREAD))
    return min(MAX_DURATION_SECONDS, max(MIN_DURATION_SECONDS, duration))


def shards_table() -> str:
    """The busiest shard by the model and as simulated, over its fair share."""
    rows = [["people", "shards", "fair share", "simulated", "model, 99 %", "over fair"]]
    for people, shards in ((1_000, 4), (10_000, 4), (10_000, 32), (100_000, 32), (100_000, 256)):
        fair = people / shards
        model = most_in_one(people, 1 / shards, shards)
        found = busiest_shard(users(people), shards)
        rows.append(
            [
                f"{people:,}",
                str(shards),
                number(fair),
                f"{found:,}",
                number(model),
                f"{model / fair - 1:+.0%}",
            ]
        )
    return table(rows)


def groups_table() -> str:
    """Groups on the busiest shard of `average-heart-rate`."""
    counts = (1, 2, 4, 8, 16, 32, 50, 64)
    rows = [["shards of `average-heart-rate`", *map(str, counts)]]
    for groups in (GROUPS, 64, 256):
        busiest = [keys_on_busiest(groups, shards) / groups for shards in counts]
        rows.append([f"busiest shard, {groups} groups", *(f"{share:.0%}" for share in busiest)])
    return table(rows)


def storms_table() -> str:
    """The client's own first wait of a second, and one that the quota can carry."""
    rows = [["people", "first wait up to", "worst second", "refused", "all back after"]]
    for people in (1_000, 10_000, 100_000):
        enough = ceil(people / (0.7 * quotas.CONNECTS_PER_SECOND))
        for first_wait in (BACKOFF_SECONDS, float(enough)):
            found = storm(people, first_wait)
            rows.append(
                [
                    f"{people:,}",
                    f"{first_wait:g} s",
                    f"{found.peak_per_second:,}",
                    f"{found.refused:,}",
                    f"{found.seconds:.0f} s",
                ]
            )
    return table(rows)


def lessons_table(settings: Settings) -> str:
    """Song requests in the worst second, song by song, and when the last first song comes."""
    shown = 6
    songs = [f"song {slot + 1}" for slot in range(shown)]
    last = ["last first song", "one batch a shard"]
    serial = _serial(settings)
    rows = [["people in the class", *songs, "later, evenly", *last]]
    for people in (1_000, 10_000):
        found = lesson(people)
        rows.append(
            [
                f"{people:,}",
                *(f"{peak:,}" for peak in found.peaks_per_second[:shown]),
                number(found.steady_per_second),
                *(f"{first_songs_seconds(people, one):.1f} s" for one in (settings, serial)),
            ]
        )
    return table(rows)


def _serial(settings: Settings) -> Settings:
    reader = structs.replace(settings.readers["recommend"], parallelization=1)
    return structs.replace(settings, readers={**settings.readers, "recommend": reader})


def tables(settings: Settings) -> list[str]:
    """The tables of docs/scaling.md."""
    return [shards_table(), groups_table(), lessons_table(settings), storms_table()]


if __name__ == "__main__":
    print("\n\n".join(tables(settings_of(synthesize("prod")))))
