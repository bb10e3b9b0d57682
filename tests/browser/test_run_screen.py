"""The first minute, and what is seen and pressed at a run, on screens of every size."""

import re
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, expect

from local.launcher import Cloud
from simulator.athletes import user_name
from tests.browser.conftest import OpenPage, opened
from tests.browser.strap import SOON_MS, press, wait_until
from tests.browser.test_sound import LISTEN
from tests.browser.test_sound import wait_until as wait_until_heard

SIZES = [(390, 844), (320, 640), (844, 390), (768, 1024), (1280, 800), (1920, 1080)]
AT_A_RUN = ["heart-rate", "zone", "elapsed", "playing-title", "heard", "fit", "next"]
BUTTONS = {"Like": 64, "Play the music": 88, "Skip": 64}
SIZE_OF_FIGURES = "(it) => parseFloat(getComputedStyle(it).fontSize)"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_one_press_starts_a_heart_and_the_music_and_the_tempo_follows_the_slider(
    open_page: OpenPage,
) -> None:
    with open_page("athlete-at-the-start") as page:
        page.evaluate(LISTEN)
        press(page, "Start")
        wait_until_heard(page, sounds=True)
        expect(page.get_by_role("button", name="Pause")).to_be_focused()
        expect(page.get_by_test_id("playing")).to_have_attribute("data-slot", "0", timeout=SOON_MS)
        expect(page.get_by_role("button", name="Pause")).to_be_visible()
        page.get_by_label("Drag the heart").fill("160")
        expect(page.get_by_test_id("heart-rate")).to_have_text("160", timeout=SOON_MS)
        wait_until(page, lambda: abs(heard(page) - 160) <= 3)
        expect(page.get_by_test_id("fit")).to_have_text(re.compile("^Fits"))


def heard(page: Page) -> int:
    return int(re.sub(r"\D", "", page.get_by_test_id("heard").inner_text()) or 0)


def test_a_made_up_heart_outlives_a_reload_and_is_no_other_device(open_page: OpenPage) -> None:
    with open_page("athlete-who-reloads") as page:
        press(page, "Start")
        expect(page.get_by_test_id("average")).to_be_visible(timeout=SOON_MS)
        page.reload()
        expect(page.get_by_role("button", name="Stop the made-up heart")).to_be_visible(
            timeout=SOON_MS
        )
        expect(page.get_by_test_id("freshness")).to_have_text("live", timeout=SOON_MS)
        press(page, "Stop the made-up heart")
        page.reload()
        expect(page.get_by_test_id("heart-rate")).to_be_visible(timeout=SOON_MS)
        expect(page.get_by_text("Another device sends")).to_have_count(0)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_what_is_needed_at_a_run_is_on_one_screen(
    browser: Browser, cloud: Cloud, width: int, height: int
) -> None:
    address = f"{cloud.addresses.page_url}/?user={user_name(1)}"
    with opened(browser, address, viewport={"width": width, "height": height}) as page:
        expect(page.get_by_test_id("fit")).to_be_visible(timeout=SOON_MS)
        for name in AT_A_RUN:
            box = page.get_by_test_id(name).bounding_box()
            assert box, name
            assert min(box["x"], box["y"]) >= 0, (name, box)
            assert box["x"] + box["width"] <= width, (name, box)
            assert box["y"] + box["height"] <= height, (name, box)
        buttons_are_in_reach(page, height)
        assert page.get_by_test_id("heart-rate").evaluate(SIZE_OF_FIGURES) >= 150
        assert page.evaluate(OVERFLOW) <= 0
        field, bar = (page.locator(part).bounding_box() for part in (".heart", ".heart .zone ol"))
        assert field
        assert bar
        assert bar["height"] > 0
        assert bar["y"] + bar["height"] < field["y"] + field["height"], "the zone's bar is whole"
        assert bar["y"] >= bottom(page, "zone")
        page.context.set_offline(True)
        expect(page.get_by_test_id("no-network")).to_contain_text("No network")
        buttons_are_in_reach(page, height)
        assert page.get_by_test_id("heart-rate").evaluate(SIZE_OF_FIGURES) >= 150


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_large_text_and_notices_keep_no_button_out_of_reach(
    browser: Browser, cloud: Cloud, width: int, height: int
) -> None:
    address = f"{cloud.addresses.page_url}/?user={user_name(1)}"
    with opened(browser, address, viewport={"width": width, "height": height}) as page:
        expect(page.get_by_test_id("fit")).to_be_visible(timeout=SOON_MS)
        page.context.set_offline(True)
        for size in ("150%", "200%"):
            page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", size)
            for name in BUTTONS:
                page.get_by_role("button", name=name, exact=True).click(trial=True)


def buttons_are_in_reach(page: Page, height: int) -> None:
    """Those of a run are large, and whole in a window of that height."""
    for name, least in BUTTONS.items():
        box = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box, name
        assert min(box["width"], box["height"]) >= least, (name, box)
        assert box["y"] + box["height"] <= height, (name, box)


