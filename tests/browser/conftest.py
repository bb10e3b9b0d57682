from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, Page

from benchmarks.chromium import LOCALE, chromium
from local.launcher import Cloud


class OpenPage(Protocol):
    """Opens the page of one athlete."""

    def __call__(self, user: str) -> AbstractContextManager[Page]: ...


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    with chromium() as browser:
        yield browser


@contextmanager
def opened(browser: Browser, address: str, *scripts: str, **options: Any) -> Iterator[Page]:
    """A page in a browser of its own, which runs `scripts` first; an error on it fails the test."""
    errors: list[str] = []
    options = {"viewport": {"width": 1280, "height": 800}, "locale": LOCALE} | options
    context = browser.new_context(**options)
    for script in scripts:
        context.add_init_script(script)
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    try:
        yield page
    finally:
        context.close()
        assert errors == []


@pytest.fixture
def open_page(browser: Browser, cloud: Cloud) -> OpenPage:
    """Pages of athletes on the tests' own cloud."""

    def open_one(user: str) -> AbstractContextManager[Page]:
        return opened(browser, f"{cloud.addresses.page_url}/?user={user}")

    return open_one
