"""Heart rates from recorded workouts and from a service, in the page, on the local cloud."""

import asyncio
import gzip
import io
import re
import struct
import time
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from playwright.sync_api import Page, expect

from local.processes import free_port
from tests.browser.conftest import OpenPage
from tests.browser.dropping import drop
from tests.browser.sign_in import serving
from tests.browser.strap import SOON_MS, STRAP, note, press

BEGUN = datetime(2024, 5, 1, 9, tzinfo=UTC)
"""Long before any test, so that only the time between heart rates can matter."""
FIT_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
TCX = """ <?xml version="1.0" encoding="UTF-8"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">
<Activities><Activity Sport="Running"><Lap><AverageHeartRateBpm><Value>99</Value>
</AverageHeartRateBpm><Track>{}</Track></Lap></Activity></Activities></TrainingCenterDatabase>
"""
GPX = """<gpx xmlns="http://www.topografix.com/GPX/1/1" xmlns:x="urn:any"><trk><trkseg>{}
</trkseg></trk></gpx>"""


def test_a_dropped_tcx_brings_heart_rates_and_songs(open_page: OpenPage) -> None:
    with open_page("athlete-with-a-recording") as page:
        choose_speed(page, "30")
        drop(page, "ride.tcx", tcx([110 + second // 20 for second in range(900)]))
        note(page).to_have_text("Playing ride.tcx.")
        expect(page.get_by_test_id("freshness")).to_have_text("live")
        expect(page.get_by_test_id("played")).to_have_text(re.compile(r" of 14:59 at 30×$"))
        expect(page.get_by_test_id("playing")).to_have_attribute("data-slot", "2", timeout=SOON_MS)
        note(page).to_have_text("ride.tcx was played to its end.", timeout=SOON_MS)
        expect(page.get_by_test_id("heart-rate")).to_have_text("154")


def test_a_packed_export_offers_its_workouts_and_a_pause_is_skipped(open_page: OpenPage) -> None:
    with open_page("athlete-with-an-export") as page:
        may_send(page)
        choose_speed(page, "2")
        late = [(second, 150) for second in (*range(20), *range(900, 960))]
        export = io.BytesIO()
        with zipfile.ZipFile(export, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("activities/1.fit.gz", gzip.compress(fit([120] * 30)))
            packed.writestr("activities/2.gpx", gpx_at(late))
            packed.writestr("activities.csv", "Activity ID\n1\n")
        drop(page, "export.zip", export.getvalue())
        note(page).to_have_text("export.zip holds 2 workouts. Choose the one to play.")
        page.get_by_role("combobox", name="Workout", exact=True).select_option("activities/2.gpx")
        press(page, "Play this one")
        note(page).to_contain_text(
            "The recording pauses here for 14:41, until 15:00.", timeout=SOON_MS
        )
        press(page, "Skip the pause")
        note(page).to_have_text("Playing export.zip.", timeout=60_000)


def test_a_recording_is_stopped_and_gives_way_to_another(open_page: OpenPage) -> None:
    with open_page("athlete-with-two-recordings") as page:
        choose_speed(page, "2")
        page.locator("input[type=file][accept*='.fit']").set_input_files(
            {"name": "one.fit", "mimeType": "", "buffer": fit([120] * 600)}
        )
        note(page).to_have_text("Playing one.fit.")
        drop(page, "two.gpx", gpx([150] * 600))
        note(page).to_have_text("Playing two.gpx.")
        expect(page.get_by_test_id("heart-rate")).to_have_text("150")
        press(page, "Stop the recording")
        note(page).to_have_text("")
        press(page, "Try it without a strap")


def test_a_recording_does_not_take_the_place_of_another_source(open_page: OpenPage) -> None:
    with open_page("athlete-who-drops") as page:
        press(page, "Start")
        on = "A made-up heart beats"
        note(page).to_contain_text(on, timeout=SOON_MS)
        drop(page, "ride.gpx", gpx([150] * 60))
        refusal = page.get_by_role("alert").filter(has_text="ride.gpx was not played")
        expect(refusal).to_be_visible()
        note(page).to_contain_text(on)
        press(page, "Stop the made-up heart")
        expect(refusal).to_have_count(0)
        drop(page, "ride.gpx", gpx([150] * 60))
        note(page).to_contain_text("Playing ride.gpx.", timeout=SOON_MS)


def test_what_nothing_takes_is_said(open_page: OpenPage) -> None:
    with open_page("athlete-who-drops-nothing") as page:
        may_send(page)
        drop(page, ".DS_Store", b"")
        expect(page.get_by_text("There is nothing for this page")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("cut.fit", lambda: fit([120] * 600)[:2000], r"^Playing .* breaks off after \d:\d\d; what"),
        (
            "cut.tcx",
            lambda: tcx([120] * 600)[:30_000],
            r"^Playing .* breaks off after \d:\d\d; what",
        ),
        (
            "cut.gpx",
            lambda: gpx([120] * 600)[:30_000],
            r"^Playing .* breaks off after \d:\d\d; what",
        ),
        (
            "odd.gpx",
            lambda: gpx([120, 29, 231, 121] * 9),
            r"18 heart rates were left out: they do not lie between 30 and 230\.",
        ),
        ("no.tcx", lambda: tcx([]), r"^no.tcx holds no heart rate"),
        ("web.gpx", lambda: b"<html></html>", r"^web.gpx is no workout that can be read"),
        ("a.fit", lambda: b"\0" * 99, r"^a.fit is no workout that can be read"),
    ],
)
def test_what_a_file_lacks_is_said(
    open_page: OpenPage, name: str, content: Callable[[], bytes], sentence: str
) -> None:
    with open_page("athlete-with-odd-files") as page:
        may_send(page)
        drop(page, name, content())
        note(page).to_have_text(re.compile(sentence), timeout=SOON_MS)


def test_real_recordings_play(open_page: OpenPage, real_data: Callable[[str], Path]) -> None:
    files = sorted(real_data("files").iterdir())
    assert files
    with open_page("athlete-with-real-files") as page:
        may_send(page)
        for file in files:
            drop(page, file.name, file.read_bytes())
            note(page).to_have_text(f"Playing {file.name}.", timeout=SOON_MS)


def test_a_service_brings_heart_rates_goes_and_comes_back(open_page: OpenPage) -> None:
    pulsoid = Service()
    with open_page("athlete-with-a-service") as page:
        may_send(page)
        page.get_by_text("More ways").click()
        page.get_by_label("Token").fill("a secret")
        page.get_by_label("Address").fill(pulsoid.address)
        with pulsoid.lives():
            press(page, "Use Pulsoid")
            note(page).to_have_text("Connected to Pulsoid.", timeout=SOON_MS)
            expect(page.get_by_test_id("heart-rate")).to_have_text("141")
            playing = page.get_by_test_id("playing")
            expect(playing).to_have_attribute("data-slot", "0", timeout=SOON_MS)
        note(page).to_have_text(re.compile("was lost. Trying again"), timeout=SOON_MS)
        pulsoid.heart_rate = 142
        with pulsoid.lives():
            note(page).to_have_text("Connected to Pulsoid.", timeout=2 * SOON_MS)
            expect(page.get_by_test_id("heart-rate")).to_have_text("142")
            press(page, "Stop using Pulsoid")
            note(page).to_have_text("")
        assert set(pulsoid.tokens) == {"a secret"}
        assert "secret" not in page.url
        assert "secret" not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")


def test_a_strap_beside_a_service_counts_and_the_page_says_whose_heart_rate_it_is(
    open_page: OpenPage,
) -> None:
    pulsoid = Service()
    with open_page("athlete-with-both") as page, pulsoid.lives():
        page.add_init_script(STRAP)
        page.reload()
        may_send(page)
        page.get_by_text("More ways").click()
        page.get_by_label("Token").fill("a secret")
        page.get_by_label("Address").fill(pulsoid.address)
        press(page, "Use Pulsoid")
        note(page).to_have_text("Connected to Pulsoid.", timeout=SOON_MS)
        press(page, "Use my heart-rate strap")
        note(page).to_contain_text("Connected to Made Strap.", timeout=SOON_MS)
        page.evaluate("window.strap.beats(120, 0)")
        both = "Connected to Made Strap. Connected to Pulsoid. The heart rate is that of the {}."
        note(page).to_have_text(both.format("strap"), timeout=SOON_MS)
        expect(page.get_by_test_id("heart-rate")).to_have_text("120", timeout=SOON_MS)
        press(page, "Stop using the strap")
        note(page).to_have_text("Connected to Pulsoid.")
        expect(page.get_by_test_id("heart-rate")).to_have_text("141", timeout=SOON_MS)


def may_send(page: Page) -> None:
    button = page.get_by_role("button", name="Use my heart-rate strap")
    expect(button).to_have_attribute("aria-disabled", "false", timeout=SOON_MS)


def choose_speed(page: Page, speed: str) -> None:
    may_send(page)
    page.get_by_text("More ways").click()
    page.get_by_label("Speed").select_option(speed)


def tcx(heart_rates: list[int]) -> bytes:
    points = "".join(
        f"<Trackpoint><Time>{moment(second)}</Time><HeartRateBpm><Value>{heart_rate}</Value>"
        "</HeartRateBpm></Trackpoint>"
        for second, heart_rate in enumerate(heart_rates)
    )
    return TCX.format(points).encode()


def gpx(heart_rates: list[int]) -> bytes:
    return gpx_at(list(enumerate(heart_rates)))


def gpx_at(moments: list[tuple[int, int]]) -> bytes:
    """A GPX file of `[second, heart rate]`."""
    points = "".join(
        f'<trkpt lat="46.2" lon="15.2"><time>{moment(second)}</time><extensions><x:t>'
        f"<x:hr>{heart_rate}</x:hr></x:t></extensions></trkpt>"
        for second, heart_rate in moments
    )
    return GPX.format(points).encode()


def moment(second: int) -> str:
    return f"{BEGUN + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}"


def fit(heart_rates: list[int]) -> bytes:
    """A FIT file with a record a second: message 20, fields 253 (timestamp) and 3 (heart rate)."""
    begun = int((BEGUN - FIT_EPOCH).total_seconds())
    definition = struct.pack("<BBBHB", 0x40, 0, 0, 20, 2) + bytes([253, 4, 0x86, 3, 1, 0x02])
    records = definition + b"".join(
        struct.pack("<BIB", 0, begun + second, heart_rate)
        for second, heart_rate in enumerate(heart_rates)
    )
    header = struct.pack("<BBHI4s", 12, 0x20, 2100, len(records), b".FIT")
    return header + records + b"\0\0"  # its checksum, which readers of recordings forgive


class Service:
    """A server that speaks as Pulsoid does, once a second."""

    def __init__(self) -> None:
        self.port = free_port()
        self.address = f"ws://127.0.0.1:{self.port}/api/v1/data/real_time"
        self.heart_rate = 141
        self.tokens: list[str] = []

    def lives(self) -> AbstractContextManager[None]:
        app = web.Application()
        app.router.add_get("/api/v1/data/real_time", self.socket)
        return serving(app, self.port)

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        self.tokens.append(request.query["access_token"])
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        while not socket.closed:
            now_ms = int(time.time() * 1000)
            data = {"heart_rate": self.heart_rate}
            await socket.send_json({"measured_at": now_ms, "data": data})
            await asyncio.sleep(1)
        return socket
