"""Which slots were asked for and filled, and when: songs counted from outside. Clocks in epoch ms.

A slot is a person and a number from 0 on; a crowd's people have one session each. Time to a song is
from the first request for its slot, as its stream took it, to the socket.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

Slot = tuple[int, int]


@dataclass(slots=True)
class Slots:
    """All slots; those asked for are kept in the order in which their requests were seen."""

    asked_ms: dict[Slot, int] = field(default_factory=dict)
    """By slot, when its first request was put."""
    filled_ms: dict[Slot, int] = field(default_factory=dict)
    ends_at_ms: dict[int, int] = field(default_factory=dict)
    """When the newest song of each person ends."""
    requests: int = 0
    _asked: list[Slot] = field(default_factory=list)
    _newest: deque[Slot] = field(default_factory=deque)

    def ask(self, person: int, slot: int, at_ms: int) -> None:
        """A request."""
        self.requests += 1
        key = person, slot
        known = self.asked_ms.get(key)
        if known is None:
            self._asked.append(key)
            self._newest.append(key)
        if known is None or at_ms < known:
            self.asked_ms[key] = at_ms

    def fill(self, person: int, slot: int, ends_at_ms: int, at_ms: int) -> None:
        """A song that arrived, perhaps not for the first time."""
        self.filled_ms.setdefault((person, slot), at_ms)
        self.ends_at_ms[person] = max(ends_at_ms, self.ends_at_ms.get(person, 0))

    @property
    def seen(self) -> int:
        """How many slots were asked for, to be given to `waits` and `unfilled`."""
        return len(self._asked)

    def waits(self, since: int, now_ms: int) -> list[int]:
        """Of the slots from the `since`th on, milliseconds to the song, or until now."""
        return self._waits(self._asked[since:], now_ms)

    def recent(self, since_ms: int, now_ms: int) -> list[int]:
        """The same of slots asked for since then; what is older is not told again."""
        while self._newest and self.asked_ms[self._newest[0]] < since_ms:
            self._newest.popleft()
        return self._waits(self._newest, now_ms)

    def _waits(self, slots: Iterable[Slot], now_ms: int) -> list[int]:
        return [self.filled_ms.get(slot, now_ms) - self.asked_ms[slot] for slot in slots]

    def unfilled(self, since: int, until_ms: int) -> int:
        """Slots from the `since`th on that were asked for by then, and have no song."""
        return sum(
            slot not in self.filled_ms and self.asked_ms[slot] <= until_ms
            for slot in self._asked[since:]
        )
