"""The strap that is made up, and what the page does with its beats."""

import re
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from playwright.sync_api import Page, expect

from benchmarks import strap as made_up

SOON_MS = 30_000
STRAP = made_up.STRAP
NO_STORAGE = """
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
  Object.defineProperty(window, name, {
    get: () => { throw new DOMException("Access is denied for this document.", "SecurityError"); },
  });
}
"""
SOCKETS = """
const RealSocket = WebSocket;
window.sockets = [];
window.sent = [];
window.WebSocket = class extends RealSocket {
  constructor(url) { super(url); window.sockets.push(this); }
  send(text) {
    if (window.inTunnel) return;
    window.sent.push(JSON.parse(text));
    super.send(text);
  }
};
"""
"""What the page sends, in `window.sent`; nothing arrives while `window.inTunnel`."""


def note(page: Page) -> Any:
    """What the page says of where the heart rate comes from."""
    return expect(page.get_by_test_id("source-note"))


def sent_times(page: Page) -> list[int]:
    """Epoch milliseconds of the samples that the page put on a socket, in the order it did."""
    sent = page.evaluate("window.sent.filter((each) => each.action === 'heartrate')")
    return [at_ms for message in sent for at_ms, _ in message["samples"]]


def wait_until(page: Page, came: Callable[[], object], timeout_ms: int = SOON_MS) -> None:
    """Polls from here: the page's policy forbids Playwright's own waiting for a function."""
    deadline = time.monotonic() + timeout_ms / 1000
    while not came():
        assert time.monotonic() < deadline
        page.wait_for_timeout(200)


def press(page: Page, name: str) -> None:
    """Presses a button as soon as it may be."""
    button = page.get_by_role("button", name=name, exact=True)
    expect(button).to_have_attribute("aria-disabled", "false", timeout=SOON_MS)
    button.click()


def put_on(page: Page) -> None:
    """The strap is chosen and sends every second; not so evenly that the page sends seldom."""
    press(page, "Use my heart-rate strap")
    note(page).to_have_text("Connected to Made Strap.", timeout=SOON_MS)
    page.evaluate("window.strap.beats(128, 6)")


def put_on_until_averaged(page: Page) -> None:
    """The strap sends, and the server has averaged it and chosen the first song."""
    put_on(page)
    expect(page.get_by_test_id("average")).to_have_text(re.compile(r"^1[23]\d$"), timeout=SOON_MS)
    expect(page.get_by_test_id("playing")).to_have_attribute("data-slot", "0", timeout=SOON_MS)


def beat_on(page: Page, milliseconds: int) -> None:
    """The strap goes on for a while, by the page's own clock."""
    until_ms = page.evaluate("Date.now()") + milliseconds
    wait_until(page, lambda: page.evaluate("Date.now()") >= until_ms)


def holes(times_ms: list[int]) -> list[tuple[int, int]]:
    """Between which samples more than a second is missing; a timer may drift over one."""
    seconds = sorted({at_ms // 1000 for at_ms in times_ms})
    return [(before, after) for before, after in pairwise(seconds) if after - before > 2]


def skip_at_once(page: Page) -> None:
    """Presses twice: after the first press a skip can be taken back for a while."""
    page.get_by_role("button", name="Skip").dblclick()
