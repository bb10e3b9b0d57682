"""What an athlete sees at a glance, and of the whole workout when it has ended."""

import csv
import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

from playwright.sync_api import Browser, Page, expect

from local.launcher import Cloud
from simulator.athletes import user_name
from simulator.replay import read_workouts
from tests.browser.conftest import OpenPage, opened
from tests.browser.strap import SOON_MS, STRAP, press, put_on_until_averaged

FIT = re.compile(r"^(Fits|Near|Off), \d+\s%\saway$")
ZONES = {1: "very light", 2: "light", 3: "moderate", 4: "hard", 5: "very hard"}
BEGINNINGS = (0.3, 0.4, 0.6, 0.9)
REST, MAXIMUM = 60, 208 - 0.7 * 35
"""Of a person who has told nothing else, see `events.session.Settings`."""
GLANCE = """() => ["heart-rate", "zone"].map(
  (name) => document.querySelector(`[data-testid="${name}"]`).textContent
)"""
BEAT = """(mark) => [
  mark.getAnimations().map(({ playbackRate }) => playbackRate),
  document.querySelector('[data-testid="heard"]').textContent,
]"""
"""The rate of the mark and the tempo beside it, of one moment."""
TCX = {"": "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"}


def total(page: Page, name: str) -> str:
    term = page.get_by_role("term").filter(has_text=re.compile(f"^{name}$"))
    return page.locator(".totals div").filter(has=term).get_by_role("definition").inner_text()


def seconds(clock: str) -> int:
    """1:02:03 as seconds."""
    whole = 0
    for part in clock.split(":"):
        whole = whole * 60 + int(part)
    return whole


