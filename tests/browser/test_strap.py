"""The page with a heart-rate strap that is made up at `navigator.bluetooth`, or with none."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.strap import (
    SOCKETS,
    SOON_MS,
    STRAP,
    holes,
    note,
    press,
    put_on_until_averaged,
    sent_times,
    wait_until,
)

QUESTIONS = "window.sent.filter((each) => each.action === 'workout').length"
NO_BLUETOOTH = 'Object.defineProperty(navigator, "bluetooth", { value: undefined })'


def test_a_strap_brings_a_heart_rate_a_session_and_a_song(open_page: OpenPage) -> None:
    with open_page("athlete-with-a-strap") as page:
        page.add_init_script(STRAP + SOCKETS)
        page.reload()
        press(page, "Use my heart-rate strap")
        note(page).to_have_text("Connected to Made Strap.")
        page.evaluate("window.strap.beats(131)")
        expect(page.get_by_test_id("heart-rate")).to_have_text("131")
        expect(page.get_by_test_id("freshness")).to_have_text("live", timeout=SOON_MS)
        expect(page.get_by_test_id("average")).to_have_text("131", timeout=SOON_MS)
        expect(page.get_by_test_id("playing")).to_have_attribute("data-slot", "0", timeout=SOON_MS)

        page.evaluate("window.strap.goes()")
        note(page).to_have_text(re.compile("was lost"))
        page.evaluate("window.strap.device.far = false")
        note(page).to_have_text("Connected to Made Strap.", timeout=SOON_MS)
        assert page.evaluate("window.strap.device.connects") > 1
        page.evaluate("clearInterval(window.strap.beating)")
        page.evaluate("window.strap.sends(0x01, 0x48)")
        note(page).to_have_text("Connected to Made Strap.")  # one odd packet changes nothing
        page.evaluate("window.strap.beating = setInterval(() => strap.sends(0x01, 0x48), 500)")
        note(page).to_have_text(re.compile("cut short"), timeout=SOON_MS)
        starts = page.evaluate("window.sent.filter((each) => each.action === 'start')")
        assert len(starts) == 1
        assert starts[0]["at_ms"] == sent_times(page)[0]


def test_who_measures_asks_for_nothing_while_a_song_plays_and_sees_everything_live(
    open_page: OpenPage,
) -> None:
    with open_page("athlete-who-asks-nothing") as page:
        page.add_init_script(STRAP + SOCKETS)
        page.reload()
        put_on_until_averaged(page)
        asked = page.evaluate(QUESTIONS)
        page.evaluate("clearInterval(window.strap.beating); window.strap.beats(150)")
        expect(page.get_by_test_id("average")).to_have_text("150", timeout=2 * SOON_MS)
        assert page.evaluate(QUESTIONS) == asked


def test_samples_survive_a_connection_that_breaks(open_page: OpenPage) -> None:
    with open_page("athlete-in-a-tunnel") as page:
        page.add_init_script(STRAP + SOCKETS)
        page.reload()
        press(page, "Use my heart-rate strap")
        note(page).to_have_text("Connected to Made Strap.")
        page.evaluate("window.strap.beats(131)")
        expect(page.get_by_test_id("average")).to_have_text("131", timeout=SOON_MS)
        wait_until(page, lambda: sent_times(page))
        page.evaluate("window.inTunnel = true")
        page.wait_for_timeout(12_000)  # a batch is sent every ten seconds, so one is lost
        page.evaluate("window.sockets.at(-1).close(); window.inTunnel = false")
        back_ms = page.evaluate("Date.now()") + 2_000
        wait_until(page, lambda: sent_times(page)[-1] > back_ms)
        assert page.evaluate("window.sockets.length") > 1
        assert holes(sent_times(page)) == []


def test_what_is_chosen_before_the_first_heart_rate_is_what_the_session_begins_with(
    open_page: OpenPage,
) -> None:
    with open_page("athlete-who-chooses-first") as page:
        page.add_init_script(STRAP + SOCKETS)
        page.reload()
        page.locator("summary", has_text="How songs are chosen").press("Enter")
        page.get_by_role("button", name=re.compile("^Push")).click()
        pushes = page.get_by_role("button", name=re.compile("^Push"), pressed=True)
        expect(pushes).to_be_visible()
        before = page.evaluate(QUESTIONS)
        wait_until(page, lambda: page.evaluate(QUESTIONS) >= before + 3)
        expect(pushes).to_be_visible()
        press(page, "Use my heart-rate strap")
        page.evaluate("window.strap.beats(131)")
        expect(page.get_by_test_id("playing")).to_have_attribute("data-slot", "0", timeout=SOON_MS)
        expect(pushes).to_be_visible()
        sent = page.evaluate("window.sent.filter((each) => each.action !== 'workout')")
        assert sent[0]["action"] == "start"
        assert sent[0]["settings"]["mode"] == "push"
        assert not any(message["action"] == "change" for message in sent)


def test_who_has_no_strap_may_try_a_made_up_heart(open_page: OpenPage) -> None:
    with open_page("athlete-without-a-strap") as page:
        page.add_init_script(NO_BLUETOOTH)
        page.reload()
        press(page, "Use my heart-rate strap")
        note(page).to_have_text(re.compile("it has no Web Bluetooth"))
        press(page, "Start")
        expect(page.get_by_test_id("freshness")).to_have_text("live")
        expect(page.get_by_test_id("playing")).to_have_attribute("data-slot", "0", timeout=SOON_MS)
        press(page, "Stop the made-up heart")
        expect(page.get_by_test_id("freshness")).to_have_text(
            re.compile(r"^no heart rate for \d+ s$"), timeout=SOON_MS
        )
