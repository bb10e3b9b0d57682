"""One lane of `recommend`: its people, what they ask for, and what it answers. No I/O, no clock."""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from heapq import heapify, heappop, heappush, heapreplace
from math import exp, log
from random import Random

from msgspec import Struct

from catalog.demo import DURATION_SPREAD, MEDIAN_DURATION_SECONDS
from lambdas.domain.due import Timing, song_times
from planning.skew import duration
from planning.work import batch_seconds

FLUSH_MS = 5_000
TIMING = Timing(lead_ms=10_000, ask_again_ms=30_000, session_gap_ms=3_600_000)
"""As the template gives it to `schedule`, but for sessions that do not end meanwhile."""
WATCHED_MS = 600_000
"""How long after an outage is looked at."""
ASKED_MS = 1_800_000
"""Turns are known until so long after a slot was due."""


class Way(Struct, frozen=True):
    """How requests are made and answered."""

    vain_share: float
    """Cost of an answer in vain, of that of a song."""
    starts_at_newest: bool
    """Whether a late song starts at the newest sample, else at that of its request."""
    turns_ms: Sequence[int]
    """How long after it is due a slot is asked for, while nobody answers."""


class Lane:
    """The people of one lane of `recommend`, by number, and what it does for them. Times in ms."""

    def __init__(self, people: int, answer_ms: float, batch: int, way: Way, random: Random) -> None:
        self.songs = self.requests = 0
        self.silent_until_ms = 0
        """The last moment so far at which anybody was silent."""
        self.was_silent = [False] * people
        self._way, self._random, self._batch = way, random, batch
        self._answer_ms, self._vain_ms = answer_ms, answer_ms * way.vain_share
        self._phase = [random.randrange(FLUSH_MS) for _ in range(people)]
        self._slot = [0] * people
        self._ends = [self._left() for _ in range(people)]
        self._asks = [self._next(person, -FLUSH_MS) for person in range(people)]
        """When each person asks next, for the slot after which, and for which time of it."""
        heapify(self._asks)
        self._queue: deque[tuple[int, int, int]] = deque()
        """Requests: when, whose, and the slot before."""

    def _left(self) -> int:
        """What is left of a song that plays at any moment; long songs are met more often."""
        spread = DURATION_SPREAD
        center = log(MEDIAN_DURATION_SECONDS) + spread**2
        left = int(self._random.random() * 1000 * exp(self._random.gauss(center, spread)))
        return left if left > TIMING.lead_ms else left + self._duration()

    def _duration(self) -> int:
        return int(1000 * duration(self._random))

    def run(self, outage_ms: int) -> "Lane":
        """From the beginning of an outage until it was watched for long enough."""
        end_ms = outage_ms + WATCHED_MS
        free = float(outage_ms)
        while True:
            if not self._queue:
                if self._asks[0][0] >= end_ms:
                    break
                self._ask_until(self._asks[0][0])
                continue
            start = max(free, self._queue[0][0])
            if start >= end_ms:
                break
            self._ask_until(start)
            free = self._deliver(start)
        self._ask_until(end_ms)
        for person, ends in enumerate(self._ends):
            if ends < end_ms:
                self._silent(person, end_ms)
        return self

    def _ask_until(self, at_ms: float) -> None:
        """What everybody asks for until then; this is where most of the time goes."""
        asks, slots, queue = self._asks, self._slot, self._queue
        ends, phases, turns = self._ends, self._phase, self._way.turns_ms
        while (first := asks[0])[0] <= at_ms:
            asked_ms, person, slot, turn = first
            if slot != slots[person]:
                heappop(asks)
                continue
            queue.append((asked_ms, person, slot))
            self.requests += 1
            turn_ms = ends[person] - TIMING.lead_ms + turns[turn + 1]
            next_ms = turn_ms + (phases[person] - turn_ms) % FLUSH_MS
            heapreplace(asks, (next_ms, person, slot, turn + 1))

    def _next(self, person: int, last_ms: int) -> tuple[int, int, int, int]:
        """The first average after one at `last_ms` at which the next slot is asked for."""
        due_ms = self._ends[person] - TIMING.lead_ms
        turn = bisect_right(self._way.turns_ms, last_ms - due_ms)
        at_ms = self._average_from(person, due_ms + self._way.turns_ms[turn])
        return at_ms, person, self._slot[person], turn

    def _average_from(self, person: int, at_ms: int) -> int:
        return at_ms + (self._phase[person] - at_ms) % FLUSH_MS

    def _deliver(self, start: float) -> float:
        """A batch, of which the newest request of each person counts; when it is done."""
        queue = self._queue
        batch = [queue.popleft() for _ in range(min(self._batch, len(queue)))]
        newest = {person: index for index, (_, person, _) in enumerate(batch)}
        now = start + 1000 * batch_seconds()
        for index, (asked_ms, person, slot) in enumerate(batch):
            if newest[person] != index:
                continue
            if slot != self._slot[person]:
                now += self._vain_ms
                continue
            now += self._answer_ms
            self._ask_until(now)
            self._fill(person, asked_ms, now)
        return now

    def _fill(self, person: int, asked_ms: int, now: float) -> None:
        newest_ms = self._average_from(person, int(now) - FLUSH_MS + 1)
        if self._ends[person] < now:
            self._silent(person, now)
        at_ms = newest_ms if self._way.starts_at_newest else asked_ms
        _, self._ends[person] = song_times(self._ends[person], at_ms, self._duration())
        self._slot[person] += 1
        self.songs += 1
        heappush(self._asks, self._next(person, newest_ms))

    def _silent(self, person: int, until_ms: float) -> None:
        self.was_silent[person] = True
        self.silent_until_ms = max(self.silent_until_ms, int(until_ms))
