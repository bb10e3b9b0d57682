"""A workout that was ended is there after a reload: in the list, whole, and as files."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.strap import SOCKETS, SOON_MS, press, wait_until
from tests.browser.test_offline import DIST, KEPT, lose_network, wait_for_worker
from tests.browser.test_summary import TCX, download, number

SPANS = re.compile(r"^\w{3} \d+ \w+ \d{4}, \d\d:\d\d to \d\d:\d\d$")


def work_out(page: Page) -> None:
    """A made-up heart beats until the first song plays to it for a while."""
    press(page, "Start")
    expect(page.get_by_test_id("playing")).to_have_attribute("data-slot", "0", timeout=SOON_MS)
    expect(page.get_by_test_id("average")).to_be_visible(timeout=SOON_MS)
    page.wait_for_timeout(8_000)  # some points of the song's line, which are 5 s apart


def end(page: Page) -> None:
    press(page, "End the workout")
    press(page, "End it")


def is_ended(page: Page) -> None:
    said = "Ended, and kept among your past workouts."
    expect(page.get_by_test_id("end-note")).to_have_text(said, timeout=SOON_MS)


def test_a_workout_is_ended_seen_again_after_a_reload_opened_and_taken_along(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with open_page("athlete-who-comes-back") as page:
        press(page, "Past workouts")
        expect(page.get_by_text("No workout is here yet")).to_be_visible(timeout=SOON_MS)
        press(page, "Close")
        work_out(page)
        title = page.get_by_test_id("playing-title").inner_text()
        page.reload()  # a made-up heart goes on, as the workout does
        expect(page.get_by_test_id("freshness")).to_have_text("live", timeout=SOON_MS)
        end(page)
        is_ended(page)

        page.reload()
        last = page.get_by_test_id("last-workout")
        expect(last).to_contain_text(
            re.compile(r"Your workout ended at \d\d:\d\d\."), timeout=SOON_MS
        )
        expect(page.get_by_test_id("freshness")).to_have_text("no heart rate yet")
        expect(page.get_by_test_id("playing-title")).to_have_count(0)
        press(page, "See its summary")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text(SPANS)).to_be_visible(timeout=SOON_MS)
        expect(dialog.locator(".fits .title")).to_have_text([re.compile(re.escape(title))])
        expect(dialog.locator(".plot canvas")).to_be_visible(timeout=SOON_MS)

        press(page, "All workouts")
        rows = dialog.locator(".past-list li")
        expect(rows).to_have_count(1, timeout=SOON_MS)
        highest = int(rows.locator("dl div").filter(has_text="Highest").locator("dd").inner_text())
        rows.locator(".past-open").click()

        tcx = download(page, "Download as TCX", tmp_path)
        lap = ElementTree.parse(tcx).getroot().find(".//Lap", TCX)
        assert lap is not None
        assert number(lap, "MaximumHeartRateBpm/Value") == highest
        assert lap.findall(".//Trackpoint", TCX)
        fit = download(page, "Download as FIT", tmp_path).read_bytes()
        assert fit[8:12] == b".FIT"
        gpx = download(page, "Download as GPX", tmp_path).read_text()
        assert "<gpxtpx:hr>" in gpx
        assert not re.search(r"\b(lat|lon)=", gpx)

        press(page, "All workouts")
        everything = download(page, "Download everything as JSON", tmp_path)
        (workout,) = json.loads(everything.read_text())["workouts"]
        assert round(workout["workout"]["highest"]) == highest
        assert [play["song"]["title"] for play in workout["plays"]] == [title]
        expect(page.get_by_test_id("everything")).to_have_text("Your one workout is in the file.")

        press(page, "Your weeks, and what the music did")
        expect(dialog.get_by_text("week in a row with a workout")).to_be_visible(timeout=SOON_MS)
        expect(dialog.get_by_text("Skipped most")).to_be_visible(timeout=SOON_MS)


def test_the_next_start_after_an_end_is_another_workout(open_page: OpenPage) -> None:
    with open_page("athlete-twice-a-day") as page:
        work_out(page)
        end(page)
        is_ended(page)
        press(page, "Done")
        expect(page.get_by_role("button", name="Start")).to_be_focused()
        work_out(page)
        expect(page.get_by_test_id("last-workout")).to_have_count(0)
        end(page)
        is_ended(page)
        press(page, "Past workouts")
        expect(page.locator(".past-list li")).to_have_count(2, timeout=SOON_MS)


def test_an_end_without_a_connection_is_sent_when_there_is_one(open_page: OpenPage) -> None:
    with open_page("athlete-who-ends-in-a-cellar") as page:
        page.add_init_script(SOCKETS)
        page.reload()
        wait_for_worker(page)
        parts = {f"/assets/{path.name}" for path in (DIST / "assets").iterdir()}
        wait_until(page, lambda: parts <= set(page.evaluate(KEPT)))
        work_out(page)
        lose_network(page)
        end(page)
        expect(page.get_by_test_id("end-note")).to_contain_text("There is no connection")
        assert not page.evaluate("window.sent.some(({ action }) => action === 'end')")
        press(page, "Done")
        expect(page.get_by_role("button", name="Start")).to_be_visible()
        expect(page.get_by_test_id("playing-title")).to_have_count(0)

        page.context.set_offline(False)
        expect(page.get_by_text("Connected", exact=True)).to_be_visible(timeout=SOON_MS)
        expect(page.get_by_role("button", name="See its summary")).to_be_visible(timeout=SOON_MS)
        press(page, "Past workouts")
        expect(page.locator(".past-list li")).to_have_count(1, timeout=SOON_MS)
