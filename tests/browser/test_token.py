"""Tokens that end in mid-workout, that are not renewed, or that the authorizer refuses."""

import time
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import urlsplit

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from catalog.demo import demo_songs
from catalog.store import store_songs
from local.gateway import server as gateway
from local.launcher import Cloud, running
from local.processes import free_port
from tests.browser.conftest import opened
from tests.browser.counting import arrived, assert_nothing_is_lost
from tests.browser.sign_in import Issuers, SignIn, page_served, serving
from tests.browser.strap import (
    NO_STORAGE,
    SOCKETS,
    SOON_MS,
    STRAP,
    beat_on,
    holes,
    put_on,
    put_on_until_averaged,
    wait_until,
)
from tests.browser.test_restart import start_gateway
from tests.target import unique_user

LEEWAY_SECONDS = 10
"""How long the authorizer still takes a token that has ended; `lambdas/authorize.py` has it."""
TRIES = """
const TriedSocket = WebSocket;
window.tried_at = [];
window.WebSocket = class extends TriedSocket {
  constructor(url) { super(url); window.tried_at.push(performance.now()); }
};
Math.random = () => 0.5;
"""
"""When the page tried to connect, in milliseconds; it waits half of the longest each time."""


@pytest.fixture(scope="module")
def page_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def strict_cloud(tmp_path_factory: pytest.TempPathFactory, page_port: int) -> Iterator[Cloud]:
    """A cloud whose authorizer believes who answers at its issuer's address, which is nobody.

    Its page is not its own, but at `page_port`.
    """
    with running(tmp_path_factory.mktemp("strict")) as cloud:
        table = cloud.addresses.songs_table
        store_songs(cloud.client("dynamodb"), table, "demo", demo_songs(count=200))
        own_issuer, own_gateway = (
            next(part for part in cloud.parts if part.name == name) for name in ("web", "gateway")
        )
        for part in (own_issuer, own_gateway):
            part.process.terminate()
            part.process.wait()
        move_page(cloud, page_port)
        start_gateway(cloud, own_gateway)
        yield cloud


def move_page(cloud: Cloud, port: int) -> None:
    """The gateway that starts next takes connections of a page at this port."""
    path = cloud.logs.parent / "gateway.json"
    configuration = msgspec.json.decode(path.read_bytes(), type=gateway.Config)
    moved = msgspec.structs.replace(configuration, page_port=port)
    path.write_bytes(msgspec.json.encode(moved))


@pytest.fixture(scope="module")
def issuers(strict_cloud: Cloud) -> Issuers:
    return Issuers(strict_cloud.addresses.page_url)


@pytest.fixture
def sign_in(issuers: Issuers) -> Iterator[SignIn]:
    sign_in = SignIn(issuers, unique_user())
    with serving(sign_in.application(), urlsplit(sign_in.url).port or 0):
        yield sign_in


@pytest.fixture
def address(strict_cloud: Cloud, page_port: int, sign_in: SignIn) -> Iterator[str]:
    with page_served(page_port, strict_cloud.addresses.websocket_url, sign_in.url) as address:
        yield address


def test_a_token_that_ends_in_mid_workout_is_renewed_and_no_sample_is_lost(
    browser: Browser, strict_cloud: Cloud, sign_in: SignIn, address: str
) -> None:
    sign_in.token_seconds = 1
    sign_in.told_seconds = 62  # the page asks for another in the last minute
    ends = time.monotonic() + sign_in.token_seconds + LEEWAY_SECONDS
    with opened(browser, address, STRAP + SOCKETS) as page:
        put_on_until_averaged(page)
        assert sign_in.granted[0] == "authorization_code"
        page.evaluate("window.inTunnel = true")
        wait_until(page, lambda: time.monotonic() > ends + 1)
        granted = len(sign_in.granted)
        page.evaluate("window.sockets.at(-1).close(); window.inTunnel = false")

        assert_nothing_is_lost(page, strict_cloud, sign_in.user)
        assert sign_in.granted[granted:] == ["refresh_token"]


def test_who_may_not_renew_logs_in_again_and_is_back_in_the_same_session(
    browser: Browser, strict_cloud: Cloud, sign_in: SignIn, address: str
) -> None:
    with opened(browser, address, STRAP + SOCKETS) as page:
        put_on_until_averaged(page)
        title = page.get_by_test_id("playing-title").inner_text()
        page.evaluate("window.inTunnel = true")
        beat_on(page, 6_000)
        out_ms = page.evaluate("Date.now()")
        sign_in.refusals = 1
        granted = len(sign_in.granted)
        page.evaluate("window.sockets.at(-1).close()")
        wait_until(page, lambda: "authorization_code" in sign_in.granted[granted:])

        expect(page.get_by_text("Connected", exact=True)).to_be_visible(timeout=SOON_MS)
        put_on(page)
        wait_until_it_arrives(page, strict_cloud, sign_in.user)
        expect(page.get_by_test_id("playing-title")).to_have_text(title)
        assert "start" not in page.evaluate("window.sent.map((each) => each.action)")
        times_ms = [at_ms for at_ms, _ in arrived(strict_cloud, sign_in.user)]
        assert holes([at_ms for at_ms in times_ms if at_ms <= out_ms]) == []
        assert max(at_ms for at_ms in times_ms if at_ms <= out_ms) > out_ms - 2_000


@pytest.mark.parametrize("trouble", ["it has ended", "it is for another app"])
def test_a_token_that_is_refused_is_told_in_a_sentence_and_not_tried_in_a_hurry(
    browser: Browser, sign_in: SignIn, address: str, trouble: str
) -> None:
    sign_in.told_seconds = 3600
    if trouble == "it has ended":
        sign_in.token_seconds = -LEEWAY_SECONDS - 1
    sign_in.is_for_another_app = trouble == "it is for another app"
    with opened(browser, address, TRIES) as page:
        said = page.locator(".connection")
        expect(said).to_contain_text("The server did not accept the connection.", timeout=SOON_MS)
        wait_until(page, lambda: len(page.evaluate("window.tried_at")) >= 5)
        tried_at = page.evaluate("window.tried_at")
        waits = [after - before for before, after in pairwise(tried_at)]
        # 250 ms, doubled each time: a busy machine waits longer, never shorter.
        assert all(wait >= 240 * 2**number for number, wait in enumerate(waits[:4]))
        expect(said).to_contain_text("Trying again in", timeout=SOON_MS)


def test_who_lets_nothing_be_kept_is_told_why_nobody_can_sign_in(
    browser: Browser, sign_in: SignIn, address: str
) -> None:
    with opened(browser, address, NO_STORAGE) as page:
        expect(page.locator("main.notice")).to_contain_text("Allow", timeout=SOON_MS)
        expect(page.locator("main.notice")).to_contain_text("this page")
        assert sign_in.granted == []


def wait_until_it_arrives(page: Page, cloud: Cloud, user: str) -> None:
    """Until the stream holds a sample that was measured after now."""
    now_ms = page.evaluate("Date.now()")
    wait_until(page, lambda: any(at_ms > now_ms for at_ms, _ in arrived(cloud, user)))
