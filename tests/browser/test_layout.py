"""Text that is longer than anybody thought of, and parts that are opened: all has its place."""

import json
import re
from typing import Any

from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from local.launcher import Cloud
from simulator.athletes import user_name
from tests.browser.conftest import opened

SOON_MS = 60_000
LONG = "Donaudampfschifffahrtsgesellschaftskapitaen and the Night That Would Not End (Extended Mix)"
OVERPRINTS = """async (within) => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame().then(frame); // what was never drawn has no size of its own yet
  const isText = (node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== "";
  const unseen = ".unseen, [aria-hidden=true], option";
  const seen = [...document.querySelectorAll(`${within} *`)].filter((it) =>
    [...it.childNodes].some(isText) && it.checkVisibility() && !it.closest(unseen)
    && getComputedStyle(it).clipPath === "none" && !it.closest(".head"));
  const clipped = (it, line) => {
    let { left, top, right, bottom } = line;
    for (let each = it; each; each = each.parentElement) {
      const { overflow, contentVisibility } = getComputedStyle(each);
      if (overflow === "visible" && contentVisibility === "visible") continue;
      const clip = each.getBoundingClientRect();
      [left, top] = [Math.max(left, clip.left), Math.max(top, clip.top)];
      [right, bottom] = [Math.min(right, clip.right), Math.min(bottom, clip.bottom)];
    }
    return { left, top, right, bottom };
  };
  const linesOf = (it) => [...it.getClientRects()].map((line) => clipped(it, line));
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
  const found = [];
  for (const [index, one] of seen.entries()) {
    for (const other of seen.slice(index + 1)) {
      if (one.contains(other) || other.contains(one)) continue;
      const lines = linesOf(other);
      if (linesOf(one).some((a) => lines.some((b) => meet(a, b)))) {
        found.push(`${one.textContent} | ${other.textContent}`);
      }
    }
  }
  return found;
}"""
OF_HEIGHT = """(height) => {
  for (const tile of document.querySelectorAll(".tile")) tile.style.height = height;
}"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LARGEST_GAP = """(within) => {
  const boxes = [...document.querySelectorAll(`${within} *`)]
    .filter((it) => it.checkVisibility() && it.childElementCount === 0)
    .map((it) => it.getBoundingClientRect())
    .filter(({ width, height }) => width > 0 && height > 0)
    .sort((one, other) => one.top - other.top);
  let [gap, until] = [0, boxes[0].top];
  for (const { top, bottom } of boxes) {
    gap = Math.max(gap, top - until);
    until = Math.max(until, bottom);
  }
  return gap;
}"""


def with_long_text(page: Page) -> None:
    """Every title and artist that the server tells from now on is long."""

    def renamed(told: Any) -> Any:
        if isinstance(told, list):
            return [renamed(each) for each in told]
        if not isinstance(told, dict):
            return told
        long = {"title": LONG, "artist": LONG}
        return {name: long.get(name, renamed(value)) for name, value in told.items()}

    def route(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda message: socket.send(json.dumps(renamed(json.loads(message)))))

    page.route_web_socket(re.compile("^ws:"), route)
    page.reload()


def test_long_titles_stand_on_no_other_text(browser: Browser, cloud: Cloud) -> None:
    address = f"{cloud.addresses.page_url}/?user={user_name(1)}"
    with opened(browser, address, viewport={"width": 390, "height": 844}) as page:
        with_long_text(page)
        expect(page.get_by_test_id("playing-title")).to_have_text(LONG, timeout=SOON_MS)
        expect(page.get_by_test_id("fit")).to_be_visible(timeout=SOON_MS)
        for width, height in [(390, 844), (320, 640), (844, 390), (1280, 800)]:
            page.set_viewport_size({"width": width, "height": height})
            for part in (".heart", ".now-playing", ".sheet"):
                assert page.evaluate(OVERPRINTS, part) == [], (width, part)
            assert page.evaluate(WIDER) <= 0


def test_long_titles_stand_on_no_other_text_of_a_wall(browser: Browser, cloud: Cloud) -> None:
    address = f"{cloud.addresses.page_url}/?floor=demo"
    with opened(browser, address, viewport={"width": 390, "height": 844}) as page:
        with_long_text(page)
        expect(page.locator(".tile .title").first).to_have_text(LONG, timeout=SOON_MS)
        for width, height in [(390, 844), (1280, 800), (1920, 1080)]:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate(OVERPRINTS, ".tiles") == [], width
            assert page.evaluate(WIDER) <= 0
            page.evaluate(OF_HEIGHT, "9rem")  # less than they need
            assert page.evaluate(OVERPRINTS, ".tiles") == [], width
            page.evaluate(OF_HEIGHT, "")


def test_more_ways_leave_no_empty_space_where_they_open(browser: Browser, cloud: Cloud) -> None:
    address = f"{cloud.addresses.page_url}/?user=nobody-with-more-ways"
    with opened(browser, address) as page:
        page.get_by_text("More ways").click()
        for width, height in [(390, 844), (844, 390), (1280, 800), (1920, 1080)]:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate(LARGEST_GAP, ".sheet") < 120, width