def test_a_plan_stands_over_the_pulse_and_goes_on(browser: Browser, cloud: Cloud) -> None:
    address = f"{cloud.addresses.page_url}/?user=athlete-with-a-plan"
    with opened(browser, address, viewport={"width": 390, "height": 844}) as page:
        press(page, "Start")
        expect(page.get_by_test_id("playing")).to_have_attribute("data-slot", "0", timeout=SOON_MS)
        expect(page.get_by_test_id("plan")).to_have_count(0)
        page.get_by_text("How songs are chosen").click()
        page.get_by_role("button", name="Plan The tempo").click()
        expect(page.get_by_test_id("phase")).to_have_text("1/3 light", timeout=SOON_MS)
        expect(page.get_by_test_id("then")).to_have_text("then moderate 30:00")
        countdown = page.get_by_test_id("countdown")
        before = countdown.inner_text()
        expect(countdown).not_to_have_text(before, timeout=SOON_MS)
        speaks = page.get_by_label("Say each phase aloud when it begins.")
        expect(speaks).not_to_be_checked()
        speaks.check()
        page.reload()
        page.get_by_text("How songs are chosen").click()
        expect(speaks).to_be_checked(timeout=SOON_MS)
        page.evaluate("scrollTo(0, 0)")
        for width, height in [(390, 844), (320, 640), (844, 390), (1280, 800)]:
            page.set_viewport_size({"width": width, "height": height})
            for name in ["phase", "countdown", "then", *AT_A_RUN]:
                wait_until(page, partial(_is_above, page, name, height))
            pause = page.get_by_role("button", name="Play the music").bounding_box()
            assert pause
            assert pause["y"] + pause["height"] <= height
            assert bottom(page, "heart-rate") <= top(page, "zone") + OVERLAP
            assert page.evaluate(OVERFLOW) <= 0


OVERLAP = 24
"""The box of the figures is higher than they are."""


def _is_above(page: Page, name: str, height: int) -> bool:
    return bottom(page, name) <= height


def bottom(page: Page, name: str) -> float:
    box = page.get_by_test_id(name).bounding_box()
    return box["y"] + box["height"] if box else float("inf")


def top(page: Page, name: str) -> float:
    box = page.get_by_test_id(name).bounding_box()
    return box["y"] if box else float("-inf")


def test_a_skip_can_be_taken_back(open_page: OpenPage) -> None:
    with open_page("athlete-who-slips") as page:
        press(page, "Start")
        playing = page.get_by_test_id("playing")
        expect(playing).to_have_attribute("data-slot", "0", timeout=SOON_MS)
        press(page, "Skip")
        page.get_by_role("button", name="Undo").press("Enter")
        expect(page.get_by_role("button", name="Skip")).to_be_focused()
        expect(page.get_by_role("button", name="Undo")).to_have_count(0)
        expect(playing).to_have_attribute("data-slot", "0")
        press(page, "Skip")
        expect(playing).to_have_attribute("data-slot", "1", timeout=SOON_MS)


def test_the_sheet_is_pulled_up_on_a_phone_and_let_down_again(
    browser: Browser, cloud: Cloud
) -> None:
    address = f"{cloud.addresses.page_url}/?user={user_name(1)}"
    with opened(browser, address, viewport={"width": 390, "height": 844}) as page:
        expect(page.get_by_test_id("fit")).to_be_visible(timeout=SOON_MS)
        sheet = page.get_by_role("button", name="Source, music and more")
        sheet.click()
        wait_until(page, lambda: page.evaluate("scrollY") > 0)
        sheet.click()
        wait_until(page, lambda: page.evaluate("scrollY") == 0)


def test_a_visitor_is_you_and_a_name_that_nobody_can_have_is_said_to_be_so(
    browser: Browser, cloud: Cloud
) -> None:
    with opened(browser, cloud.addresses.page_url) as page:
        chosen = page.get_by_label("Athlete").locator("option:checked")
        expect(chosen).to_have_text("You", timeout=SOON_MS)
        own = page.get_by_label("Athlete").input_value()
        page.reload()
        expect(page.get_by_label("Athlete")).to_have_value(own, timeout=SOON_MS)
        page.goto(f"{cloud.addresses.page_url}/?user=a%20b")
        expect(page.get_by_text("“a b” in the address")).to_be_visible(timeout=SOON_MS)


def test_text_twice_as_large_is_not_cut_off_at_the_side(browser: Browser, cloud: Cloud) -> None:
    address = f"{cloud.addresses.page_url}/?user={user_name(1)}"
    with opened(browser, address, viewport={"width": 390, "height": 844}) as page:
        expect(page.get_by_test_id("fit")).to_be_visible(timeout=SOON_MS)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        page.evaluate("document.querySelectorAll('details').forEach((it) => { it.open = true; })")
        assert page.evaluate(OVERFLOW) <= 0
