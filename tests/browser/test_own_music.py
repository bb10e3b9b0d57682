"""Music of one's own: read, kept and played by a real browser, chosen by the local cloud."""

import math
import struct
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.dropping import drop
from tests.browser.test_sound import LISTEN, SOON_MS, wait_until

SAMPLE_RATE = 8_000
SECONDS = 46
KICK_SECONDS = 0.12
KICK_HERTZ = 80
TEMPI = (100, 120, 150)
READ_MS = 60_000
SONG_MS = 2 * SECONDS * 1000
SPIES = """
  window.sent = [];
  window.answers = [];
  window.sockets = [];
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    constructor(...given) {
      if (window.inTunnel) throw new Error("There is no network.");
      super(...given);
      window.sockets.push(this);
      this.addEventListener("message", (event) => window.answers.push(JSON.parse(event.data)));
    }
    send(text) {
      window.sent.push(JSON.parse(text));
      super.send(text);
    }
  };
"""
"""Notes what the page sends and is told, and opens no connection while it is in a tunnel."""
NO_PLAYER = """() => {
  window.silent = [];
  const Real = window.Audio;
  window.Audio = class extends Real {
    constructor(...given) {
      super(...given);
      window.silent.push(this);
    }
    set src(address) {}
  };
}"""
"""Audio elements that are given no file afterwards, and so never say whether it plays."""


