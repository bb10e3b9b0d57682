"""What every implementation gets: the same messages in the order of their arrival."""

import gc
import json
import os
import sys
import time
from dataclasses import dataclass
from random import Random
from typing import Any

START_MS = 1_760_000_040_000
INTERVAL_MS = 30_000
GAP_MS = 30_000
EMIT_EVERY_MS = 5_000
LEAD_MS = 10_000
SONG_MS = 200_000
WARM_UP_SECONDS = 40
"""Fills every window before the clock runs."""
SNAPSHOT_MS = 5_000
"""Of the data, between two snapshots of a durable peer. They replay many times faster than people
live, so an interval of the clock on the wall would spare them most of the snapshots they have to
take when it counts."""
SPIKES_EACH_SECOND, SPIKE_SECONDS, SPIKE_BY = 1 / 100, 3, 80
"""How often a dry strap makes a spike, how long at most, and by how many beats a minute, where the
line has any: as in reports of runners."""
GAPS_EACH_SECOND = 1 / 600
"""How often somebody's strap falls silent, for 3 to 45 s: as often as simulated straps do."""

Message = tuple[str, bytes, int, int]
"""User, JSON as a client sends it, when it arrived in epoch ms, and how many samples it holds."""
Outcome = tuple[str, int, float, bool]
"""User, time of the newest sample, running average, and whether the next song is due."""


@dataclass(frozen=True)
class Config:
    """One measurement; its outcomes go to the file `outcomes`."""

    users: int
    samples_per_record: int
    seconds: int
    outcomes: str
    spikes: bool = False
    """Whether hearts have spikes now and then, which no peer leaves out."""


def config() -> Config:
    """What the command asks of this process, which keeps to one core from here on."""
    if hasattr(os, "sched_setaffinity"):  # Linux only
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    return Config(**json.loads(sys.argv[-1]))


def messages(config: Config) -> tuple[list[Message], int]:
    """Everybody at one sample a second, interleaved as in real time; and where the clock starts."""
    random, spiky = Random(1), Random(2)
    hearts = [random.randint(90, 160) for _ in range(config.users)]
    silent_until = [0] * config.users
    spiked_until = [0] * config.users
    buffers: list[list[list[float]]] = [[] for _ in range(config.users)]
    found: list[Message] = []
    start = 0
    for second in range(WARM_UP_SECONDS + config.seconds):
        if second == WARM_UP_SECONDS:
            start = len(found)
        for user in range(config.users):
            at_ms = START_MS + second * 1000 + user * 1000 // config.users
            if second < user % 5 or second < silent_until[user]:
                continue
            if random.random() < GAPS_EACH_SECOND:
                silent_until[user] = second + random.randint(3, 45)
            hearts[user] = min(200, max(60, hearts[user] + random.randint(-2, 2)))
            buffer = buffers[user]
            if config.spikes and spiky.random() < SPIKES_EACH_SECOND:
                spiked_until[user] = second + spiky.randint(1, SPIKE_SECONDS)
            spike = SPIKE_BY if second < spiked_until[user] else 0
            buffer.append([at_ms, float(min(230, hearts[user] + spike))])
            if len(buffer) == config.samples_per_record:
                text = json.dumps({"action": "heartrate", "samples": buffer}, separators=(",", ":"))
                found.append((name_of(user), text.encode(), at_ms + 50, len(buffer)))
                buffer.clear()
    return found, start


def snapshots(messages: list[Message]) -> list[int]:
    """Where messages begin that a snapshot comes before, the first of all excepted."""
    steps = [arrived_ms // SNAPSHOT_MS for _, _, arrived_ms, _ in messages]
    return [place for place in range(1, len(steps)) if steps[place] != steps[place - 1]]


def name_of(user: int) -> str:
    """The name of a user, from 0."""
    return f"athlete-{user + 1:03d}"


def song_ends(users: int) -> dict[str, int]:
    """When everybody's song ends, epoch ms."""
    return {name_of(user): START_MS + user * 7919 % SONG_MS for user in range(users)}


class Clock:
    """Wall clock and processor time of this process, while it runs."""

    def __init__(self) -> None:
        self.wall_seconds = self.cpu_seconds = 0.0

    def __enter__(self) -> "Clock":
        self._started = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall_seconds += time.perf_counter() - self._started[0]
        self.cpu_seconds += time.process_time() - self._started[1]


def settle() -> None:
    """Keep what was prepared out of the garbage collector's rounds."""
    gc.collect()
    gc.freeze()


def report(
    config: Config,
    samples: int,
    wall_seconds: float,
    cpu_seconds: float,
    outcomes: list[Outcome] | None = None,
    **more: Any,
) -> None:
    """Print the figures as JSON; outcomes go to the file."""
    if outcomes is not None:
        with open(config.outcomes, "w") as file:
            json.dump(outcomes, file)
    figures = {"samples": samples, "wall_seconds": wall_seconds, "cpu_seconds": cpu_seconds}
    print(json.dumps(figures | more))
