"""The page with a heart-rate strap that is made up at `navigator.bluetooth`, or with none."""

import re
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage

SOON_MS = 30_000
STRAP = """
(() => {
  const characteristic = Object.assign(new EventTarget(), {
    startNotifications: async () => undefined,
  });
  const getCharacteristic = async () => characteristic;
  const device = Object.assign(new EventTarget(), {
    name: "Made Strap",
    connects: 0,
    far: false,
    gatt: {
      connect: async () => {
        device.connects += 1;
        if (device.far) throw new Error("Out of reach.");
        return { getPrimaryService: async () => ({ getCharacteristic }) };
      },
      disconnect: () => undefined,
    },
  });
  window.strap = {
    device,
    sends: (...bytes) => {
      characteristic.value = new DataView(new Uint8Array(bytes).buffer);
      characteristic.dispatchEvent(new Event("characteristicvaluechanged"));
    },
    beats: (heartRate) => {
      window.strap.beating = setInterval(() => window.strap.sends(0x10, heartRate, 0, 2), 1000);
    },
    goes: () => {
      device.far = true;
      device.dispatchEvent(new Event("gattserverdisconnected"));
    },
  };
  const requestDevice = async () => device;
  Object.defineProperty(navigator, "bluetooth", { value: { requestDevice } });
})()
"""
NO_BLUETOOTH = 'Object.defineProperty(navigator, "bluetooth", { value: undefined })'
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


def note(page: Page) -> Any:
    return expect(page.get_by_test_id("source-note"))


def sent_times(page: Page) -> list[int]:
    sent = page.evaluate("window.sent.filter((each) => each.action === 'heartrate')")
    return [at_ms for message in sent for at_ms, _ in message["samples"]]


def wait_until(page: Page, came: Callable[[], bool]) -> None:
    """Polls from here: the page's policy forbids Playwright's own waiting for a function."""
    deadline = time.monotonic() + SOON_MS / 1000
    while not came():
        assert time.monotonic() < deadline
        page.wait_for_timeout(200)


def press(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name)
    expect(button).to_have_attribute("aria-disabled", "false", timeout=SOON_MS)
    button.click()


def test_a_strap_brings_a_heart_rate_a_session_and_a_song(open_page: OpenPage) -> None:
    with open_page("athlete-with-a-strap") as page:
        page.add_init_script(STRAP + SOCKETS)
        page.reload()
        press(page, "Use my heart-rate strap")
        note(page).to_have_text("Connected to Made Strap.")
        page.evaluate("window.strap.beats(131)")
        expect(page.get_by_test_id("heart-rate")).to_have_text("131")
        expect(page.get_by_test_id("freshness")).to_have_text("live")
        expect(page.get_by_test_id("average")).to_have_text("131", timeout=SOON_MS)
        expect(page.get_by_test_id("playing")).to_have_attribute("data-slot", "0", timeout=SOON_MS)

        page.evaluate("window.strap.goes()")
        note(page).to_have_text(re.compile("was lost"))
        page.evaluate("window.strap.device.far = false")
        note(page).to_have_text("Connected to Made Strap.", timeout=SOON_MS)
        assert page.evaluate("window.strap.device.connects") > 1
        page.evaluate("clearInterval(window.strap.beating)")
        page.evaluate("window.strap.sends(0x01, 0x48)")
        note(page).to_have_text(re.compile("cut short"))
        starts = page.evaluate("window.sent.filter((each) => each.action === 'start')")
        assert len(starts) == 1
        assert starts[0]["at_ms"] == sent_times(page)[0]


def test_samples_survive_a_connection_that_breaks(open_page: OpenPage) -> None:
    with open_page("athlete-in-a-tunnel") as page:
        page.add_init_script(STRAP + SOCKETS)
        page.reload()
        press(page, "Use my heart-rate strap")
        note(page).to_have_text("Connected to Made Strap.")
        page.evaluate("window.strap.beats(131)")
        expect(page.get_by_test_id("average")).to_have_text("131", timeout=SOON_MS)
        page.evaluate("window.inTunnel = true")
        page.wait_for_timeout(7_000)  # a batch is sent every five seconds, so one is lost
        page.evaluate("window.sockets.at(-1).close(); window.inTunnel = false")
        back_ms = page.evaluate("Date.now()") + 2_000
        wait_until(page, lambda: sent_times(page)[-1] > back_ms)
        assert page.evaluate("window.sockets.length") > 1
        seconds = sorted({at_ms // 1000 for at_ms in sent_times(page)})
        assert all(after - before <= 2 for before, after in pairwise(seconds))


def test_who_has_no_strap_may_try_a_made_up_heart(open_page: OpenPage) -> None:
    with open_page("athlete-without-a-strap") as page:
        page.add_init_script(NO_BLUETOOTH)
        page.reload()
        press(page, "Use my heart-rate strap")
        note(page).to_have_text(re.compile("it has no Web Bluetooth"))
        press(page, "Try it without a strap")
        expect(page.get_by_test_id("freshness")).to_have_text("live")
        expect(page.get_by_test_id("playing")).to_have_attribute("data-slot", "0", timeout=SOON_MS)
        press(page, "Stop the made-up heart")
        expect(page.get_by_test_id("freshness")).to_have_text(
            re.compile(r"^no heart rate for \d+ s$"), timeout=SOON_MS
        )
