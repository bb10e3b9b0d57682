"""How many messages a person may send: a bucket that leaks, so that a flood is only theirs."""

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import Enum

DISORDER_MS = 5_000
"""By how much messages may arrive out of order; no flood is further beyond its patience."""


class Verdict(Enum):
    """What becomes of one message."""

    TAKEN = "taken"
    REFUSED = "refused"
    CLOSED = "closed"
    """Refused, as were `patience` before it, and not counted: nobody listens."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """`burst` messages at once, and one each `each_ms` from then on; what is refused counts too."""

    burst: int
    each_ms: int
    patience: int

    def judge(self, spent_ms: int, at_ms: int) -> tuple[Verdict, int]:
        """What becomes of a message that arrived at `at_ms`, and until when it is felt.

        `spent_ms` is until when those before it are, 0 for none; both epoch ms. Source: the generic
        cell rate algorithm, ITU-T I.371, which needs one number a person.
        """
        before_ms, spent_ms = spent_ms, (spent_ms if spent_ms > at_ms else at_ms) + self.each_ms
        burst_ms, patience_ms = self.burst * self.each_ms, self.patience * self.each_ms
        over_ms = spent_ms - at_ms - burst_ms
        if over_ms <= 0:
            return Verdict.TAKEN, spent_ms
        if over_ms <= patience_ms:
            return Verdict.REFUSED, spent_ms
        if over_ms > patience_ms + DISORDER_MS:  # delivered again, or a clock was set back
            return Verdict.TAKEN, before_ms
        return Verdict.CLOSED, before_ms


@dataclass(slots=True)
class Allowances:
    """An allowance for each of `people` at most, of whom the one not heard of for longest goes."""

    allowance: Allowance
    people: int = 10_000
    _spent_ms: OrderedDict[str, int] = field(default_factory=OrderedDict)

    def judge(self, user: str, at_ms: int) -> Verdict:
        """What becomes of a message of this person that arrived at `at_ms`."""
        verdict, spent_ms = self.allowance.judge(self._spent_ms.pop(user, 0), at_ms)
        if len(self._spent_ms) == self.people:
            self._spent_ms.popitem(last=False)
        self._spent_ms[user] = spent_ms
        return verdict

    def give_back(self, user: str) -> None:
        """A message that was taken comes again, through no fault of its sender."""
        if user in self._spent_ms:
            self._spent_ms[user] -= self.allowance.each_ms
