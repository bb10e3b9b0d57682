"""The coach's page against the local cloud, with three athletes ten times as fast and with 200."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Locator, Page, Route, expect

from local.launcher import Cloud
from local.project import PROJECT
from simulator.athletes import user_name
from tests.browser.conftest import OpenPage, opened
from tests.browser.strap import SOCKETS, wait_until
from tests.browser.test_layout import OVERPRINTS

SOON_MS = 30_000
CROWD_MS = 120_000
"""For the first songs of 200 people at once, on a busy machine."""
CROWD = 200
A_PAGE = 42
A_CLASS = 25
FITS = "document.documentElement.scrollHeight <= document.documentElement.clientHeight"
PHONES = [(390, 844), (320, 640)]
NUMBER = re.compile(r"^\d+$")
CUT = """(parts) => parts
  .filter((it) => it.scrollWidth > it.clientWidth)
  .map((it) => it.textContent)"""
LONG_TASKS = """
window.longest = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
}).observe({ type: "longtask" });
"""
TILES = """() => [...document.querySelectorAll(".tile")].map((tile) => ({
  user: tile.dataset.user,
  heartRate: tile.querySelector("strong").textContent,
}))"""


def tiles(page: Page) -> Locator:
    return page.get_by_test_id("tile")


def tile_of(page: Page, user: str) -> Locator:
    return page.locator(f'.tile[data-user="{user}"]')


def head(page: Page, text: str | re.Pattern[str], timeout_ms: int = SOON_MS) -> None:
    expect(page.get_by_test_id("floor-head")).to_have_text(text, timeout=timeout_ms)


def look_at(page: Page, cloud: Cloud, floor: str) -> None:
    page.goto(f"{cloud.addresses.page_url}/?floor={floor}")


def test_a_coach_finds_the_floor_and_opens_a_workout(open_page: OpenPage) -> None:
    user = user_name(1)
    with open_page(user) as page:
        page.get_by_role("link", name="The floor").click()
        expect(tile_of(page, user)).to_be_visible(timeout=SOON_MS)
        assert parse_qs(urlsplit(page.url).query) == {"user": [user], "floor": ["demo"]}
        head(page, re.compile(r"^\d+ (person|people), "))
        button = tile_of(page, user).get_by_role("button")
        expect(button.locator("strong")).to_have_text(NUMBER)
        expect(button).to_contain_text(re.compile(r"tempo \d+, (fits|near|off)"), timeout=SOON_MS)

        button.click()
        dialog = page.get_by_role("dialog", name=user)
        expect(dialog.get_by_test_id("heart-rate")).to_have_text(NUMBER, timeout=SOON_MS)
        expect(dialog.locator(".list li").first).to_be_visible(timeout=SOON_MS)
        expect(dialog.get_by_role("img", name=re.compile("^Heart rate between"))).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(button).to_be_focused()

        page.get_by_role("link", name="My workout").click()
        expect(page.get_by_label("Athlete")).to_have_value(user)


def test_a_room_can_read_the_wall_and_a_dialog_changes_nothing_behind_it(
    open_page: OpenPage, cloud: Cloud
) -> None:
    with open_page("coach") as page:
        page.set_viewport_size({"width": 1920, "height": 1080})
        look_at(page, cloud, "demo")
        tile = tile_of(page, user_name(1))
        expect(tile.locator(".share")).to_contain_text("%", timeout=SOON_MS)
        name, share, pulse = (
            tile.locator(part).evaluate("(it) => parseFloat(getComputedStyle(it).fontSize)")
            for part in (".who", ".share", ".pulse strong")
        )
        assert name >= 40
        assert share > pulse > name
        before = tile.bounding_box()
        tile.get_by_role("button").click()
        expect(page.get_by_role("dialog").locator(".reading")).to_be_visible(timeout=SOON_MS)
        assert tile.bounding_box() == before


def test_a_wall_of_a_class_has_whole_names_and_songs_on_one_screen(
    open_page: OpenPage, cloud: Cloud
) -> None:
    with open_page("coach") as page, crowd(cloud, A_CLASS, "athlete-of-a"):
        page.set_viewport_size({"width": 1920, "height": 1080})
        look_at(page, cloud, "athlete-of-a")
        expect(tiles(page)).to_have_count(A_CLASS, timeout=CROWD_MS)
        wall_is_whole(page)
        page.get_by_label("Plan").select_option("intervals")
        page.get_by_role("button", name="Start for everybody").click()
        expect(page.get_by_test_id("phase")).to_be_visible(timeout=SOON_MS)
        wall_is_whole(page)


def wall_is_whole(page: Page) -> None:
    """Names of 16 characters are read whole and from afar, and the tiles fill the screen."""
    names = page.locator(".tile .who")
    assert names.evaluate_all(CUT) == []
    assert names.first.evaluate("(it) => parseFloat(getComputedStyle(it).fontSize)") >= 40
    song = page.locator(".tile .what").first
    assert song.evaluate("(it) => getComputedStyle(it).clipPath") == "none", "the song is seen"
    ends = tiles(page).last.evaluate("(it) => it.getBoundingClientRect().bottom")
    assert 1000 < ends <= 1080
    assert page.evaluate(FITS), "a wall is not scrolled"


def test_an_athlete_joins_a_floor_under_a_name_and_leaves(
    open_page: OpenPage, cloud: Cloud
) -> None:
    with open_page("athlete-who-joins") as page, open_page("coach") as coach:
        look_at(coach, cloud, "class-a")
        head(coach, "Nobody is on this floor now.")
        page.get_by_role("button", name="Start").click()
        playing = page.get_by_test_id("playing")
        expect(playing).to_have_attribute("data-slot", "0", timeout=SOON_MS)

        page.locator("summary", has_text="How songs are chosen").press("Enter")
        page.get_by_label("Floor").fill("Class A")
        page.get_by_role("button", name="Join").click()
        expect(page.get_by_text("“Class A” cannot be the name of a floor.")).to_be_visible()
        page.get_by_label("Floor").fill("class-a")
        page.get_by_label("Name shown").fill("Kim")
        page.get_by_role("button", name="Join").click()
        standing = page.get_by_test_id("on-floor")
        expect(standing).to_contain_text("You are on the floor class-a", timeout=SOON_MS)
        page.get_by_role("button", name="Skip").click()
        expect(playing).to_have_attribute("data-slot", "1", timeout=SOON_MS)
        expect(tiles(coach)).to_contain_text("Kim", timeout=SOON_MS)

        page.get_by_role("button", name="Leave").click()
        expect(standing).to_contain_text("Coaches who look", timeout=SOON_MS)
        head(coach, "Nobody is on this floor now.")


def test_a_code_leads_to_a_page_that_asks_before_it_joins(
    browser: Browser, open_page: OpenPage, cloud: Cloud
) -> None:
    with open_page("coach") as coach:
        look_at(coach, cloud, "class-b")
        expect(coach.get_by_text("People come here by themselves")).to_be_visible(timeout=SOON_MS)
        before = coach.locator("main").bounding_box()
        coach.get_by_role("button", name="Let people join").click()
        dialog = coach.get_by_role("dialog", name="Join class-b")
        expect(dialog.get_by_test_id("code")).to_be_visible(timeout=SOON_MS)
        expect(dialog.get_by_role("heading")).to_be_focused()
        assert coach.locator("main").bounding_box() == before
        address = dialog.locator("code").inner_text()
        assert address == f"{cloud.addresses.page_url}/?join=class-b"
        with opened(browser, f"{address}&user=athlete-with-a-code") as page:
            page.get_by_label("Name shown, if you like").first.fill("Sam")
            page.get_by_role("button", name="Join").click()
            expect(page.get_by_text("Join the floor")).to_have_count(0)
            assert "join" not in parse_qs(urlsplit(page.url).query)
            page.get_by_role("button", name="Start").click()
            dialog.get_by_role("button", name="Close").click()
            expect(tiles(coach)).to_contain_text("Sam", timeout=SOON_MS)


def test_a_coach_starts_a_plan_for_everybody_in_one_press(
    open_page: OpenPage, cloud: Cloud
) -> None:
    with (
        open_page("athlete-in-class") as page,
        open_page("athlete-beside") as other,
        open_page("coach") as coach,
    ):
        for one, name in ((page, "Kim"), (other, "Sam")):
            one.goto(f"{one.url}&join=class-c")
            one.get_by_label("Name shown, if you like").first.fill(name)
            one.get_by_role("button", name="Join").click()
            one.get_by_role("button", name="Start").click()
        look_at(coach, cloud, "class-c")
        expect(tiles(coach)).to_have_count(2, timeout=SOON_MS)
        expect(page.get_by_test_id("plan")).to_have_count(0)

        coach.get_by_label("Plan").select_option("intervals")
        coach.get_by_role("button", name="Start for everybody").click()
        expect(coach.get_by_test_id("class-note")).to_contain_text("2 people", timeout=SOON_MS)
        for width, height in PHONES:
            coach.set_viewport_size({"width": width, "height": height})
            assert coach.evaluate(OVERPRINTS, ".floor-class") == [], width
            people = coach.locator(".tiles").bounding_box()
            assert people
            assert people["y"] < height / 2, (width, "people are in sight")
        for one in (page, other, coach):
            expect(one.get_by_test_id("phase")).to_have_text("1/10 light", timeout=SOON_MS)
            expect(one.get_by_test_id("then")).to_have_text("then very hard 4:00")
        coach_s, page_s = (
            seconds(one.get_by_test_id("countdown").inner_text()) for one in (coach, page)
        )
        assert abs(coach_s - page_s) < 20, "both count from the class's start"

        page.locator("summary", has_text="How songs are chosen").press("Enter")
        page.get_by_label("Show my effort points").click()
        expect(page.get_by_label("Show my effort points")).to_be_checked(timeout=SOON_MS)
        coach.get_by_role("button", name="Board").click()
        ranked = coach.get_by_test_id("ranked")
        expect(ranked).to_have_count(1, timeout=SOON_MS)
        expect(ranked).to_contain_text("Kim")
        expect(coach.locator("main")).not_to_contain_text("Sam")

        coach.get_by_role("button", name="End the class").click()
        sure = coach.get_by_role("dialog")
        sure.get_by_role("button", name="End the class").press("Enter")
        expect(page.get_by_test_id("plan")).to_have_count(0, timeout=SOON_MS)
        expect(page.get_by_test_id("settings")).to_contain_text("Pulse")
        expect(coach.get_by_test_id("plan")).to_have_count(0)
        expect(coach.get_by_role("button", name="Start for everybody")).to_be_focused()


def seconds(countdown: str) -> int:
    minutes, rest = countdown.split(":")
    return 60 * int(minutes) + int(rest)


def test_another_floor_is_named_in_words_that_it_can_have(
    open_page: OpenPage, cloud: Cloud
) -> None:
    with open_page("coach") as page:
        look_at(page, cloud, "North%20Gym")
        head(page, re.compile("^“North Gym” cannot be the name of a floor"))
        page.get_by_label("Floor").fill("South")
        page.get_by_role("button", name="Look").click()
        expect(page.get_by_text("“South” cannot be the name of a floor")).to_be_visible()
        page.get_by_label("Floor").fill("nobody-s-floor")
        page.keyboard.press("Enter")
        head(page, "Nobody is on this floor now.")
        assert parse_qs(urlsplit(page.url).query)["floor"] == ["nobody-s-floor"]


def test_who_is_no_coach_is_told_so_and_what_to_do(open_page: OpenPage, cloud: Cloud) -> None:
    def without_group(route: Route) -> None:
        route.continue_(url=route.request.url.replace("&group=coach", ""))

    with open_page("nobody") as page:
        page.route("**/token?*", without_group)
        look_at(page, cloud, "demo")
        expect(page.get_by_text("Ask whoever runs this TempoFit")).to_be_visible(timeout=SOON_MS)
        expect(tiles(page)).to_have_count(0)


def test_a_floor_that_is_not_heard_of_is_not_shown_as_live(
    open_page: OpenPage, cloud: Cloud
) -> None:
    with open_page("coach") as page:
        page.add_init_script(SOCKETS)
        look_at(page, cloud, "demo")
        expect(tile_of(page, user_name(2))).to_be_visible(timeout=SOON_MS)
        page.evaluate("window.inTunnel = true")
        unheard = page.get_by_text(
            re.compile(r"^No answer for \d+ s\. This is what was known then")
        )
        expect(unheard).to_be_visible(timeout=SOON_MS)
        expect(tile_of(page, user_name(2))).to_be_visible()
        page.evaluate("window.inTunnel = false")
        expect(unheard).to_have_count(0, timeout=SOON_MS)


def test_two_hundred_people_are_shown_in_fixed_places_and_live(
    open_page: OpenPage, cloud: Cloud
) -> None:
    with open_page("coach") as page, crowd(cloud, CROWD, "crowd"):
        page.add_init_script(LONG_TASKS)
        look_at(page, cloud, "crowd")
        expect(tiles(page)).to_have_count(CROWD, timeout=CROWD_MS)
        head(page, re.compile(rf"^{CROWD} people, "))
        page.evaluate("window.longest = 0")

        before = {tile["user"]: tile["heartRate"] for tile in page.evaluate(TILES)}
        wait_until(page, lambda: changed(page, before) > CROWD / 2)
        shown = page.evaluate(TILES)
        assert shown == sorted(shown, key=lambda tile: tile["user"])
        page.set_viewport_size({"width": 1920, "height": 1080})
        expect(tiles(page)).to_have_count(A_PAGE, timeout=SOON_MS)
        page.get_by_role("button", name="Page 5").click()
        last = page.locator(f'.tile[data-user="{shown[-1]["user"]}"]')
        size = last.locator(".who").evaluate("(it) => parseFloat(getComputedStyle(it).fontSize)")
        assert size >= 40
        assert page.evaluate(FITS), "a wall is not scrolled"
        print(f"the longest task took {page.evaluate('window.longest'):.0f} ms")


def changed(page: Page, before: dict[str, str]) -> int:
    """How many show another heart rate than before."""
    return sum(tile["heartRate"] != before.get(tile["user"]) for tile in page.evaluate(TILES))


@contextmanager
def crowd(cloud: Cloud, count: int, name: str) -> Iterator[None]:
    """Simulated athletes `name`-001 and so on, connected and on the floor `name`, until left."""
    command = [sys.executable, "-m", "tempofit", "simulate", "--athletes", str(count)]
    command += ["--name", name, "--settings", json.dumps({"floor": name})]
    addresses = {
        "TEMPOFIT_WEBSOCKET_URL": cloud.addresses.websocket_url,
        "TEMPOFIT_TOKEN_URL": cloud.addresses.token_url,
    }
    log = Path(cloud.logs) / f"{name}.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            command, cwd=PROJECT, env={**os.environ, **addresses}, stdout=said, stderr=said
        )
        try:
            yield
            assert process.poll() is None, log.read_text()
        finally:
            process.terminate()
            process.wait(30)
