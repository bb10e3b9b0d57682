"""Songs when more are asked for than can be made, and after `recommend` has hung for a while.

People are on songs of 20 to 40 s and send one sample each five seconds, so that songs and not
samples are what loads the machine; `benchmarks.crowd` says how little of it they take themselves.

Use is songs that fall due a second, as a share of the capacity that `benchmarks.capacity` finds.

As before means, for ten seconds running: no more people are silent and no more requests wait than
at any time before, but for a hundredth of the people; and of the songs asked for within the last
ten seconds, those still to come included, p99 is at most 1.5 times that before, or a second.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import msgspec

from benchmarks import machine
from benchmarks.capacity import capacity_of
from benchmarks.pipeline import LIBRARY, percentiles
from benchmarks.watch import Look, Watch
from catalog.demo import demo_songs
from catalog.store import store_songs
from events.session import Song
from local.launcher import running
from simulator.pace import clock_ms

SHORTEST_SECONDS, LONGEST_SECONDS = 20.0, 40.0
SONG_SECONDS = (SHORTEST_SECONDS + LONGEST_SECONDS) / 2
LOADS = (0.5, 1.0, 2.0)
STALLED = (0.5, 0.3)
"""The fuller one first, so that nobody comes back whose session is long over."""
STALLS = (60.0, 120.0)
JOIN_SECONDS = 20.0
SETTLE_SECONDS = 40.0
BEFORE_SECONDS = 20.0
LOAD_SECONDS = 45.0
WATCH_SECONDS = 180.0
RECENT_SECONDS = 10.0
LONGER = 1.5
SHORT_MS = 1_000.0
TARGET_SECONDS = {0.3: 30.0, 0.5: 90.0}
TARGET_REQUESTS = 1.3


class Run(msgspec.Struct, frozen=True):
    """One load or stall. Of a load beyond a half, half the capacity is used before and after."""

    use: float
    stall_s: float
    songs: int
    requests_per_song: float
    backlog_max: int
    silent_at_end: int
    slots_unfilled: int
    """Slots asked for ten seconds before the end, or earlier, that have no song."""
    p50_s: float | None
    p99_s: float | None
    """From the first request to the song, of slots asked for from the load or stall on; what has
    not come counts by its age."""
    recovered_s: float | None
    """From the end of the stall or the load until it was as before; None if it was not in time."""


class Report(msgspec.Struct, frozen=True):
    """What `tempofit bench overload --json` prints."""

    machine: str
    capacity_songs_per_s: float
    runs: list[Run]


@dataclass(frozen=True, slots=True)
class Before:
    """The worst of an undisturbed stretch."""

    silent: int
    backlog: int
    p99_ms: float

    def is_as(self, look: Look, people: int, p99_ms: float) -> bool:
        """Whether it looks as good now."""
        spare = people // 100
        return (
            look.silent <= self.silent + spare
            and look.backlog <= self.backlog + spare
            and p99_ms <= max(LONGER * self.p99_ms, SHORT_MS)
        )


def run(
    capacity: float | None = None,
    stalls: Sequence[float] = STALLS,
    seconds: float = LOAD_SECONDS,
    *,
    progress: Callable[[str], None] = lambda sentence: None,
) -> Report:
    """Start a local cloud, drive it and stop it; `capacity` is in songs a second.

    Raises what the launcher raises.
    """
    with (
        TemporaryDirectory(prefix="tempofit-bench-") as directory,
        running(Path(directory), limits=False, progress=progress) as cloud,
    ):
        store_songs(cloud.client("dynamodb"), cloud.addresses.songs_table, LIBRARY, short_songs())

        async def measure() -> Report:
            began, own = time.monotonic(), time.process_time()
            async with Watch(cloud) as watch:
                found = capacity or await capacity_of(watch, progress)
                bench = Bench(watch, found, progress)
                runs = [await bench.load(use, seconds) for use in LOADS]
                runs += [await bench.stall(use, long) for use in STALLED for long in stalls]
            share = (time.process_time() - own) / (time.monotonic() - began)
            progress(f"The benchmark itself took {share:.0%} of a core")
            return Report(machine.describe(), round(found, 1), runs)

        return asyncio.run(measure())


def target_seconds(run: Run) -> float | None:
    """Within how long it should be as before, by the use that goes on; None for no disturbance."""
    if not run.stall_s and run.use <= LOADS[0]:
        return None
    return TARGET_SECONDS[min(run.use, LOADS[0])]


def requests_per_song(runs: Sequence[Run]) -> float:
    """Of all runs together."""
    songs = sum(run.songs for run in runs)
    return sum(run.requests_per_song * run.songs for run in runs) / max(1, songs)


def short_songs(seed: int = 1) -> list[Song]:
    """The demo songs, each 20 to 40 s long."""
    random = Random(seed)
    return [
        msgspec.structs.replace(
            song, duration_seconds=round(random.uniform(SHORTEST_SECONDS, LONGEST_SECONDS), 1)
        )
        for song in demo_songs()
    ]


class Bench:
    """Loads and stalls of one cloud, one after another."""

    def __init__(self, watch: Watch, capacity: float, progress: Callable[[str], None]) -> None:
        self._watch = watch
        self._capacity = capacity
        self._say = progress

    async def load(self, use: float, seconds: float) -> Run:
        """So much for so long; what is beyond half the capacity goes then."""
        base = min(use, LOADS[0])
        start, before = await self._begin(base)
        self._say(f"{use:g} of the capacity for {seconds:g} s")
        disturbed = self._watch.slots.seen
        await self._come(self._people(use), min(JOIN_SECONDS, seconds / 2))
        await asyncio.sleep(max(0.0, seconds - min(JOIN_SECONDS, seconds / 2)))
        await self._watch.set_active(self._people(base))
        recovered = 0.0 if use == base else await self._recover(before)
        return self._run(use, 0, start, disturbed, recovered)

    async def stall(self, use: float, seconds: float) -> Run:
        """`recommend` hangs for so long."""
        start, before = await self._begin(use)
        self._say(f"`recommend` hangs for {seconds:g} s at {use:g} of the capacity")
        disturbed = self._watch.slots.seen
        await self._watch.stall(seconds)
        recovered = await self._recover(before)
        return self._run(use, seconds, start, disturbed, recovered)

    def _people(self, use: float) -> int:
        return max(1, round(use * self._capacity * SONG_SECONDS))

    async def _come(self, people: int, seconds: float) -> None:
        """Let who is missing come evenly."""
        active = self._watch.crowd.active
        steps = max(1, round(seconds))
        for step in range(1, steps + 1):
            await self._watch.set_active(active + (people - active) * step // steps)
            await asyncio.sleep(seconds / steps)

    async def _begin(self, use: float) -> tuple["Start", Before]:
        """An undisturbed stretch of this use; whoever waits for an earlier one goes first."""
        watch, people = self._watch, self._people(use)
        if watch.looks and watch.looks[-1].backlog > self._capacity:
            self._say("Waiting until what was asked for is answered")
            await watch.set_active(0)
            await watch.until(lambda look: look.backlog == 0, 2 * WATCH_SECONDS)
        await self._come(people, 0 if watch.crowd.active > people else JOIN_SECONDS)
        await watch.until(self._is_settled, SETTLE_SECONDS)
        start = Start(watch)
        await asyncio.sleep(BEFORE_SECONDS)
        now_ms = clock_ms()
        looks = watch.looks[start.look :]
        waits = [float(wait) for wait in watch.slots.waits(start.slot, now_ms)]
        before = Before(
            max(look.silent for look in looks),
            max(look.backlog for look in looks),
            percentiles(waits).p99 or 0.0,
        )
        return start, before

    def _is_settled(self, look: Look) -> bool:
        have_one = len(self._watch.slots.ends_at_ms) >= self._watch.crowd.active
        return have_one and look.silent == 0 and look.backlog < self._capacity

    async def _recover(self, before: Before) -> float | None:
        """Seconds until it has been as before for ten seconds, less these; None if it never is."""
        watch, began_ms = self._watch, clock_ms()
        since_ms: int | None = None

        def is_over(look: Look) -> bool:
            nonlocal since_ms
            oldest_ms = look.at_ms - int(RECENT_SECONDS * 1000)
            waits = [float(wait) for wait in watch.slots.recent(oldest_ms, look.at_ms)]
            if not before.is_as(look, watch.crowd.active, percentiles(waits).p99 or 0.0):
                since_ms = None
            elif since_ms is None:
                since_ms = look.at_ms
            return since_ms is not None and since_ms <= oldest_ms

        over = await watch.until(is_over, WATCH_SECONDS)
        return None if over is None or since_ms is None else round((since_ms - began_ms) / 1000, 1)

    def _run(
        self, use: float, stall_s: float, start: "Start", disturbed: int, recovered: float | None
    ) -> Run:
        watch, now_ms = self._watch, clock_ms()
        looks = watch.looks[start.look :]
        songs = looks[-1].songs - start.songs
        waits = percentiles([float(wait) for wait in watch.slots.waits(disturbed, now_ms)])
        return Run(
            use=use,
            stall_s=stall_s,
            songs=songs,
            requests_per_song=round((watch.slots.requests - start.requests) / max(1, songs), 2),
            backlog_max=max(look.backlog for look in looks),
            silent_at_end=looks[-1].silent,
            slots_unfilled=watch.slots.unfilled(start.slot, now_ms - int(RECENT_SECONDS * 1000)),
            p50_s=_seconds(waits.p50),
            p99_s=_seconds(waits.p99),
            recovered_s=recovered,
        )


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds / 1000, 2)


class Start:
    """Where a run begins in what was counted."""

    def __init__(self, watch: Watch) -> None:
        self.look = len(watch.looks)
        self.slot = watch.slots.seen
        self.requests = watch.slots.requests
        self.songs = len(watch.slots.filled_ms)
