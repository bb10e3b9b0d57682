"""The Chromium that shows the page to tests, benchmarks and the pictures of the docs."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from local.project import PROJECT

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOCALE = "en-US"
"""A machine without a locale makes Chromium call its language "en-US@posix", which no formatter of
numbers takes."""
CARRIED = """
const { default: chromium } = await import("@sparticuz/chromium");
console.log(await chromium.executablePath());
"""


class NoChromiumError(Exception):
    """There is no Chromium on this machine; the sentence says what to do."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium of the system, else the one that npm's @sparticuz/chromium carries.

    Raises NoChromiumError.
    """
    path = shutil.which("chromium") or shutil.which("google-chrome") or _carried()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def _carried() -> str:
    places = [str(PROJECT / ".venv" / "bin"), os.environ.get("PATH", "")]
    node = Path(shutil.which("node", path=os.pathsep.join(places)) or "node")
    try:
        found = subprocess.run(  # noqa: S603 - our own command
            [node, "--input-type=module", "--eval", CARRIED],
            cwd=PROJECT / "frontend",
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        raise NoChromiumError(
            "There is no chromium or google-chrome on the PATH, and npm's @sparticuz/chromium "
            f"gave none either: run `make setup`. Node said: {said.strip()[-500:]}"
        ) from None
    return found.stdout.strip()
