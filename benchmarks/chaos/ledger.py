"""What became of each heart rate and each song, counted from outside.

Which samples a window holds follows from what its stream took, by one rule: a sample counts when it
is newer than all that counted, and no more than a minute after the arrival of its record, unless
its message is one too many, or of a device while a newer one of the person speaks. An average tells
how many counted up to its time, so each is held against that. Where Redis has lost the windows, one
begins anew with some record from then on: which one, the next average tells.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from events.samples import MAX_FUTURE_MS
from lambdas.adapters.floods import HEART_RATES
from lambdas.domain.allowance import Verdict
from lambdas.domain.voice import NO_CONNECTION, SILENT_MS

BEFORE_MS = 30_000
"""How long before a loss the record was seen, at most, with which a window begins anew."""

SEEN_MS = 3_000
"""How long after it was stored a record or a song is seen, at most."""


class Put(NamedTuple):
    """A record of a person's heart rates, in the order of its stream; times in epoch ms.

    The stream says when it arrived, by a clock that may be off; when it was seen, ours.
    """

    arrived_ms: int
    times_ms: Sequence[int]
    seen_ms: int
    voice: int = NO_CONNECTION


class Told(NamedTuple):
    """An average: its time, samples that count, and when it was seen; epoch ms."""

    at_ms: int
    samples: int
    seen_ms: int


@dataclass(slots=True)
class Counts:
    """Of one person, or of all."""

    sent: int = 0
    folded: int = 0
    refused: int = 0
    """Of a device whose clock was set back, or far ahead; what the right clock says counts."""
    gone: int = 0
    """In a window that Redis lost before an average told of it, and sent again by nobody."""
    left_out: int = 0
    """Sent only by a device while a newer one of the person spoke."""
    lost: int = 0
    duplicated: int = 0
    """By how much averages count more than was sent."""
    short: int = 0
    """By how much they count less."""

    def add(self, other: "Counts") -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class _Window:
    """What counts from one record of a person on."""

    first: int
    last_ms: int = -1
    felt_ms: int = 0
    arrived_ms: int = 0
    voice: int = NO_CONNECTION
    spoke_ms: int = 0
    samples: dict[int, int] = field(default_factory=dict)
    """By time, how many counted with it."""
    left_out: set[int] = field(default_factory=set)

    def take(self, put: Put) -> None:
        if put.arrived_ms < self.arrived_ms and max(put.times_ms) <= self.last_ms:
            return
        verdict, self.felt_ms, self.arrived_ms = HEART_RATES.judge(
            self.felt_ms, self.arrived_ms, put.arrived_ms
        )
        self.spoke_ms = min(self.spoke_ms, self.arrived_ms)
        if verdict is not Verdict.TAKEN:
            return
        new = [at_ms for at_ms in put.times_ms if at_ms > self.last_ms]
        if put.voice < self.voice and self.arrived_ms - self.spoke_ms <= SILENT_MS:
            self.left_out.update(new)
            return
        for at_ms in new:
            if at_ms <= put.arrived_ms + MAX_FUTURE_MS:
                self.last_ms = at_ms
                self.samples[at_ms] = len(self.samples) + 1
                self.voice, self.spoke_ms = put.voice, self.arrived_ms


def count(
    sent: dict[int, bool],
    puts: Sequence[Put],
    averages: Sequence[Told],
    losses_ms: Sequence[int],
) -> Counts:
    """What became of a person's samples.

    `sent` says of each time whether it was later than all that were sent before; `losses_ms` are
    the times, in order, at which Redis lost all.
    """
    counts = Counts(sent=len(sent))
    folded: set[int] = set()
    gone: set[int] = set()
    left_out: set[int] = set()
    window = _window(puts, 0)
    explained: set[tuple[int, int]] = set()
    previous_ms = newest_ms = -1
    for average in averages:
        if average[:2] in explained:
            continue  # it comes again, perhaps after the window that it tells of was lost
        samples = window.samples.get(average.at_ms)
        if samples != average.samples:
            anew = _anew(puts, average, _between(losses_ms, previous_ms, average.seen_ms))
            if anew is None:
                difference = average.samples - (samples or 0)
                counts.duplicated += max(0, difference)
                counts.short += max(0, -difference)
                continue
            told = {at_ms for at_ms in window.samples if at_ms <= newest_ms}
            folded |= told
            gone |= window.samples.keys() - told
            left_out |= window.left_out
            window, newest_ms = anew, -1
        explained.add(average[:2])
        newest_ms = max(newest_ms, average.at_ms)
        previous_ms = average.seen_ms
    folded |= {at_ms for at_ms in window.samples if at_ms <= newest_ms}
    left_out = (left_out | window.left_out) - window.samples.keys()
    latest_ms = _latest(puts)
    for at_ms, is_newest in sent.items():
        if at_ms in folded:
            counts.folded += 1
        elif at_ms in gone:
            counts.gone += 1
        elif at_ms in left_out:
            counts.left_out += 1
        elif not is_newest or at_ms > latest_ms.get(at_ms, at_ms) + MAX_FUTURE_MS - SEEN_MS:
            counts.refused += 1
        else:
            counts.lost += 1
    return counts


def _latest(puts: Sequence[Put]) -> dict[int, int]:
    """By time of a sample, when a record with it was seen last."""
    return {at_ms: put.seen_ms for put in puts for at_ms in put.times_ms}


def _window(puts: Sequence[Put], first: int) -> _Window:
    window = _Window(first)
    for put in puts[first:]:
        window.take(put)
    return window


def _between(losses_ms: Sequence[int], after_ms: int, until_ms: int) -> int | None:
    """The first loss after the average before, and not after this one; both may be told late."""
    place = bisect_right(losses_ms, after_ms - BEFORE_MS)
    return losses_ms[place] if place < len(losses_ms) and losses_ms[place] <= until_ms else None


def _anew(puts: Sequence[Put], average: Told, loss_ms: int | None) -> _Window | None:
    """The window that explains an average, begun with a record from about the loss on."""
    if loss_ms is None:
        return None
    for first, put in enumerate(puts):
        if loss_ms - BEFORE_MS <= put.seen_ms <= average.seen_ms + SEEN_MS:
            window = _window(puts, first)
            if window.samples.get(average.at_ms) == average.samples:
                return window
    return None


@dataclass(slots=True)
class Songs:
    """The songs of all people by what was asked for, stored and told; slots by user."""

    asked: set[tuple[str, int, int]] = field(default_factory=set)
    stored: defaultdict[tuple[str, int, int], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    seen_ms: dict[tuple[str, int, int], int] = field(default_factory=dict)
    """When each stored one was seen first."""
    last: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """By user, the session and slot of what is stored now, and when its song ends."""

    def store(
        self, user: str, session: int, slot: int, song: str, ends_ms: int, at_ms: int
    ) -> None:
        """What was read of a person's song end."""
        self.stored[user, session, slot].add(song)
        self.seen_ms.setdefault((user, session, slot), at_ms)
        self.last[user] = session, slot, ends_ms

    def waits(self, user: str, session: int, slot: int) -> bool:
        """Whether a slot that was asked for has no song yet.

        Nor ever gets one where another session was stored first: who asks before any is stored
        names it by what is known then, and one is enough.
        """
        stored = self.last.get(user)
        return stored is None or (stored[0] == session and stored[1] < slot)

    def duplicated(self, user: str, told: dict[tuple[int, int], set[str]]) -> int:
        """Songs beyond the first of a slot, told or stored."""
        slots = {(session, slot) for who, session, slot in self.stored if who == user}
        return sum(
            len(told.get(slot, set()) | self.stored.get((user, *slot), set())) - 1
            for slot in slots | told.keys()
        )

    def unfilled(self, user: str, newest_ms: int, late_ms: int) -> int:
        """Slots that were asked for and never filled, and one that is due and was not asked for.

        It is due when the newest average is `late_ms` or more after the end of the last song.
        """
        if user not in self.last:
            return 1
        ends_ms = self.last[user][2]
        missing = sum(key[0] == user and self.waits(*key) for key in self.asked)
        return max(missing, int(newest_ms - ends_ms >= late_ms))

    def untold(
        self, user: str, told: dict[tuple[int, int], set[str]], losses_ms: Sequence[int]
    ) -> int:
        """Songs that were stored and never told; not those of a playlist that Redis lost.

        Of such a playlist the last song is in the song end, and so is told all the same.
        """
        last_loss_ms = losses_ms[-1] if losses_ms else 0
        current = self.last.get(user, (0, 0, 0))[:2]
        return sum(
            (session, slot) not in told
            and (seen_ms > last_loss_ms + SEEN_MS or (session, slot) == current)
            for (who, session, slot), seen_ms in self.seen_ms.items()
            if who == user
        )
