"""What went in and what came out, counted from outside the pipeline."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from msgspec import Struct, json

from events.messages import Error, ServerMessage
from events.pulse import Pulse
from events.samples import Sample
from events.session import SongPush
from events.stream import Average
from lambdas.domain.window import BEFORE_MS, SPIKE, without_spikes

TOLERANCE = 1e-6
"""Beats a minute by which a correct average may differ, from another order of additions."""


class Asked(Struct, frozen=True, gc=False):
    """What a song request says of its slot and of the sample that made it due."""

    session: int
    slot: int
    pulse: Pulse


decode_asked = json.Decoder(Asked).decode


@dataclass(slots=True)
class Person:
    """One person's samples as they were sent, and what came back."""

    times_ms: "array[int]" = field(default_factory=lambda: array("q"))
    heart_rates: "array[float]" = field(default_factory=lambda: array("d"))
    sent_ms: "array[int]" = field(default_factory=lambda: array("q"))
    folded: int = 0
    pushes: list[tuple[SongPush, float]] = field(default_factory=list)
    asked_ms: dict[tuple[int, int], int] = field(default_factory=dict)
    """By session and slot, the time of the sample that asked for it first."""
    refusals: int = 0
    listens: bool = False


@dataclass(slots=True)
class Ledger:
    """Everybody's samples, averages and songs. Clocks are epoch milliseconds."""

    interval_ms: int
    gap_ms: int
    lead_ms: int
    emit_every_ms: int
    people: dict[str, Person] = field(default_factory=dict)
    averages: list[tuple[Average, float]] = field(default_factory=list)
    requests: int = 0

    def sent(self, user: str, samples: Sequence[Sample], at_ms: int) -> None:
        """Samples that the stream took, and when the call that carried them was made."""
        person = self.people[user]
        for time_ms, heart_rate in samples:
            person.times_ms.append(time_ms)
            person.heart_rates.append(heart_rate)
            person.sent_ms.append(at_ms)

    def averaged(self, average: Average, at_ms: float) -> None:
        """An average, read from its stream."""
        self.averages.append((average, at_ms))
        person = self.people[average.user]
        person.folded = max(person.folded, average.samples)

    def received(self, user: str, message: ServerMessage, at_ms: float) -> None:
        """A message that reached a client."""
        person = self.people[user]
        if isinstance(message, SongPush):
            person.pushes.append((message, at_ms))
        elif isinstance(message, Error):
            person.refusals += 1

    def asked(self, user: str, request: Asked) -> None:
        """A song request, read from its stream in order; the first of a slot is what counts."""
        self.requests += 1
        slot = request.session, request.slot
        self.people[user].asked_ms.setdefault(slot, request.pulse.at_ms)

    def fold_ms(self) -> list[float]:
        """From the PutRecords of a sample until the average that ends with it is in its stream."""
        return [
            at_ms - self._sent_ms(average.user, average.pulse.at_ms)
            for average, at_ms in self.averages
        ]

    def song_ms(self) -> list[float]:
        """From the PutRecords of the sample that asked first for a slot to the push on the socket.

        The song of a late one may have been chosen by a newer sample.
        """
        return [
            at_ms - self._sent_ms(user, _asked_ms(person, push))
            for user, person in self.people.items()
            for push, at_ms in person.pushes
        ]

    def wait_ms(self) -> list[float]:
        """From the moment a song comes within its lead to the average that notices it."""
        return [
            float(max(0, _asked_ms(person, later) - (earlier.ends_at_ms - self.lead_ms)))
            for person in self.people.values()
            for (earlier, _), (later, _) in zip(person.pushes, person.pushes[1:], strict=False)
        ]

    def _sent_ms(self, user: str, time_ms: int) -> int:
        person = self.people[user]
        return person.sent_ms[bisect_left(person.times_ms, time_ms)]

    def samples_sent(self) -> int:
        """Samples that the stream took."""
        return sum(len(person.times_ms) for person in self.people.values())

    def samples_lost(self) -> int:
        """Samples sent and neither folded nor refused."""
        return sum(
            max(0, len(person.times_ms) - person.folded - person.refusals)
            for person in self.people.values()
        )

    def samples_duplicated(self) -> int:
        """Samples folded more often than they were sent."""
        return sum(max(0, person.folded - len(person.times_ms)) for person in self.people.values())

    def averages_wrong(self) -> int:
        """Averages that differ from what the samples sent by then give, by the plain formula.

        Spikes are left out as the pipeline's own rule has it, which its own tests hold.
        """
        return sum(
            abs(average.pulse.average - self._expected(average)) > TOLERANCE
            for average, _ in self.averages
        )

    def _expected(self, average: Average) -> float:
        times, rates = self._stretch(self.people[average.user], average.pulse.at_ms)
        index = len(times) - 1
        start = average.pulse.at_ms - self.interval_ms
        area = span = 0.0
        while index > 0 and times[index] > start:
            length = times[index] - times[index - 1]
            left_ms, left = times[index - 1], rates[index - 1]
            if left_ms < start:
                left += (rates[index] - left) * (start - left_ms) / length
                length = times[index] - start
            area += (left + rates[index]) / 2 * length
            span += length
            index -= 1
        return area / span if span else rates[-1]

    def _stretch(self, person: Person, at_ms: int) -> tuple[Sequence[int], Sequence[float]]:
        """What counts toward an average at its time: since the last gap, without spikes."""
        times = person.times_ms
        end = begin = bisect_left(times, at_ms)
        held_ms = at_ms - self.interval_ms - BEFORE_MS
        while begin > 0 and times[begin] > held_ms:
            if times[begin] - times[begin - 1] > self.gap_ms:
                break
            begin -= 1
        held = times[begin : end + 1]
        steps_ms = [0, *(later - earlier for earlier, later in pairwise(held))]
        rates: Sequence[float] = person.heart_rates[begin : end + 1]
        tenths = [round(rate * 10) for rate in rates]
        if any(tenth / 10 != rate for tenth, rate in zip(tenths, rates, strict=True)):
            return held, without_spikes(steps_ms, rates, SPIKE)
        # In whole numbers, as windows are packed: 120.1 - 108.1 is less than 12.
        return held, [each / 10 for each in without_spikes(steps_ms, tenths, SPIKE * 10)]

    def songs_pushed(self) -> int:
        """Songs that reached clients."""
        return sum(len(person.pushes) for person in self.people.values())

    def songs_duplicated(self) -> int:
        """Pushes for a slot that had been filled already."""
        return sum(
            len(person.pushes) - len({(push.session, push.slot) for push, _ in person.pushes})
            for person in self.people.values()
        )

    def slots_unfilled(self) -> int:
        """Slots that fell due, by what was sent and received, and that no push has filled."""
        return sum(self._unfilled(person) for person in self.people.values() if person.listens)

    def _unfilled(self, person: Person) -> int:
        if not person.times_ms:
            return 0
        if not person.pushes:
            return 1
        slots = sorted(push.slot for push, _ in person.pushes)
        missing = slots[-1] + 1 - len(set(slots))
        ends_at_ms = max(push.ends_at_ms for push, _ in person.pushes)
        noticed_ms = ends_at_ms - self.lead_ms + self.emit_every_ms
        return missing + (person.times_ms[-1] >= noticed_ms)


def _asked_ms(person: Person, push: SongPush) -> int:
    return person.asked_ms.get((push.session, push.slot), push.why.at_ms)
