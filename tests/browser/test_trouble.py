"""Trouble around the page: unreadable messages, forbidden storage, the end of two hours."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from redis import Redis

from local.launcher import Cloud
from local.project import PROJECT
from tests.browser.conftest import opened
from tests.browser.counting import assert_nothing_is_lost
from tests.browser.strap import (
    NO_STORAGE,
    SOCKETS,
    SOON_MS,
    STRAP,
    beat_on,
    put_on,
    put_on_until_averaged,
    skip_at_once,
    wait_until,
)
from tests.target import unique_user

SONG: dict[str, Any] = json.loads((PROJECT / "events" / "examples" / "song.json").read_text())
FULL_STORAGE = """
const full = () => {
  throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
};
Storage.prototype.setItem = full;
IDBObjectStore.prototype.put = full;
IDBObjectStore.prototype.add = full;
"""
HOURS_IN_SECONDS = """
const slowTimeout = window.setTimeout;
window.setTimeout = (act, wait_ms, ...rest) =>
  slowTimeout(act, wait_ms > 3_600_000 ? wait_ms / 1000 : wait_ms, ...rest);
const CountedSocket = WebSocket;
window.open_sockets = [];
window.WebSocket = class extends CountedSocket {
  constructor(url) {
    super(url);
    const count = (text) => {
      const open = window.sockets.filter((socket) => socket.readyState === WebSocket.OPEN);
      window.open_sockets.push([text, open.length]);
    };
    this.addEventListener("open", () => count("opened"));
    this.addEventListener("close", () => count("closed"));
  }
};
"""
"""A wait of hours takes seconds; and how many sockets are open whenever one opens or closes."""
FIVE_MORE = """async () => {
  const [{ url }] = window.sockets;
  for (let count = 0; count < 5; count += 1) {
    const socket = new WebSocket(url);
    await new Promise((done) => socket.addEventListener("open", done));
  }
}"""
"""Opens five more connections of the same person, one after another."""
BACK_IN_SIGHT = """
document.dispatchEvent(new Event("visibilitychange"));
for (const name of ["focus", "pageshow", "online"]) window.dispatchEvent(new Event(name));
"""

NONSENSE = {
    json.dumps(SONG | {"song": SONG["song"] | {"tempo": None}}): "tempo",
    json.dumps({key: value for key, value in SONG.items() if key != "song"}): "song",
    "<html>no JSON</html>": "JSON",
    '{"type":"surprise"}': "surprise",
}
"""What a server may send by mistake, and what the sentence about it names."""


def test_messages_that_cannot_be_read_cost_a_sentence_and_nothing_else(
    browser: Browser, cloud: Cloud
) -> None:
    user = "athlete-told-nonsense"
    with opened(browser, address_of(cloud, user), STRAP + SOCKETS) as page:
        put_on_until_averaged(page)
        for text, name in NONSENSE.items():
            tell(cloud, user, text)
            expect(page.get_by_role("alert")).to_contain_text(name, timeout=SOON_MS)
        expect(page.get_by_text("Connected", exact=True)).to_be_visible()
        assert len(page.evaluate("window.sockets")) == 1
        assert_goes_on(page, cloud, user)


@pytest.mark.parametrize("trouble", [NO_STORAGE, FULL_STORAGE], ids=["forbidden", "full"])
def test_a_browser_that_keeps_nothing_loses_nothing_while_the_page_is_open(
    browser: Browser, cloud: Cloud, trouble: str
) -> None:
    user = unique_user()
    with opened(browser, address_of(cloud, user), trouble, STRAP + SOCKETS) as page:
        put_on_until_averaged(page)
        expect(page.get_by_text("This browser keeps nothing for this page")).to_be_visible(
            timeout=SOON_MS
        )
        assert_goes_on(page, cloud, user)


def test_the_connection_is_renewed_before_its_two_hours_end_without_a_hole(
    browser: Browser, cloud: Cloud
) -> None:
    user = "athlete-of-two-hours"
    with opened(browser, address_of(cloud, user), STRAP + SOCKETS + HOURS_IN_SECONDS) as page:
        put_on(page)
        wait_until(page, lambda: len(page.evaluate("window.open_sockets")) >= 3)
        happened = page.evaluate("window.open_sockets")
        assert happened[:3] == [["opened", 1], ["opened", 2], ["closed", 1]]
        assert_goes_on(page, cloud, user)


def test_a_page_whose_place_newer_ones_took_says_why_and_returns_at_a_press_without_a_hole(
    browser: Browser, cloud: Cloud
) -> None:
    user = unique_user()
    with opened(browser, address_of(cloud, user), STRAP + SOCKETS) as page:
        put_on_until_averaged(page)
        page.evaluate(FIVE_MORE)
        button = page.get_by_role("button", name="Use TempoFit here")
        expect(button).to_be_visible(timeout=SOON_MS)
        expect(page.get_by_text("TempoFit is open in too many other places")).to_be_visible()
        expect(page.locator(".connection")).to_have_text("Not connected")
        page.evaluate(BACK_IN_SIGHT)
        beat_on(page, 3_000)
        assert open_sockets(page) == [False, *[True] * 5]

        button.click()
        expect(page.get_by_text("Connected", exact=True)).to_be_visible(timeout=SOON_MS)
        expect(button).to_be_hidden()
        wait_until(page, lambda: open_sockets(page) == [False, False, *[True] * 5])
        assert_goes_on(page, cloud, user)


def open_sockets(page: Page) -> list[bool]:
    """Which of the sockets are open, in the order in which they were made."""
    open_ones: list[bool] = page.evaluate("window.sockets.map((each) => each.readyState === 1)")
    return open_ones


def assert_goes_on(page: Page, cloud: Cloud, user: str) -> None:
    """What is measured arrives, each second once, and a skip brings another song."""
    assert_nothing_is_lost(page, cloud, user)
    playing = page.get_by_test_id("playing")
    slot = int(playing.get_attribute("data-slot", timeout=SOON_MS) or -1)
    skip_at_once(page)
    expect(playing).to_have_attribute("data-slot", str(slot + 1), timeout=SOON_MS)


def address_of(cloud: Cloud, user: str) -> str:
    return f"{cloud.addresses.page_url}/?user={user}"


def tell(cloud: Cloud, user: str, text: str) -> None:
    """Posts to everybody who watches `user`, as a function would."""
    with Redis.from_url(cloud.addresses.redis_url) as redis:
        members: Any = redis.zrange(f"connections:{user}", 0, -1)
    management = cloud.client("apigatewaymanagementapi")
    for member in members:
        try:
            management.post_to_connection(ConnectionId=member.decode(), Data=text.encode())
        except management.exceptions.GoneException:
            continue  # a page that an earlier test closed
