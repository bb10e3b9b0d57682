"""The page without a network: it opens, says so, and connects again; and it can be installed."""

import json
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, expect

from local.project import PROJECT
from simulator.athletes import user_name
from tests.browser.conftest import OpenPage
from tests.browser.strap import SOCKETS, STRAP, press, wait_until
from tests.browser.test_login import Issuer, issuer, page_origin

__all__ = ["issuer"]
SOON_MS = 30_000
DIST = PROJECT / "frontend" / "dist"
CONTROLLED = "() => navigator.serviceWorker.controller !== null"
KEPT = """async () => {
  const paths = [];
  for (const name of await caches.keys())
    for (const { url } of await (await caches.open(name)).keys())
      paths.push(new URL(url).pathname + new URL(url).search);
  return paths;
}"""

LOADS = """(path) => new Promise((resolve) => {
  const element = new Audio(path);
  element.oncanplaythrough = () => resolve(true);
  element.onerror = () => resolve(false);
})"""


def wait_for_worker(page: Page) -> None:
    wait_until(page, lambda: bool(page.evaluate(CONTROLLED)))


def lose_network(page: Page) -> None:
    """A socket to this machine would outlive the network, so it is closed."""
    page.context.set_offline(True)
    page.evaluate("window.sockets.at(-1).close()")


def test_the_page_opens_without_a_network_and_connects_when_it_is_back(
    open_page: OpenPage,
) -> None:
    with open_page(user_name(1)) as page:
        wait_for_worker(page)
        wait_until(page, lambda: "/silence.wav" in page.evaluate(KEPT))
        kept = page.evaluate(KEPT)
        assert {"/", "/config.json", "/manifest.webmanifest"} <= set(kept)
        assert not [path for path in kept if "token" in path or "user=" in path]

        page.context.set_offline(True)
        page.reload()
        note = page.get_by_test_id("no-network")
        expect(note).to_contain_text("No network: ", timeout=SOON_MS)
        assert page.evaluate(LOADS, "/silence.wav"), "the system's keys need it"
        expect(page.get_by_text("No network", exact=True)).to_be_visible()
        expect(page.get_by_role("combobox", name="Athlete")).to_have_value(user_name(1))

        page.context.set_offline(False)
        expect(page.get_by_text("Connected", exact=True)).to_be_visible(timeout=SOON_MS)
        expect(page.get_by_test_id("freshness")).to_have_text("live", timeout=SOON_MS)
        expect(note).to_be_empty()


def test_what_is_loaded_at_a_press_is_there_without_a_network(open_page: OpenPage) -> None:
    with open_page("athlete-who-looks-later") as page:
        page.add_init_script(SOCKETS)
        page.reload()
        wait_for_worker(page)
        parts = {f"/assets/{path.name}" for path in (DIST / "assets").iterdir()}
        wait_until(page, lambda: parts <= set(page.evaluate(KEPT)))
        press(page, "Start")
        expect(page.get_by_test_id("playing")).to_have_attribute("data-slot", "0", timeout=SOON_MS)

        lose_network(page)
        page.get_by_text("How songs are chosen").click()
        expect(page.get_by_role("button", name="Pulse")).to_be_visible(timeout=SOON_MS)
        press(page, "End the workout")
        press(page, "End it")
        expect(page.get_by_role("heading", name="Time in each zone")).to_be_visible(timeout=SOON_MS)


def test_a_strap_goes_on_without_a_network_and_its_heart_rate_is_sent_later(
    open_page: OpenPage,
) -> None:
    with open_page("athlete-in-a-cellar") as page:
        page.add_init_script(STRAP + SOCKETS)
        page.reload()
        press(page, "Use my heart-rate strap")
        expect(page.get_by_test_id("source-note")).to_have_text("Connected to Made Strap.")
        page.evaluate("window.strap.beats(127)")
        expect(page.get_by_test_id("average")).to_have_text("127", timeout=SOON_MS)

        lose_network(page)
        gone_ms = page.evaluate("Date.now()")
        expect(page.get_by_test_id("no-network")).to_contain_text("kept and sent later")
        page.evaluate("clearInterval(window.strap.beating); window.strap.beats(151)")
        expect(page.get_by_test_id("heart-rate")).to_have_text("151", timeout=SOON_MS)
        wait_until(page, lambda: page.evaluate("Date.now()") > gone_ms + 4_000)

        page.context.set_offline(False)
        wait_until(page, lambda: any(gone_ms < at < gone_ms + 4_000 for at in sent_at(page, 151)))
        expect(page.get_by_test_id("no-network")).to_be_empty()


def test_a_browser_finds_nothing_that_keeps_it_from_being_installed(open_page: OpenPage) -> None:
    with open_page(user_name(2)) as page:
        wait_for_worker(page)
        devtools = page.context.new_cdp_session(page)
        assert installability(devtools) == []
        told = devtools.send("Page.getAppManifest")
        assert told["errors"] == []
        manifest = json.loads(told["data"])
        assert (manifest["short_name"], manifest["display"]) == ("TempoFit", "standalone")
        for icon in manifest["icons"]:
            assert page.evaluate(SIZE, icon["src"]) in (icon["sizes"], "any", "150x150"), icon


SIZE = """async (src) => {
  const image = new Image();
  image.src = src;
  await image.decode();
  return src.endsWith(".svg") ? "any" : `${image.naturalWidth}x${image.naturalHeight}`;
}"""


def installability(devtools: CDPSession) -> list[dict[str, Any]]:
    errors: list[dict[str, Any]] = devtools.send("Page.getInstallabilityErrors")[
        "installabilityErrors"
    ]
    # A context of its own, as tests have it, is a private window, where nothing is installed.
    return [error for error in errors if error["errorId"] != "in-incognito"]


def sent_at(page: Page, heart_rate: int) -> list[int]:
    sent = page.evaluate("window.sent.filter((each) => each.action === 'heartrate')")
    return [at for message in sent for at, rate in message["samples"] if rate == heart_rate]


def test_who_is_not_signed_in_is_told_that_this_needs_a_network(
    browser: Browser, issuer: Issuer
) -> None:
    with page_origin(issuer) as url:
        context = browser.new_context(locale="en-US")
        page = context.new_page()
        page.goto(url)
        expect(page.get_by_text("Connected", exact=True)).to_be_visible(timeout=SOON_MS)
        wait_for_worker(page)
        assert not [path for path in page.evaluate(KEPT) if "code=" in path or "state=" in path]

        page.evaluate("sessionStorage.clear()")
        context.set_offline(True)
        page.goto(url)
        expect(page.get_by_text("signing in needs one")).to_be_visible(timeout=SOON_MS)
        context.set_offline(False)
        expect(page.get_by_text("Connected", exact=True)).to_be_visible(timeout=SOON_MS)
        assert issuer.refused == []
        context.close()
