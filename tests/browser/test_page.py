"""The page against the running local cloud, with athletes who work out ten times as fast."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from events.samples import MAX_HEART_RATE, MIN_HEART_RATE
from local.launcher import Cloud
from simulator.athletes import user_name
from tests.browser.conftest import OpenPage
from tests.browser.strap import skip_at_once

SOON_MS = 30_000
"""For what a few polls bring, on a busy machine."""
A_SONG_MS = 120_000
"""For what a song's end brings: at most 90 s at this speed, as songs last up to 900 s."""

MOSTLY_PLAYED = 60
NUMBER = re.compile(r"^\d+$")
SEND_SAMPLES = """async ({ tokenUrl, websocketUrl, user, heartRates }) => {
  const token = (await (await fetch(`${tokenUrl}?user=${user}`)).json()).access_token;
  const socket = new WebSocket(`${websocketUrl}?token=${token}`);
  await new Promise((opened, failed) => { socket.onopen = opened; socket.onerror = failed; });
  const now = Date.now();
  const samples = heartRates.map((rate, n) => [now - 1000 * (heartRates.length - 1 - n), rate]);
  socket.send(JSON.stringify({ action: "heartrate", samples }));
  socket.send(JSON.stringify({ action: "workout" }));
  await new Promise((answered) => { socket.onmessage = answered; });
  socket.close();
}"""


def playing_slot(page: Page) -> int:
    return int(page.get_by_test_id("playing").get_attribute("data-slot", timeout=SOON_MS) or -1)


def played_percent(page: Page) -> int:
    return int(page.get_by_role("progressbar").get_attribute("aria-valuenow") or 0)


def wait_for_slot(page: Page, slot: int, timeout_ms: int) -> None:
    playing = page.get_by_test_id("playing")
    expect(playing).to_have_attribute("data-slot", str(slot), timeout=timeout_ms)


def test_shows_a_heart_rate_a_song_and_then_the_next_song(open_page: OpenPage) -> None:
    with open_page(user_name(1)) as page:
        expect(page.get_by_test_id("freshness")).to_have_text("live", timeout=SOON_MS)
        heart_rate = int(page.get_by_test_id("heart-rate").inner_text())
        assert MIN_HEART_RATE <= heart_rate <= MAX_HEART_RATE
        expect(page.get_by_test_id("average")).to_have_text(NUMBER)
        expect(page.get_by_text("Connected", exact=True)).to_be_visible()

        expect(page.get_by_test_id("playing-tempo")).to_have_text(NUMBER, timeout=SOON_MS)
        slot, title = playing_slot(page), page.get_by_test_id("playing-title").inner_text()
        assert title
        wait_for_slot(page, slot + 1, A_SONG_MS)
        expect(page.get_by_test_id("playing-title")).not_to_have_text(title)
        heard = page.locator(".list li")
        assert heard.count() >= slot + 2
        assert "target" in heard.first.inner_text()


def test_a_skip_ends_the_song_and_brings_the_next(open_page: OpenPage) -> None:
    with open_page(user_name(2)) as page:
        expect(page.get_by_test_id("freshness")).to_have_text("live", timeout=SOON_MS)
        slot = playing_slot(page)
        if played_percent(page) > MOSTLY_PLAYED:  # it might end by itself before the click
            wait_for_slot(page, slot := slot + 1, A_SONG_MS)
        title = page.get_by_test_id("playing-title").inner_text()
        skip_at_once(page)
        wait_for_slot(page, slot + 1, SOON_MS)
        expect(page.get_by_test_id("skip-note")).to_have_text(f"Skipped “{title}”.")
        expect(page.locator(f'.list li[data-slot="{slot}"] .mark')).to_have_text("skipped")


def test_the_mode_and_a_locked_tempo_are_chosen_on_the_page(open_page: OpenPage) -> None:
    with open_page(user_name(3)) as page:
        expect(page.get_by_test_id("freshness")).to_have_text("live", timeout=SOON_MS)
        page.locator("summary", has_text="How songs are chosen").press("Enter")
        page.get_by_role("button", name="Hold").click()
        expect(page.get_by_test_id("settings")).to_contain_text("Hold", timeout=SOON_MS)
        page.get_by_label("Goal zone").select_option("4")
        expect(page.get_by_test_id("settings")).to_contain_text("4", timeout=SOON_MS)
        lock = page.get_by_role("button", name="Lock tempo")
        lock.click()
        expect(lock).to_have_attribute("aria-pressed", "true", timeout=SOON_MS)
        locked = re.sub(r"\D", "", lock.inner_text())
        for _ in range(2):  # the first may bring a song that was chosen before
            slot = playing_slot(page)
            skip_at_once(page)
            playing = page.get_by_test_id("playing")
            expect(playing).not_to_have_attribute("data-slot", str(slot), timeout=SOON_MS)
        expect(page.get_by_test_id("why")).to_contain_text(
            f"the target in mode hold is {locked}", timeout=A_SONG_MS
        )


def test_what_the_athlete_thinks_of_a_song_is_kept(open_page: OpenPage) -> None:
    with open_page(user_name(1)) as page:
        expect(page.get_by_test_id("freshness")).to_have_text("live", timeout=SOON_MS)
        slot = playing_slot(page)
        if played_percent(page) > MOSTLY_PLAYED:
            wait_for_slot(page, slot + 1, A_SONG_MS)
        page.get_by_role("button", name="Like", exact=True).click()
        expect(page.get_by_test_id("rate-note")).to_have_text(re.compile("."), timeout=SOON_MS)
        page.reload()
        liked = page.get_by_role("button", name="Like", exact=True)
        expect(liked).to_have_attribute("aria-pressed", "true", timeout=SOON_MS)


def test_a_heart_rate_that_stops_is_shown_as_stale(open_page: OpenPage, cloud: Cloud) -> None:
    user = "athlete-who-stops"
    addresses = cloud.addresses
    with open_page(user) as page:
        expect(page.get_by_test_id("freshness")).to_have_text("no heart rate yet", timeout=SOON_MS)
        page.evaluate(
            SEND_SAMPLES,
            {
                "tokenUrl": addresses.token_url,
                "websocketUrl": addresses.websocket_url,
                "user": user,
                "heartRates": [131, 132, 133],
            },
        )
        expect(page.get_by_test_id("heart-rate")).to_have_text("133", timeout=SOON_MS)
        expect(page.get_by_test_id("freshness")).to_have_text(
            re.compile(r"^no heart rate for \d+ s$"), timeout=SOON_MS
        )
        expect(page.locator(".heart")).to_have_attribute("data-freshness", "stale")


def test_an_athlete_who_sends_nothing_is_told_so_in_words(open_page: OpenPage) -> None:
    with open_page("nobody") as page:
        expect(page.get_by_test_id("freshness")).to_have_text("no heart rate yet", timeout=SOON_MS)
        expect(page.get_by_text("No heart rate yet. The first song comes")).to_be_visible()


def test_the_chosen_athlete_stands_in_the_address_and_the_token_does_not(
    open_page: OpenPage,
) -> None:
    with open_page(user_name(1)) as page:
        page.get_by_label("Athlete").select_option(user_name(3))
        expect(page.get_by_test_id("freshness")).to_have_text("live", timeout=SOON_MS)
        assert parse_qs(urlsplit(page.url).query) == {"user": [user_name(3)]}
