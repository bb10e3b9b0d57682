"""Every view by axe-core, in light and dark, narrow and wide; and by the keyboard alone.

A new view needs one line in VIEWS, with what opens it.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from local.launcher import Cloud
from local.project import PROJECT
from simulator.athletes import user_name
from tests.browser.strap import SOCKETS, STRAP, press
from tests.browser.test_own_music import kicks, pick
from tests.browser.test_trouble import FIVE_MORE

SOON_MS = 30_000
AXE = (PROJECT / "frontend/node_modules/axe-core/axe.min.js").read_text()
RUN = """async () => {
  const { violations } = await axe.run({ resultTypes: ["violations"] });
  return violations.map(({ id, impact, nodes }) => ({
    id, impact, where: nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`),
  }));
}"""


def watch(page: Page, url: str, user: str, freshness: str | re.Pattern[str]) -> None:
    page.goto(f"{url}/?user={user}")
    expect(page.get_by_test_id("freshness")).to_have_text(freshness, timeout=SOON_MS)


def an_athlete_at_work(page: Page, url: str) -> None:
    watch(page, url, user_name(1), "live")
    expect(page.get_by_test_id("playing-tempo")).to_be_visible(timeout=SOON_MS)


def a_stale_athlete(page: Page, url: str) -> None:
    page.add_init_script(STRAP + SOCKETS)
    page.goto(f"{url}/?user=athlete-at-rest")
    press(page, "Use my heart-rate strap")
    expect(page.get_by_test_id("source-note")).to_have_text("Connected to Made Strap.")
    page.evaluate("window.strap.sends(0x10, 131, 0, 2)")
    stale = re.compile(r"^no heart rate for")
    expect(page.get_by_test_id("freshness")).to_have_text(stale, timeout=SOON_MS)


def nobody(page: Page, url: str) -> None:
    watch(page, url, "nobody", "no heart rate yet")


def the_choice_of_songs(page: Page, url: str) -> None:
    watch(page, url, "nobody", "no heart rate yet")
    page.locator("summary", has_text="How songs are chosen").press("Enter")
    page.get_by_role("button", name="Cadence").click()
    expect(page.get_by_label("Steps or turns a minute")).to_be_focused()


def no_network(page: Page, url: str) -> None:
    an_athlete_at_work(page, url)
    page.context.set_offline(True)
    expect(page.get_by_test_id("no-network")).to_contain_text("No network")


def a_page_whose_place_newer_ones_took(page: Page, url: str) -> None:
    page.add_init_script(SOCKETS)
    watch(page, url, "athlete-everywhere", "no heart rate yet")
    page.evaluate(FIVE_MORE)
    expect(page.get_by_role("button", name="Use TempoFit here")).to_be_visible(timeout=SOON_MS)


def no_settings(page: Page, url: str) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=403)

    page.context.route("**/config.json", refuse)
    page.goto(url)
    expect(page.get_by_text("could not be loaded")).to_be_visible(timeout=SOON_MS)


def the_end_of_a_workout(page: Page, url: str) -> None:
    an_athlete_at_work(page, url)
    page.get_by_role("button", name="End the workout").click()
    expect(page.get_by_role("heading", name="Time in each zone")).to_be_visible(timeout=SOON_MS)


def past_workouts(page: Page, url: str) -> None:
    the_end_of_a_workout(page, url)
    page.get_by_role("button", name="Past workouts").click()
    expect(page.locator(".past-list li").first).to_be_visible(timeout=SOON_MS)


def a_past_workout(page: Page, url: str) -> None:
    past_workouts(page, url)
    page.locator(".past-open").last.click()
    expect(page.get_by_role("dialog").locator(".plot canvas")).to_be_visible(timeout=SOON_MS)


def weeks_of_workouts(page: Page, url: str) -> None:
    past_workouts(page, url)
    page.get_by_role("button", name=re.compile("^Your weeks")).click()
    expect(page.get_by_text("Skipped most")).to_be_visible(timeout=SOON_MS)


def the_floor(page: Page, url: str) -> None:
    page.goto(f"{url}/?floor=demo")
    expect(page.get_by_test_id("tile").first).to_be_visible(timeout=SOON_MS)


def a_workout_on_the_floor(page: Page, url: str) -> None:
    the_floor(page, url)
    page.get_by_test_id("tile").first.get_by_role("button").click()
    expect(page.get_by_role("dialog").locator(".reading")).to_be_visible(timeout=SOON_MS)


def no_floor(page: Page, url: str) -> None:
    page.goto(f"{url}/?floor=North Gym")
    expect(page.get_by_test_id("floor-head")).to_contain_text("cannot be the name of a floor")


def music_of_ones_own(page: Page, url: str) -> None:
    watch(page, url, "somebody-with-music", "no heart rate yet")
    with TemporaryDirectory() as folder:
        song, none = kicks(Path(folder) / "Steps.wav", 120), Path(folder) / "notes.wav"
        none.write_text("Milk, bread and a new strap.")
        pick(page, [song, none])
        expect(page.get_by_test_id("own-note")).to_contain_text("1 song", timeout=2 * SOON_MS)


VIEWS: list[Callable[[Page, str], None]] = [
    an_athlete_at_work,
    a_stale_athlete,
    nobody,
    the_choice_of_songs,
    no_network,
    a_page_whose_place_newer_ones_took,
    no_settings,
    the_end_of_a_workout,
    past_workouts,
    a_past_workout,
    weeks_of_workouts,
    the_floor,
    a_workout_on_the_floor,
    no_floor,
    music_of_ones_own,
]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-US", reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
def test_axe_finds_nothing_wrong(
    page: Page, cloud: Cloud, view: Callable[[Page, str], None]
) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    view(page, cloud.addresses.page_url)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.evaluate(AXE)  # by the browser's tools, which the page's policy does not bind
    for width in (1280, 390, 320):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            assert page.evaluate(RUN) == [], f"{width} px, {scheme}"
            assert page.evaluate(OVERFLOW) <= 0, f"{width} px, {scheme}"


OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = """async () => {
  // What was focused is scrolled to, and drawn, by then.
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  const { activeElement: it } = document;
  if (!it || it === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(it);
  const { width, height, top, bottom } = it.getBoundingClientRect();
  return {
    name: it.getAttribute("aria-label") || it.innerText || it.labels?.[0]?.innerText || it.tagName,
    outlined: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
    seen: width > 0 && height > 0 && bottom > 0 && top < innerHeight,
  };
}"""
CONTROLS = """() =>
  [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter((it) => !it.disabled && it.tabIndex >= 0 && it.checkVisibility()).length"""


def test_the_keyboard_reaches_every_control_and_shows_where_it_is(page: Page, cloud: Cloud) -> None:
    an_athlete_at_work(page, cloud.addresses.page_url)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.wait_for_load_state("networkidle")  # what they hold is loaded, and moves nothing any more
    there = page.evaluate(CONTROLS)
    seen: list[dict[str, Any]] = []
    page.evaluate("document.activeElement.blur()")
    for _ in range(there + 5):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break
        seen.append(focused)
    names = [each["name"] for each in seen]
    assert [each for each in seen if not each["outlined"] or not each["seen"]] == []
    assert len(seen) >= there, names
    assert {"Skip", "Like"} <= set(names)