def download(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download() as downloading:
        press(page, button)
    path = folder / downloading.value.suggested_filename
    downloading.value.save_as(path)
    return path


def number(element: ElementTree.Element, path: str) -> float:
    return float(element.findtext(path, default="nan", namespaces=TCX))


def test_the_zone_and_the_fit_are_in_words(open_page: OpenPage) -> None:
    with open_page(user_name(1)) as page:
        expect(page.get_by_test_id("freshness")).to_have_text("live", timeout=SOON_MS)
        heart_rate, words = page.evaluate(GLANCE)
        reserve = (int(heart_rate) - REST) / (MAXIMUM - REST)
        near = {
            1 + sum(reserve + rounding >= each for each in BEGINNINGS)
            for rounding in (-0.005, 0, 0.005)
        }
        assert words in {f"Zone {zone}, {ZONES[zone]}" for zone in near}
        expect(page.get_by_test_id("fit")).to_have_text(FIT, timeout=SOON_MS)


def test_a_workout_that_ends_is_summed_up_and_can_be_taken_along(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with open_page(user_name(2)) as page:
        expect(page.get_by_test_id("fit")).to_have_text(FIT, timeout=SOON_MS)
        press(page, "End the workout")
        expect(page.get_by_role("heading", name="Your workout")).to_be_focused()
        duration = seconds(total(page, "Duration"))
        zones = [seconds(clock) for clock in page.locator(".zones b").all_inner_texts()]
        assert sum(zones) <= duration + len(zones)
        songs = page.locator(".fits li .title").all_inner_texts()
        assert int(total(page, "Songs")) == len(songs)
        expect(page.locator(".fits .fit").filter(has_text=FIT).last).to_be_visible()

        tcx = download(page, "Download as TCX", tmp_path)
        assert re.fullmatch(r"tempofit-\d{4}-\d\d-\d\d-\d{4}\.tcx", tcx.name)
        lap = ElementTree.parse(tcx).getroot().find(".//Lap", TCX)
        assert lap is not None
        assert abs(number(lap, "TotalTimeSeconds") - duration) <= 0.5
        highest = round(number(lap, "MaximumHeartRateBpm/Value"))
        assert highest == int(total(page, "Highest heart rate"))
        average = round(number(lap, "AverageHeartRateBpm/Value"))
        assert average == int(total(page, "Average heart rate"))
        points = [number(each, "HeartRateBpm/Value") for each in lap.iterfind(".//Trackpoint", TCX)]
        assert max(points) == highest
        times = [each.text or "" for each in lap.iterfind(".//Trackpoint/Time", TCX)]
        assert all(before < after for before, after in pairwise(times))

        table = download(page, "Download as CSV", tmp_path)
        with table.open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert [int(float(row["heart_rate"]) + 0.5) for row in rows] == points
        assert round(float(rows[-1]["seconds"])) == duration
        heard = {row["title"] for row in rows if row["title"]}
        assert heard
        assert all(any(title in each for each in songs) for title in heard)
        (again,) = read_workouts(table, print)
        assert len(again.seconds) == len(rows)

        press(page, "Done")  # the athlete, whom the page only watches, has begun another
        expect(page.get_by_test_id("freshness")).to_have_text("live", timeout=SOON_MS)
        expect(page.get_by_role("button", name="End the workout")).to_be_visible()


def test_ending_asks_first_where_it_costs_the_source_of_the_heart_rate(open_page: OpenPage) -> None:
    with open_page("athlete-who-ends") as page:
        press(page, "Start")
        expect(page.get_by_test_id("playing")).to_have_attribute("data-slot", "0", timeout=SOON_MS)
        expect(page.get_by_test_id("average")).to_be_visible(timeout=SOON_MS)
        for width, height in [(1280, 800), (390, 844), (320, 640)]:
            page.set_viewport_size({"width": width, "height": height})
            button = page.get_by_role("button", name="End the workout")
            button.evaluate("button => button.scrollIntoView({ block: 'end' })")
            press(page, "End the workout")
            for answer in ("End it", "Keep going"):
                expect(page.get_by_role("button", name=answer)).to_be_in_viewport(ratio=1)
            press(page, "Keep going")
        expect(page.get_by_role("button", name="End the workout")).to_be_focused()
        expect(page.get_by_test_id("freshness")).to_have_text("live")
        press(page, "End the workout")
        press(page, "End it")
        assert int(total(page, "Highest heart rate")) >= 70
        press(page, "Done")
        expect(page.get_by_test_id("source-note")).to_have_text("")
        expect(page.get_by_role("button", name="Start")).to_be_focused()
        expect(page.get_by_test_id("playing-title")).to_have_count(0)


def test_a_heart_that_stops_leaves_fit_and_zone_unknown(open_page: OpenPage) -> None:
    with open_page("athlete-whose-heart-stops") as page:
        press(page, "Start")
        expect(page.get_by_test_id("playing")).to_have_attribute("data-slot", "0", timeout=SOON_MS)
        press(page, "Stop the made-up heart")
        fit = page.get_by_test_id("fit")
        expect(fit).to_have_text("Fit not known without a heart rate", timeout=SOON_MS)
        expect(page.get_by_test_id("zone")).to_have_text("Zone unknown")
        expect(page.locator('.zone [data-filled="true"]')).to_have_count(0)


def test_ending_asks_first_while_the_strap_is_looked_for(browser: Browser, cloud: Cloud) -> None:
    address = f"{cloud.addresses.page_url}/?user=athlete-out-of-reach"
    with opened(browser, address, STRAP) as page:
        put_on_until_averaged(page)
        page.evaluate("clearInterval(window.strap.beating); window.strap.goes()")
        expect(page.get_by_test_id("freshness")).to_contain_text(
            "no heart rate for", timeout=SOON_MS
        )
        press(page, "End the workout")
        expect(page.get_by_text("This stops your heart-rate source")).to_be_visible()
        press(page, "Keep going")


def test_the_beat_stands_still_where_motion_is_not_wanted(open_page: OpenPage) -> None:
    with open_page(user_name(3)) as page:
        beat = page.get_by_test_id("beat")
        expect(beat).to_have_attribute("data-beats", "true", timeout=SOON_MS)
        rate, shown = beat.evaluate(BEAT)
        heard = re.search(r"as\sheard\s(\d+)", shown)
        assert heard
        assert len(rate) == 1
        assert abs(rate[0] * 60 - int(heard[1])) < 2
        page.emulate_media(reduced_motion="reduce")
        expect(beat).to_have_attribute("data-beats", "false")
        assert beat.evaluate("(mark) => mark.getAnimations().length") == 0


def test_what_an_athlete_tells_about_themselves_moves_their_zones(open_page: OpenPage) -> None:
    with open_page("athlete-who-tells") as page, open_page("athlete-who-tells") as elsewhere:
        press(page, "Start")
        expect(page.get_by_test_id("zone")).to_have_text("Zone 1, very light", timeout=SOON_MS)
        page.locator("summary", has_text="How songs are chosen").press("Enter")
        age = page.get_by_role("textbox", name=re.compile("^Age"))
        age.fill("4")
        page.get_by_role("button", name="Use these", exact=True).click()
        refused = "The age is “4”; it must be a whole number of years from 5 to 110."
        expect(page.get_by_role("alert").filter(has_text="age")).to_have_text(refused)
        age.fill("60")
        page.get_by_label("Resting heart rate").fill("35")
        page.get_by_role("textbox", name=re.compile("^Maximum heart rate")).fill("90")
        page.get_by_role("button", name="Use these", exact=True).click()
        expect(page.get_by_test_id("zone")).to_have_text(
            re.compile(r"^Zone [45], (very )?hard$"), timeout=SOON_MS
        )
        elsewhere.locator("summary", has_text="How songs are chosen").press("Enter")
        expect(elsewhere.get_by_role("textbox", name=re.compile("^Age"))).to_have_value(
            "60", timeout=SOON_MS
        )
        page.get_by_label("Genres I prefer").fill("rock, folk")
        page.get_by_role("button", name="Use these genres").click()
        expect(page.get_by_test_id("change-note")).to_contain_text("Changed", timeout=SOON_MS)
