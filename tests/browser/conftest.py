import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from local.launcher import Cloud
from local.processes import PROJECT

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CARRIED = """
const { default: chromium } = await import("@sparticuz/chromium");
console.log(await chromium.executablePath());
"""


class OpenPage(Protocol):
    """Opens the page of one athlete."""

    def __call__(self, user: str) -> AbstractContextManager[Page]: ...


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the system, else the one that npm's @sparticuz/chromium carries."""
    path = shutil.which("chromium") or shutil.which("google-chrome") or _carried_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def _carried_chromium() -> str:
    frontend = PROJECT / "frontend"
    node = Path(shutil.which("node", path=_search_path()) or "node")
    found = subprocess.run(
        [node, "--input-type=module", "--eval", CARRIED],
        cwd=frontend,
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        pytest.fail(
            "There is no chromium or google-chrome on the PATH, and npm's @sparticuz/chromium "
            f"gave none either: run `make setup`. Node said: {found.stderr.strip()[-500:]}"
        )
    return found.stdout.strip()


def _search_path() -> str:
    return os.pathsep.join([str(PROJECT / ".venv" / "bin"), os.environ.get("PATH", "")])


@pytest.fixture
def open_page(browser: Browser, cloud: Cloud) -> OpenPage:
    """Pages of athletes, each in a browser of its own; an error on the page fails the test."""

    @contextmanager
    def open_one(user: str) -> Iterator[Page]:
        errors: list[str] = []
        # A machine without a locale makes Chromium call its language "en-US@posix", which no
        # formatter of numbers takes.
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{cloud.addresses.page_url}/?user={user}")
        try:
            yield page
        finally:
            context.close()
            assert errors == []

    return open_one
