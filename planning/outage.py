"""How songs come back after `recommend` has answered nobody for a while. Seeded.

People whose song is over ask again and again, and what they asked in vain has to be read as well.
`python -m planning.outage` prints the table of docs/scaling.md.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from heapq import heapify, heappop, heappush, heapreplace
from math import exp, log
from random import Random

from msgspec import Struct

from catalog.demo import DURATION_SPREAD, MEDIAN_DURATION_SECONDS
from events.pulse import Pulse
from events.session import Settings as Chosen
from lambdas.domain.due import SongEnd, Timing, song_times
from lambdas.domain.next_song import ask
from local.template.synth import synthesize
from planning.skew import duration
from planning.tables import table
from planning.template import Settings, settings_of
from planning.work import INVOKE_SECONDS, answer_seconds

FLUSH_MS = 5_000
TIMING = Timing(lead_ms=10_000, ask_again_ms=30_000, session_gap_ms=3_600_000)
"""As the template gives it to `schedule`, but for sessions that do not end meanwhile."""
WATCHED_MS = 600_000
"""How long after an outage is looked at."""
ASKED_MS = 1_800_000
"""Turns are known until so long after a slot was due."""
CALM_MS = 60_000
"""So long before the end of that nobody may be silent any more."""
SONG_SECONDS = MEDIAN_DURATION_SECONDS * exp(DURATION_SPREAD**2 / 2)
VAIN_SHARE = 0.1
"""What a request in vain costs of one that gets a song. Assumed, as the most that it may."""


class Way(Struct, frozen=True):
    """How requests are made and answered."""

    vain_share: float
    """Cost of an answer in vain, of that of a song."""
    starts_at_newest: bool
    """Whether a late song starts at the newest sample, else at that of its request."""
    turns_ms: Sequence[int]
    """How long after it is due a slot is asked for, while nobody answers."""


class Outage(Struct, frozen=True):
    """What an outage did to so many people."""

    users: int
    outage_seconds: float
    use: float
    """Of the time of the lanes of `recommend` before the outage."""
    recovered_seconds: float | None
    """From its end until nobody was silent any more; None if somebody always was."""
    requests_per_song: float
    """From the beginning of the outage until `WATCHED_MS` after it."""
    silent_most: int
    """People who were silent at some time."""


def turns_ms(timing: Timing, until_ms: int) -> tuple[int, ...]:
    """When the real `ask` asks for a slot that nobody fills, from when it is due, to the second."""
    due_ms, step = 1_000_000, 1_000
    end = SongEnd(1, 0, ends_at_ms=due_ms + timing.lead_ms)
    return tuple(
        since_ms
        for since_ms in range(0, until_ms, step)
        if ask(end, Chosen(), _pulse(due_ms + since_ms, step), timing) is not None
    )


def _pulse(at_ms: int, period_ms: int) -> Pulse:
    return Pulse(
        at_ms=at_ms,
        previous_ms=at_ms - period_ms,
        heart_rate=120.0,
        average=120.0,
        lowest=120.0,
        highest=120.0,
        peak=0.0,
    )


def as_it_is() -> Way:
    """The rules of the functions."""
    return Way(VAIN_SHARE, True, turns_ms(TIMING, ASKED_MS))


def naive() -> Way:
    """Every request costs the same, a song starts when it was asked for, asking goes on."""
    return Way(1.0, False, tuple(range(0, ASKED_MS, TIMING.ask_again_ms)))


def outage(
    users: int, outage_seconds: float, use: float, way: Way, settings: Settings, seed: int = 1
) -> Outage:
    """`recommend` stops for so long; before that, songs took this share of its lanes' time.

    There are as many lanes as make it so with the model's time for an answer, and each person
    keeps to one.
    """
    random = Random(f"{seed} {users} {outage_seconds} {use}")
    wanted = users * answer_seconds(settings) / (use * SONG_SECONDS)
    lanes = max(1, round(wanted))
    answer_ms = 1000 * use * SONG_SECONDS * lanes / users
    batch = settings.readers["recommend"].batch_size
    until_ms = int(outage_seconds * 1000)
    found = [
        Lane(people, answer_ms, batch, way, random).run(until_ms)
        for people in _shares(users, lanes)
    ]
    last_ms = max(lane.silent_until_ms for lane in found)
    is_calm = last_ms <= until_ms + WATCHED_MS - CALM_MS
    songs = sum(lane.songs for lane in found)
    return Outage(
        users,
        outage_seconds,
        use,
        max(0.0, round((last_ms - until_ms) / 1000)) if is_calm else None,
        round(sum(lane.requests for lane in found) / songs, 2),
        sum(sum(lane.was_silent) for lane in found),
    )


def _shares(users: int, lanes: int) -> list[int]:
    return [users * (lane + 1) // lanes - users * lane // lanes for lane in range(lanes)]


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
        now = start + 1000 * INVOKE_SECONDS
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


def outages(settings: Settings, users: Sequence[int] = (10_000, 100_000)) -> str:
    """Outages of one and five minutes, without and with what keeps an overload from lasting."""
    ways = (naive(), as_it_is())
    rows = [
        [
            "people",
            "outage",
            "use before",
            "were silent",
            "as before after",
            "requests a song",
            "naively: as before after",
            "naively: requests a song",
        ]
    ]
    for people in users:
        for seconds in (60.0, 300.0):
            for use in (0.3, 0.5, 0.7):
                before, now = (outage(people, seconds, use, way, settings) for way in ways)
                rows.append(
                    [
                        f"{people:,}",
                        f"{seconds / 60:g} min",
                        f"{use:.0%}",
                        f"{now.silent_most:,}",
                        *(
                            text
                            for one in (now, before)
                            for text in (_after(one), f"{one.requests_per_song:.2f}")
                        ),
                    ]
                )
    return table(rows)


def _after(one: Outage) -> str:
    return "never" if one.recovered_seconds is None else f"{one.recovered_seconds:.0f} s"


if __name__ == "__main__":
    print(outages(settings_of(synthesize())))
