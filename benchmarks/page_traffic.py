"""What pages send and are sent over their WebSockets, counted in their browser by kind."""

import time
from collections import defaultdict

import msgspec
from msgspec import Struct
from playwright.sync_api import Page, WebSocket

Counts = defaultdict[str, list[int]]
"""Messages and their bytes, by kind."""
SECONDS_OF_AN_HOUR = 3600


class Asked(Struct, frozen=True):
    """What one page sent and was sent: by kind, messages and bytes, as many as in an hour.

    What comes once a workout, such as `start`, counts here as if one lasted `minutes`.
    """

    minutes: float
    sent: dict[str, tuple[float, float]]
    """By `action`."""
    received: dict[str, tuple[float, float]]
    """By `type`; what the gateway itself refuses has none, and is `refused`."""


class Traffic:
    """Counts what a page that is yet to be loaded sends and is sent."""

    def __init__(self, page: Page) -> None:
        self.sent: Counts = defaultdict(lambda: [0, 0])
        self.received: Counts = defaultdict(lambda: [0, 0])
        self._begun = time.monotonic()
        page.on("websocket", self._listen)

    def asked(self) -> Asked:
        """What was counted, for an hour."""
        seconds = time.monotonic() - self._begun
        sent, received = (_hourly(counts, seconds) for counts in (self.sent, self.received))
        return Asked(round(seconds / 60, 1), sent, received)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda text: _count(self.sent, "action", text))
        socket.on("framereceived", lambda text: _count(self.received, "type", text))


def _count(counts: Counts, tag: str, text: str | bytes) -> None:
    count = counts[msgspec.json.decode(text).get(tag, "refused")]
    count[0] += 1
    count[1] += len(text.encode() if isinstance(text, str) else text)


def _hourly(counts: Counts, seconds: float) -> dict[str, tuple[float, float]]:
    hour = SECONDS_OF_AN_HOUR / seconds
    return {
        kind: (round(messages * hour, 1), round(size * hour))
        for kind, (messages, size) in sorted(counts.items())
    }
