"""Parts of the cloud are killed in mid-workout; the page comes back and nothing is lost."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from catalog.demo import demo_songs
from catalog.store import store_songs
from local.launcher import Cloud, running
from local.processes import HOST, Part, free_port
from tests.browser.conftest import opened
from tests.browser.counting import assert_nothing_is_lost
from tests.browser.strap import SOCKETS, SOON_MS, STRAP, beat_on, put_on_until_averaged

CONNECTED_MS = 90_000
"""A cloud that starts anew and a wait of at most half a minute."""

OpenCloud = Callable[[], AbstractContextManager[Cloud]]


@pytest.fixture
def open_cloud(tmp_path: Path) -> OpenCloud:
    """Starts a cloud of the test's own, each time anew, always on the same two ports."""
    page_port, websocket_port = free_port(), free_port()

    @contextmanager
    def open_one() -> Iterator[Cloud]:
        directory = tmp_path / str(time.time_ns())
        directory.mkdir()
        with running(directory, page_port=page_port, websocket_port=websocket_port) as cloud:
            table = cloud.addresses.songs_table
            store_songs(cloud.client("dynamodb"), table, "demo", demo_songs(count=200))
            yield cloud

    return open_one


def test_a_gateway_that_is_killed_and_started_again_costs_no_sample(
    browser: Browser, open_cloud: OpenCloud
) -> None:
    user = "athlete-of-a-killed-gateway"
    with open_cloud() as cloud, working_out(browser, cloud, user) as page:
        gateway = next(part for part in cloud.parts if part.name == "gateway")
        gateway.process.kill()
        gateway.process.wait()
        expect(page.locator(".connection")).to_contain_text("Trying again", timeout=SOON_MS)
        beat_on(page, 6_000)  # more than a batch, so that one at least has nowhere to go
        start_gateway(cloud, gateway)

        expect(page.get_by_text("Connected", exact=True)).to_be_visible(timeout=CONNECTED_MS)
        assert_nothing_is_lost(page, cloud, user)
        assert sum(message["action"] == "start" for message in page.evaluate("window.sent")) == 1
        assert_songs_play_on(page)


def test_a_whole_cloud_that_is_killed_and_forgets_everything_is_told_it_again(
    browser: Browser, open_cloud: OpenCloud
) -> None:
    user = "athlete-of-a-killed-cloud"
    with ExitStack() as running_first, ExitStack() as pages:
        first = running_first.enter_context(open_cloud())
        page = pages.enter_context(working_out(browser, first, user))
        for part in first.parts:
            part.process.kill()
        expect(page.locator(".connection")).to_contain_text("Trying again", timeout=SOON_MS)
        running_first.close()  # its ports are reserved until then
        with open_cloud() as second:
            expect(page.get_by_text("Connected", exact=True)).to_be_visible(timeout=CONNECTED_MS)
            assert_nothing_is_lost(page, second, user)
            assert_songs_play_on(page)


@contextmanager
def working_out(browser: Browser, cloud: Cloud, user: str) -> Iterator[Page]:
    """A page whose strap beats, in a session that has its first song."""
    address = f"{cloud.addresses.page_url}/?user={user}"
    with opened(browser, address, STRAP + SOCKETS) as page:
        put_on_until_averaged(page)
        yield page


def start_gateway(cloud: Cloud, killed: Part) -> None:
    """Another gateway in place of the killed one, with the configuration that it had."""
    configuration = cloud.logs.parent / "gateway.json"
    command = [sys.executable, "-m", "local.gateway.server", str(configuration)]
    assert killed.address is not None
    assert killed.address[0] == HOST
    cloud.parts.remove(killed)
    cloud.start("gateway", command, address=killed.address).wait_until_ready()


def assert_songs_play_on(page: Page) -> None:
    """A song plays, and a skip brings another one."""
    playing = page.get_by_test_id("playing")
    slot = int(playing.get_attribute("data-slot", timeout=SOON_MS) or -1)
    page.get_by_role("button", name="Skip").click()
    expect(playing).to_have_attribute("data-slot", str(slot + 1), timeout=SOON_MS)
