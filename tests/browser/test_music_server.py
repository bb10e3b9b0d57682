"""A music server of one's own: a real Supysonic, the real page, the local cloud."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.supysonic import CORS, PASSWORD, USER, Between, between, supysonic
from tests.browser.test_own_music import READ_MS, SPIES, TEMPI, kicks, messages
from tests.browser.test_sound import LISTEN, SOON_MS, wait_until

SONG_MS = 120_000
NEAR_SECONDS = 2
"""From the place where a song should be: less than this is not put right."""
PLAYERS = """
  window.players = [];
  const RealAudio = window.Audio;
  window.Audio = class extends RealAudio {
    constructor(...given) {
      super(...given);
      window.players.push(this);
    }
  };
"""
"""Notes every audio element that the page makes."""
PLACE = """() => {
  const player = window.players.findLast((each) => !each.paused && each.currentTime > 0);
  return player ? [player.currentTime, player.playbackRate, Date.now()] : null;
}"""
KEPT = """async () => {
  const bases = (await indexedDB.databases()).map(({ name }) => name);
  const out = [];
  for (const name of bases.filter((each) => each.includes("music-server"))) {
    const base = await new Promise((resolve) => {
      indexedDB.open(name).onsuccess = (event) => resolve(event.target.result);
    });
    for (const store of base.objectStoreNames) {
      const all = base.transaction(store).objectStore(store).getAll();
      out.push(...(await new Promise((resolve) => { all.onsuccess = () => resolve(all.result); })));
    }
    base.close();
  }
  return JSON.stringify([out, localStorage, sessionStorage]);
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Three songs of which it knows no tempo."""
    music = tmp_path_factory.mktemp("music")
    for tempo in TEMPI:
        kicks(music / f"Steps {tempo}.wav", tempo)
    with supysonic(tmp_path_factory.mktemp("supysonic"), music) as address:
        yield address


@pytest.fixture
def proxy(server: str) -> Iterator[Between]:
    with between(server) as proxy:
        yield proxy


def panel(page: Page) -> None:
    page.get_by_text("Use a music server").click()


def fill(page: Page, address: str, password: str = PASSWORD) -> None:
    entered = form(page)
    entered.get_by_label("Address").fill(address)
    entered.get_by_label("User").fill(USER)
    entered.get_by_label("Password", exact=True).fill(password)
    entered.get_by_role("button", name="Connect").click()


def form(page: Page) -> Locator:
    return page.get_by_role("form", name="Music server")


def keep_password(page: Page) -> None:
    """Supysonic knows no tokens, so that it is asked for; the page says so first."""
    expect(alert(page)).to_contain_text("knows no tokens", timeout=SOON_MS)
    form(page).get_by_label("Keep my password in this browser").check()
    form(page).get_by_role("button", name="Connect").click()


def alert(page: Page) -> Locator:
    return page.locator(".own-music").get_by_role("alert")


def connect(page: Page, proxy: Between) -> None:
    page.add_init_script(SPIES)
    page.add_init_script(PLAYERS)
    page.reload()
    page.evaluate(LISTEN)
    panel(page)
    fill(page, proxy.address)
    keep_password(page)
    expect(page.get_by_test_id("server-note")).to_contain_text(
        "3 songs of it are in your library.", timeout=READ_MS
    )


def own_songs(page: Page) -> list[dict[str, Any]]:
    sent = messages(page, "sent", lambda each: each["action"] == "own_songs")
    return [song for message in sent for song in message["songs"]]


def test_songs_of_a_server_appear_are_heard_once_and_stream_at_their_slot(
    open_page: OpenPage, proxy: Between
) -> None:
    said: list[str] = []
    with open_page("server-plays") as page:
        page.on("console", lambda message: said.append(message.text))
        connect(page, proxy)
        expect(page.get_by_test_id("server-note")).to_contain_text(f"3 songs at {proxy.host}.")
        shown = page.get_by_test_id("server-songs").locator("li").all_inner_texts()
        assert len(shown) == len(TEMPI)
        assert all("detected" in each for each in shown)
        detected = {song["title"]: song["tempo"] for song in own_songs(page)}
        assert detected == pytest.approx({f"Steps {tempo}.wav": tempo for tempo in TEMPI}, abs=1)

        page.get_by_role("button", name="Start").click()
        expect(page.get_by_test_id("playing-title")).to_contain_text("Steps", timeout=SOON_MS)
        note = page.get_by_test_id("sound-note")
        expect(note).to_contain_text(f"Streamed from {proxy.host}", timeout=SOON_MS)
        is_at_its_slot(page)

        before = len(proxy.asked)
        page.reload()
        page.evaluate(LISTEN)
        expect(note).to_contain_text(f"This song is at {proxy.host}", timeout=SOON_MS)
        page.get_by_role("button", name="Play the music").click(timeout=SOON_MS)
        expect(note).to_contain_text(f"Streamed from {proxy.host}", timeout=SOON_MS)
        wait_until(page, sounds=True)
        panel(page)
        expect(page.get_by_test_id("server-connected")).to_contain_text(f"as “{USER}”")
        assert {path for _, path, _ in proxy.asked[before:]} == {"/rest/stream.view"}
        assert {(method, query) for method, _, query in proxy.asked} <= {("POST", ""), ("GET", "")}
        told = json.dumps(messages(page, "sent", lambda _: True))
        assert not any(secret in told + "".join(said) for secret in (PASSWORD, proxy.host))


def is_at_its_slot(page: Page) -> None:
    """Polls until the recording is where the workout's clock says that its song is."""

    def is_near() -> bool:
        place = page.evaluate(PLACE)
        pushes = messages(page, "answers", lambda each: each.get("type") in ("song", "workout"))
        songs = [song for each in pushes for song in each.get("songs", [each])]
        if place is None or not songs:
            return False
        seconds, rate, now_ms = place
        begun = max(song["starts_at_ms"] for song in songs if song["starts_at_ms"] <= now_ms)
        expected: float = (now_ms - begun) / 1000
        return bool(abs(seconds - expected) < NEAR_SECONDS and 0.9 < rate < 1.1)

    for _ in range(SOON_MS // 100):
        if is_near():
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the recording is at {page.evaluate(PLACE)}")


def test_a_server_that_is_removed_is_gone_from_the_browser_and_the_library(
    open_page: OpenPage, proxy: Between
) -> None:
    with open_page("server-removed") as page:
        connect(page, proxy)
        assert PASSWORD in page.evaluate(KEPT)
        page.get_by_role("button", name="Remove the music server").click()
        expect(page.get_by_test_id("server-note")).to_contain_text("is removed", timeout=SOON_MS)
        answers = messages(page, "answers", lambda each: each.get("type") == "own_songs_kept")
        assert sum(each["removed"] for each in answers) == len(TEMPI)
        kept = page.evaluate(KEPT)
        assert not any(each in kept for each in (PASSWORD, USER, proxy.host, "Steps"))
        page.reload()
        panel(page)
        expect(form(page)).to_be_visible()
        expect(page.get_by_test_id("server-songs")).to_have_count(0)


def test_a_wrong_password_is_said_and_nothing_is_kept(open_page: OpenPage, proxy: Between) -> None:
    with open_page("server-wrong-password") as page:
        panel(page)
        fill(page, proxy.address, "wrong")
        keep_password(page)
        expect(alert(page)).to_contain_text(
            f"{proxy.host} does not know the user “{USER}” with this password", timeout=SOON_MS
        )
        assert page.evaluate(KEPT).startswith("[[]")


def test_a_server_that_lets_no_page_read_its_songs_is_said_with_the_header_that_is_missing(
    open_page: OpenPage, server: str
) -> None:
    with open_page("server-without-cors") as page:
        panel(page)
        fill(page, server)
        keep_password(page)
        origin = page.evaluate("() => location.origin")
        expect(alert(page)).to_contain_text(
            f"“Access-Control-Allow-Origin: {origin}”", timeout=SOON_MS
        )
        assert own_songs_sent(page) == []


def own_songs_sent(page: Page) -> list[Any]:
    page.evaluate("() => { window.sent ??= []; }")
    return own_songs(page)


async def html(_: web.Request) -> web.Response:
    return web.Response(
        text="<!doctype html><h1>Music</h1>", content_type="text/html", headers=CORS
    )


async def locked(_: web.Request) -> web.Response:
    return web.Response(status=401, text="Who are you?", headers=CORS)


async def broken(_: web.Request) -> web.Response:
    return web.Response(status=502, text="<h1>Bad Gateway</h1>", headers=CORS)


async def nobody(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def without_cors(_: web.Request) -> web.Response:
    return web.json_response({"subsonic-response": {"status": "ok", "version": "1.16.1"}})


def test_what_is_no_music_server_is_said_and_the_page_goes_on(
    open_page: OpenPage, proxy: Between, server: str
) -> None:
    with open_page("server-faults") as page, between(server) as elsewhere:

        async def moved(request: web.Request) -> web.Response:
            location = f"{elsewhere.address}{request.path_qs}"
            return web.Response(status=307, headers=CORS | {"Location": location})

        panel(page)
        for fault, sentence in (
            (html, f"{proxy.address} answers with a web page"),
            (locked, f"{proxy.host} answers with 401"),
            (broken, "the music server behind it does not answer (502)"),
            (moved, f"{proxy.address} sends this page on to another address"),
            (without_cors, "forbids this page to read what it answers (CORS)"),
            (nobody, f"{proxy.host} cannot be reached from this browser"),
        ):
            proxy.fault = fault
            fill(page, proxy.address)
            expect(alert(page)).to_contain_text(sentence, timeout=SOON_MS)
        assert elsewhere.asked == []
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_test_id("playing-title")).not_to_be_empty(timeout=SOON_MS)


def test_half_a_song_is_said_and_the_others_are_heard(open_page: OpenPage, proxy: Between) -> None:
    with open_page("server-half") as page:
        streamed: list[str] = []

        async def half(request: web.Request) -> web.StreamResponse:
            """Breaks off the second stream: with the first the page tries whether any comes."""
            status, kind, content = await proxy.fetch(request, await request.read())
            if request.path == "/rest/stream.view":
                streamed.append(proxy.forms[-1]["id"][0])
            if request.path != "/rest/stream.view" or len(streamed) != 2:
                told = CORS | {"Content-Type": kind}
                return web.Response(status=status, body=content, headers=told)
            length = {"Content-Type": kind, "Content-Length": str(len(content))}
            response = web.StreamResponse(headers=CORS | length)
            await response.prepare(request)
            await response.write(content[: len(content) // 2])
            assert request.transport is not None
            request.transport.close()
            return response

        proxy.fault = half
        panel(page)
        fill(page, proxy.address)
        keep_password(page)
        note = page.get_by_test_id("server-note")
        expect(note).to_contain_text("2 songs of it are in your library.", timeout=READ_MS)
        expect(page.locator(".refused-files li")).to_contain_text("broke off after")
        page.get_by_role("button", name="Find the tempo of 1 song").click()
        expect(note).to_contain_text("3 songs of it are in your library.", timeout=READ_MS)


def test_a_server_that_goes_away_leaves_the_workout_and_a_sketch_and_comes_back(
    open_page: OpenPage, proxy: Between
) -> None:
    with open_page("server-gone") as page:
        connect(page, proxy)
        proxy.fault = nobody
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_test_id("playing-title")).to_contain_text("Steps", timeout=SOON_MS)
        note = page.get_by_test_id("sound-note")
        expect(note).to_contain_text(f"{proxy.host} cannot be reached", timeout=SOON_MS)
        expect(note).to_contain_text("A sketch of this song plays")
        wait_until(page, sounds=True)
        proxy.fault = None
        expect(note).to_contain_text(f"Streamed from {proxy.host}", timeout=SOON_MS)
        wait_until(page, sounds=True)
