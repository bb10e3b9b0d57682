"""The Chromium that shows the page to tests, benchmarks and the pictures of the docs."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

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
PACKAGE = PROJECT / "frontend" / "node_modules" / "@sparticuz" / "chromium"
UNPACKED = PACKAGE / "unpacked"
"""Beside its archives, so that another version of the package unpacks its own."""
UNPACK = """
const { default: chromium } = await import("@sparticuz/chromium");
await chromium.executablePath();
"""
AS_ON_LAMBDA = {"AWS_LAMBDA_JS_RUNTIME": "nodejs24.x"}
"""What makes the package unpack libnss3 and libnspr4 too, which a fresh machine lacks."""
FONTS = f"""<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{UNPACKED / "fonts"}</dir>
</fontconfig>
"""
"""The system's fonts, and the one that the package carries for where there are none."""
NONE = (
    "There is no chromium or google-chrome on the PATH, and npm's @sparticuz/chromium gave none "
    "either"
)


class NoChromiumError(Exception):
    """There is no Chromium on this machine; the sentence says what to do."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium of the system, else the one that npm's @sparticuz/chromium carries.

    Raises NoChromiumError.
    """
    path, variables = shutil.which("chromium") or shutil.which("google-chrome"), {}
    if not path:
        path, variables = str(_unpacked() / "chromium"), _variables()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=FLAGS, env={**os.environ, **variables}
        )
        try:
            yield browser
        finally:
            browser.close()


def _variables() -> dict[str, str]:
    """The carried libraries go before the system's, which may be missing."""
    libraries = [str(UNPACKED / "al2023" / "lib"), os.environ.get("LD_LIBRARY_PATH")]
    return {
        "LD_LIBRARY_PATH": os.pathsep.join(filter(None, libraries)),
        "FONTCONFIG_FILE": str(UNPACKED / "fonts.conf"),
    }


def _unpacked() -> Path:
    """The folder of the carried Chromium, whole: of two that unpack it at once, one is kept."""
    if not PACKAGE.exists():
        raise NoChromiumError(f"{NONE}: run `make setup`.")
    if not UNPACKED.exists():
        with TemporaryDirectory(dir=PACKAGE) as folder:
            whole = Path(folder) / "whole"
            whole.mkdir()
            _unpack(whole)
            (whole / "fonts.conf").write_text(FONTS)
            with suppress(OSError):
                whole.rename(UNPACKED)
    return UNPACKED


def _unpack(folder: Path) -> None:
    places = [str(PROJECT / ".venv" / "bin"), os.environ.get("PATH", "")]
    node = Path(shutil.which("node", path=os.pathsep.join(places)) or "node")
    try:
        subprocess.run(  # noqa: S603 - our own command
            [node, "--input-type=module", "--eval", UNPACK],
            cwd=PROJECT / "frontend",
            env={**os.environ, **AS_ON_LAMBDA, "TMPDIR": str(folder)},
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        raise NoChromiumError(
            f"{NONE}: run `make setup`. Node said: {said.strip()[-500:]}"
        ) from None
