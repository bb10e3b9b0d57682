"""What the page sends and is sent in a workout, against the counts that the bill rests on."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser

from benchmarks.page_traffic import Counts, Traffic
from local.launcher import Cloud
from planning import page as model
from planning.load import Load
from simulator.athletes import PERFECT_STRAP, athlete, samples
from tests.browser.conftest import opened
from tests.browser.dropping import drop
from tests.browser.strap import SOON_MS, note, wait_until

SPEED, SECONDS = 5, 375
"""Faster than this the page puts more of the data into one message than in life."""
BEGUN = datetime(2024, 5, 1, 9, tzinfo=UTC)
GPX = """<gpx xmlns="http://www.topografix.com/GPX/1/1" xmlns:x="urn:any"><trk><trkseg>{}
</trkseg></trk></gpx>"""


def test_an_athlete_s_page_sends_and_is_sent_what_the_bill_says(
    browser: Browser, cloud: Cloud
) -> None:
    with opened(browser, "about:blank") as page:
        traffic = Traffic(page)
        page.goto(f"{cloud.addresses.page_url}/?user=athlete-of-the-bill")
        page.get_by_text("More ways").click()
        page.get_by_label("Speed").select_option(str(SPEED))
        wait_until(page, lambda: traffic.received["workout"][0])
        before = traffic.sent["workout"][0]  # who has no source yet looks around
        drop(page, "workout.gpx", recorded())
        played_ms = 1000 * SECONDS / SPEED
        note(page).to_have_text(re.compile("played to its end"), timeout=played_ms + SOON_MS)
        sent, received = counted(traffic.sent), counted(traffic.received)
    beats, _, _ = sent.pop("heartrate"), sent.pop("start"), received.pop("started")
    load = Load(1, model.ADAPTIVE_FLUSH_SECONDS)
    assert beats == pytest.approx(model.messages(load, SECONDS)["heartrate"], rel=0.1)
    # A song is of any length, and in a few minutes there are only some.
    assert received["song"] == pytest.approx(model.answers(load, SECONDS)["song"], abs=2)
    # A song has a fifth of the time to come: many are late, and asked for once or twice.
    assert sent.pop("workout") - before <= 1 + 2 * received["song"]
    assert sent == {}, "the model knows of no other kinds"
    assert set(received) == {"song", "workout"}


def counted(counts: Counts) -> dict[str, int]:
    return {kind: messages for kind, (messages, _) in counts.items()}


def recorded() -> bytes:
    """A simulated workout from its warm-up on, as a strap without faults records it."""
    one = athlete(2, 1, name="whole", strap=PERFECT_STRAP)
    points = "".join(
        f'<trkpt lat="46.2" lon="15.2"><time>{BEGUN + timedelta(milliseconds=at_ms):%FT%TZ}</time>'
        f"<extensions><x:t><x:hr>{heart_rate:.0f}</x:hr></x:t></extensions></trkpt>"
        for at_ms, heart_rate in samples(one, 0, SECONDS)
    )
    return GPX.format(points).encode()
