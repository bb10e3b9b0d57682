"""The browser on a machine that has no Chromium, none of its libraries and no font.

A mount namespace hides what this machine has of them; in it, tests of this folder run once more.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from local.project import PROJECT

TESTS = (
    "tests/browser/test_fresh_machine.py::test_different_letters_look_different",
    "tests/browser/test_page.py::test_shows_a_heart_rate_a_song_and_then_the_next_song",
)
BROWSERS = ("chromium", "google-chrome")
LIBRARIES = ("nspr4", "nss3", "nssutil3", "plc4", "plds4", "smime3", "softokn3", "freebl3")
PLACES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
FONTS = ("/etc/fonts", "/usr/share/fonts", "/usr/local/share/fonts")
HIDE_AND_RUN = """
set -e
nothing=$1; shift
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then kind=folder; else kind=file; fi
  mount --bind "$nothing/$kind" "$1"
  shift
done
shift
exec "$@"
"""
LETTERS = """() => ["H", "i"].map((letter) => {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  context.font = "40px sans-serif";
  context.fillText(letter, 10, 60);
  return canvas.toDataURL();
})"""


def test_different_letters_look_different(browser: Browser) -> None:
    page = browser.new_page()
    one, other = page.evaluate(LETTERS)
    page.close()
    assert one != other


def test_the_page_is_shown_where_there_is_no_chromium_no_library_and_no_font(
    tmp_path: Path,
) -> None:
    namespace = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    if reason := _refusal(namespace):
        pytest.skip(f"This machine lets nobody hide its browser in a namespace: {reason}")
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    hiding = [*namespace, "sh", "-c", HIDE_AND_RUN, "sh", str(tmp_path), *_hidden(), "--"]
    pytest_again = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS]
    done = subprocess.run(
        [*hiding, *pytest_again], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(TESTS)} passed" in done.stdout


def _refusal(namespace: list[str]) -> str:
    """Why no namespace can be made here, if none can."""
    try:
        subprocess.run([*namespace, "true"], capture_output=True, text=True, check=True)
    except FileNotFoundError:
        return "it has no `unshare`, which is Linux's."
    except subprocess.CalledProcessError as error:
        return str(error.stderr).strip()
    return ""


def _hidden() -> Iterator[str]:
    """The files and folders of this machine that a fresh one lacks."""
    on_path = [Path(folder) for folder in os.get_exec_path()]
    places = [Path(place) for place in PLACES]
    found = [folder / name for folder in on_path for name in BROWSERS]
    found += [path for place in places for path in _libraries(place)]
    found += [Path(folder) for folder in FONTS]
    yield from sorted({str(path.resolve()) for path in found if path.exists()})


def _libraries(place: Path) -> Iterator[Path]:
    for name in LIBRARIES:
        yield from place.glob(f"lib{name}.so*")
        yield from place.glob(f"*/lib{name}.so*")
