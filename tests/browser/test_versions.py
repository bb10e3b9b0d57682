"""A new build of the page reaches who has it open or kept, and breaks nothing that is open."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from local.launcher import PAGE
from local.processes import free_port
from local.web import Config, application
from tests.browser.sign_in import serving
from tests.browser.strap import wait_until
from tests.browser.test_offline import SOON_MS, wait_for_worker

VERSION = re.compile(r"\\\"version\\\":\\\"([^\"\\]+)\\\"")
CACHES = "() => caches.keys()"
WHOLE = "(path) => fetch(path).then((response) => response.ok && response.text())"
"""A body that nobody reads keeps the worker that gives it busy, and so the next one waiting."""
SETTLED = """async () => {
  const { installing, waiting, active } = await navigator.serviceWorker.getRegistration();
  return !installing && !waiting && active?.state === "activated";
}"""


@pytest.fixture
def built(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PAGE, tmp_path / "dist"))


@pytest.fixture
def url(built: Path) -> Iterator[str]:
    """A page of this machine; nobody answers at its WebSocket."""
    port = free_port()
    socket_url = f"ws://127.0.0.1:{free_port()}/dev"
    config = Config("127.0.0.1", port, str(built), socket_url, ["nobody"])
    with serving(application(config), port):
        yield f"http://127.0.0.1:{port}/"


def build_again(built: Path, version: str) -> None:
    """What another build changes, as far as a browser asks: the worker, the page and its files."""
    worker = built / "sw.js"
    script = next((built / "assets").glob("index-*.js"))
    renamed = script.rename(script.with_name(f"index-{version}.js"))
    text, count = VERSION.subn(rf'\\"version\\":\\"{version}\\"', worker.read_text())
    assert count == 1
    worker.write_text(text.replace(script.name, renamed.name))
    index = built / "index.html"
    index.write_text(index.read_text().replace(script.name, renamed.name))


def kept_versions(page: Page) -> list[str]:
    names: list[str] = page.evaluate(CACHES)
    return [name.removeprefix("tempofit-") for name in names if name != "tempofit-settings"]


def scripts(page: Page) -> list[str]:
    found: list[str] = page.evaluate("[...document.scripts].map(({ src }) => src)")
    return [src.rpartition("/")[2] for src in found]


def test_a_new_build_takes_over_and_leaves_the_last_one_to_open_pages(
    browser: Browser, built: Path, url: str
) -> None:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.goto(url)
    wait_for_worker(page)
    first = scripts(page)[0]
    still_open = context.new_page()
    still_open.goto(url)

    build_again(built, "second")
    page.reload()
    assert scripts(page) == ["index-second.js"]
    wait_until(page, lambda: kept_versions(page)[1:] == ["second"] and page.evaluate(SETTLED))
    assert still_open.evaluate(WHOLE, f"/assets/{first}"), "the server has it no more: it was kept"

    build_again(built, "third")
    page.reload()
    wait_until(page, lambda: kept_versions(page) == ["second", "third"])
    context.set_offline(True)
    page.reload()
    assert scripts(page) == ["index-third.js"]
    expect(page.get_by_test_id("no-network")).to_contain_text("No network", timeout=SOON_MS)
    context.close()
