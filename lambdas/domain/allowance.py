"""How many messages a person may send: a bucket that leaks, so that a flood is only theirs."""

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import Enum

DISORDER_MS = 5_000
"""By how much messages may arrive out of order; beyond that, a clock was set back."""


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

    def judge(self, felt_ms: int, newest_ms: int, at_ms: int) -> tuple[Verdict, int, int]:
        """What becomes of a message that arrived at `at_ms`; with what is felt then, and when.

        `felt_ms` is for how long those before it are felt from the arrival of the newest on, which
        is `newest_ms`; 0 and 0 for none. Times are epoch ms. By a clock that was set back all goes
        on from there. Source: the continuous-state leaky bucket algorithm, ITU-T I.371.
        """
        if newest_ms - DISORDER_MS <= at_ms < newest_ms:
            at_ms = newest_ms
        if at_ms > newest_ms:
            felt_ms = max(0, felt_ms - at_ms + newest_ms)
        over_ms = felt_ms + self.each_ms - self.burst * self.each_ms
        if over_ms > self.patience * self.each_ms:
            return Verdict.CLOSED, felt_ms, at_ms
        verdict = Verdict.REFUSED if over_ms > 0 else Verdict.TAKEN
        return verdict, felt_ms + self.each_ms, at_ms


@dataclass(slots=True)
class Allowances:
    """An allowance for each of `people` at most, of whom the one not heard of for longest goes."""

    allowance: Allowance
    people: int = 10_000
    _felt_ms: OrderedDict[str, tuple[int, int]] = field(default_factory=OrderedDict)
    """With when the newest message of each person arrived."""

    def judge(self, user: str, at_ms: int) -> Verdict:
        """What becomes of a message of this person that arrived at `at_ms`."""
        before_ms = self._felt_ms.pop(user, (0, 0))
        verdict, felt_ms, newest_ms = self.allowance.judge(*before_ms, at_ms)
        if len(self._felt_ms) == self.people:
            self._felt_ms.popitem(last=False)
        self._felt_ms[user] = felt_ms, newest_ms
        return verdict

    def give_back(self, user: str) -> None:
        """A message that was taken comes again, through no fault of its sender."""
        if user in self._felt_ms:
            felt_ms, newest_ms = self._felt_ms[user]
            self._felt_ms[user] = max(0, felt_ms - self.allowance.each_ms), newest_ms
