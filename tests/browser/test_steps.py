"""Steps as the tempo: a phone's motion sensor, as the page reads and tells it."""

import re
from typing import Any

from playwright.sync_api import Browser, Page, expect

from local.launcher import Cloud
from tests.browser.conftest import opened
from tests.browser.strap import SOCKETS, press, wait_until

SOON_MS = 60_000
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}
RUNS = """(cadence) => {
  clearInterval(window.running);
  window.running = setInterval(() => {
    const steps = 2 * Math.PI * (cadence / 60) * (performance.now() / 1000);
    const y = 9.81 + 7 * Math.sin(steps) + 5 * Math.sin(steps / 2);
    const moved = { accelerationIncludingGravity: { x: 0.5, y, z: 0.5 } };
    window.dispatchEvent(new DeviceMotionEvent("devicemotion", moved));
  }, 20);
}"""
ASKS = """
DeviceMotionEvent.requestPermission = () => {
  window.asked = (window.asked ?? 0) + 1;
  return Promise.resolve(window.answer ?? "granted");
};
"""


def cadences(page: Page) -> list[float]:
    """What the page told the server, in its order."""
    changes = page.evaluate("window.sent.filter(({ action }) => action === 'change')")
    return [change["settings"]["cadence"] for change in changes]


def choose_cadence(page: Page) -> None:
    press(page, "Start")
    expect(page.get_by_test_id("playing")).to_have_attribute("data-slot", "0", timeout=SOON_MS)
    page.get_by_text("How songs are chosen").click()
    page.get_by_role("button", name="Cadence The tempo").click()


def test_the_steps_of_a_phone_are_the_tempo_and_are_told_once(
    browser: Browser, cloud: Cloud
) -> None:
    address = f"{cloud.addresses.page_url}/?user=athlete-with-steps"
    with opened(browser, address, SOCKETS, ASKS, **PHONE) as page:
        choose_cadence(page)
        assert page.evaluate("window.asked") is None, "asked when it is chosen, not before"
        page.get_by_role("button", name="Count my steps").click()
        page.evaluate(RUNS, 168)
        expect(page.get_by_test_id("steps")).to_have_text(
            re.compile(r"^16[78] steps a minute|^169 steps a minute"), timeout=SOON_MS
        )
        expect(page.get_by_test_id("settings")).to_have_text(
            re.compile(r"^Cadence, 16[789]\."), timeout=SOON_MS
        )
        assert page.evaluate("window.asked") == 1
        wait_until(page, lambda: len(cadences(page)) == 1)
        page.get_by_role("button", name="Stop counting").click()


def test_who_refuses_the_sensor_is_told_what_to_do(browser: Browser, cloud: Cloud) -> None:
    address = f"{cloud.addresses.page_url}/?user=athlete-who-refuses"
    with opened(browser, address, SOCKETS, ASKS, "window.answer = 'denied'", **PHONE) as page:
        choose_cadence(page)
        page.get_by_role("button", name="Count my steps").click()
        expect(page.get_by_test_id("steps")).to_contain_text("may not read the motion sensor")
        page.get_by_label("Steps or turns a minute").fill("85")
        press(page, "Follow")
        expect(page.get_by_test_id("settings")).to_contain_text("Cadence, 85.", timeout=SOON_MS)


def test_a_device_without_a_sensor_says_so(browser: Browser, cloud: Cloud) -> None:
    address = f"{cloud.addresses.page_url}/?user=athlete-without-a-sensor"
    with opened(browser, address, ASKS, **PHONE) as page:
        choose_cadence(page)
        page.get_by_role("button", name="Count my steps").click()
        expect(page.get_by_test_id("steps")).to_contain_text("no motion sensor", timeout=SOON_MS)
