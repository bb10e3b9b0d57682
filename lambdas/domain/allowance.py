"""How many messages a person may send: a token bucket each, so that a flood is only theirs."""

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import Enum


class Verdict(Enum):
    """What becomes of one message."""

    TAKEN = "taken"
    REFUSED = "refused"
    CLOSED = "closed"
    """Refused, as were `patience` since all of the allowance was there: nobody listens."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_ms: int
    refused: int = 0


@dataclass(slots=True)
class Allowance:
    """`burst` messages at once and `per_second` from then on, for each of `people` at most.

    Beyond `people`, who was not heard of for longest is forgotten, and has all of it again.
    """

    burst: int
    per_second: float
    patience: int
    people: int = 10_000
    _buckets: OrderedDict[str, _Bucket] = field(default_factory=OrderedDict)

    def judge(self, user: str, at_ms: int) -> Verdict:
        """What becomes of a message that arrived at `at_ms`; messages may be out of order."""
        bucket = self._bucket(user, at_ms)
        elapsed_ms = at_ms - bucket.at_ms
        if elapsed_ms > 0:
            bucket.at_ms = at_ms
            bucket.tokens += elapsed_ms / 1000 * self.per_second
        if bucket.tokens >= self.burst:  # not at each token, or a flood would be forgiven by it
            bucket.tokens, bucket.refused = self.burst, 0
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return Verdict.TAKEN
        bucket.refused += 1
        if bucket.refused <= self.patience:
            return Verdict.REFUSED
        bucket.refused = 0
        return Verdict.CLOSED

    def _bucket(self, user: str, at_ms: int) -> _Bucket:
        """The newest of the buckets from now on."""
        if bucket := self._buckets.get(user):
            self._buckets.move_to_end(user)
            return bucket
        if len(self._buckets) == self.people:
            self._buckets.popitem(last=False)
        bucket = self._buckets[user] = _Bucket(self.burst, at_ms)
        return bucket

    def give_back(self, user: str) -> None:
        """A message that was taken comes again, through no fault of its sender."""
        if bucket := self._buckets.get(user):
            bucket.tokens = min(self.burst, bucket.tokens + 1)