def kicks(path: Path, tempo: float, seconds: float = SECONDS) -> Path:
    """Writes a drum at `tempo` beats a minute, each beat alike, as a WAV file."""
    kick = [
        int(
            26_000
            * math.exp(-at / (SAMPLE_RATE * 0.04))
            * math.sin(at * math.tau * KICK_HERTZ / SAMPLE_RATE)
        )
        for at in range(int(KICK_SECONDS * SAMPLE_RATE))
    ]
    samples = [0] * int(seconds * SAMPLE_RATE)
    beat = 60 / tempo * SAMPLE_RATE
    for number in range(int(len(samples) / beat)):
        start = round(number * beat)
        samples[start : start + len(kick)] = kick[: len(samples) - start]
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, len(samples), "NONE", ""))
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Three songs, and three files that are none."""
    (tmp_path / "notes.wav").write_text("Milk, bread and a new strap.")
    songs = [kicks(tmp_path / f"Steps {tempo}.wav", tempo) for tempo in TEMPI]
    return [*songs, kicks(tmp_path / "jingle.wav", 120, 5), tmp_path / "notes.wav"]


def pick(page: Page, files: list[Path]) -> None:
    page.get_by_text("Use my own music").click()
    page.get_by_test_id("own-files").set_input_files(files)


def messages(
    page: Page, whose: str, is_one: Callable[[dict[str, Any]], bool]
) -> list[dict[str, Any]]:
    return [each for each in page.evaluate(f"() => window.{whose}") if is_one(each)]


def test_picked_files_are_read_kept_chosen_and_heard(
    open_page: OpenPage, files: list[Path]
) -> None:
    with open_page("own-music") as page:
        page.add_init_script(SPIES)
        page.reload()
        page.evaluate(LISTEN)
        pick(page, files)
        note = page.get_by_test_id("own-note")
        expect(note).to_contain_text("3 songs are new. 3 songs in your library.", timeout=READ_MS)
        expect(
            page.get_by_text("notes.wav is no music that this browser can read.")
        ).to_be_visible()
        expect(page.get_by_text("jingle.wav is 5 seconds long.")).to_be_visible()
        answers = messages(page, "answers", lambda each: each.get("type") == "own_songs_kept")
        (sent,) = messages(page, "sent", lambda each: each["action"] == "own_songs")
        assert answers == [{"type": "own_songs_kept", "kept": 3, "removed": 0, "id": sent["id"]}]
        detected = {song["title"]: song["tempo"] for song in sent["songs"]}
        assert detected == pytest.approx({f"Steps {tempo}": tempo for tempo in TEMPI}, abs=1)
        shown = page.get_by_test_id("own-songs").locator("li").all_inner_texts()
        assert len(shown) == len(TEMPI)
        assert all("detected" in each for each in shown)

        page.get_by_role("button", name="Start").click()
        title = page.get_by_test_id("playing-title")
        expect(title).to_contain_text("Steps", timeout=SOON_MS)
        expect(page.get_by_text("3 songs here, chosen from now")).to_be_visible()
        expect(page.get_by_text("Your own recording")).to_be_visible()
        wait_until(page, sounds=True)

        page.reload()
        page.evaluate(LISTEN)
        page.get_by_text("Use my own music").click()
        expect(page.get_by_test_id("own-songs").locator("li")).to_have_count(len(TEMPI))
        page.get_by_role("button", name="Play the music").click(timeout=SOON_MS)
        expect(page.get_by_text("Your own recording")).to_be_visible(timeout=SOON_MS)
        wait_until(page, sounds=True)


def test_the_same_files_again_change_nothing_and_all_can_be_removed(
    open_page: OpenPage, files: list[Path]
) -> None:
    with open_page("own-again") as page:
        page.add_init_script(SPIES)
        page.reload()
        pick(page, files[:1])
        note = page.get_by_test_id("own-note")
        expect(note).to_contain_text("1 song is new. 1 song in your library.", timeout=READ_MS)
        drop(page, files[0].name, files[0].read_bytes())
        expect(note).to_contain_text("No song is new. 1 song was here already.", timeout=READ_MS)
        expect(page.get_by_test_id("own-songs").locator("li")).to_have_count(1)

        page.get_by_role("button", name="Remove my music").click()
        page.get_by_role("button", name="Yes, remove the song").click()
        expect(note).to_contain_text("Your music is removed")
        expect(note).to_be_focused()
        expect(page.get_by_test_id("own-songs")).to_have_count(0)
        answers = messages(page, "answers", lambda each: each.get("type") == "own_songs_kept")
        assert (0, 1) in [(each["kept"], each["removed"]) for each in answers]
        page.reload()
        page.get_by_text("Use my own music").click()
        expect(page.get_by_role("button", name="Choose files")).to_be_visible()
        expect(page.get_by_test_id("own-songs")).to_have_count(0)


def test_reading_stops_in_the_middle_of_a_file_and_the_focus_stays(
    open_page: OpenPage, files: list[Path]
) -> None:
    with open_page("own-stopped") as page:
        page.evaluate(NO_PLAYER)
        pick(page, files[:2])
        stop = page.get_by_role("button", name="Stop reading")
        expect(page.get_by_text("0 of 2 files read")).to_be_visible(timeout=SOON_MS)
        stop.press("Enter")
        note = page.get_by_test_id("own-note")
        expect(note).to_contain_text("Stopped after 0 of 2 files. No song is new.")
        expect(note).to_be_focused()
        expect(stop).to_have_count(0)


def test_a_workout_that_ends_stops_the_reading_and_leaves_the_library(
    open_page: OpenPage, files: list[Path]
) -> None:
    with open_page("own-left") as page:
        page.add_init_script(SPIES)
        page.reload()
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_test_id("average")).to_be_visible(timeout=SOON_MS)
        pick(page, files[:1])
        note = page.get_by_test_id("own-note")
        expect(note).to_contain_text("Songs are chosen from your own music", timeout=READ_MS)
        page.get_by_role("button", name="Play from the library again").click()
        expect(page.get_by_text("1 song here", exact=True)).to_be_visible(timeout=SOON_MS)

        page.evaluate(NO_PLAYER)
        page.get_by_test_id("own-files").set_input_files([files[0], files[1]])
        expect(page.get_by_text("1 of 2 files read")).to_be_visible(timeout=SOON_MS)
        page.get_by_role("button", name="End the workout").click()
        page.get_by_role("button", name="End it").click()
        done = page.get_by_role("button", name="Done")
        expect(done).to_be_visible(timeout=SOON_MS)
        page.evaluate("() => window.silent.forEach((each) => each.onerror?.())")
        done.click()
        expect(page.get_by_text("1 song here", exact=True)).to_be_visible(timeout=SOON_MS)
        changes = messages(page, "sent", lambda each: each["action"] == "change")
        assert [each["settings"]["library"] for each in changes] == ["own", "demo"]


def test_a_spare_song_plays_on_while_there_is_no_connection(
    open_page: OpenPage, files: list[Path]
) -> None:
    with open_page("own-spare") as page:
        page.add_init_script(SPIES)
        page.reload()
        page.evaluate(LISTEN)
        pick(page, files[: len(TEMPI)])
        expect(page.get_by_test_id("own-note")).to_contain_text(
            "3 songs in your library", timeout=READ_MS
        )
        page.get_by_role("button", name="Start").click()
        title = page.get_by_test_id("playing-title")
        expect(title).to_contain_text("Steps", timeout=SOON_MS)
        page.evaluate("() => { window.inTunnel = true; window.sockets.at(-1).close(); }")
        last = page.get_by_test_id("playing-title").inner_text()

        spare = page.get_by_test_id("spare")
        expect(spare).to_contain_text("Spare song, until the connection is back", timeout=SONG_MS)
        expect(spare).not_to_contain_text(last)
        expect(spare.get_by_role("button", name="Skip")).to_have_attribute("aria-disabled", "true")
        expect(page.get_by_text("Your own recording")).to_be_visible()
        wait_until(page, sounds=True)

        page.evaluate("() => { window.inTunnel = false; dispatchEvent(new Event('online')); }")
        expect(spare).to_have_count(0, timeout=2 * SOON_MS)
        expect(title).to_contain_text("Steps")
