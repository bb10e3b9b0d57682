"""Pictures of the page: every state, in every size, light and dark."""

import logging
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Error, Page

from benchmarks.chromium import LOCALE, chromium
from benchmarks.made_past import store_past
from benchmarks.states import STATES, TRAINS, State
from catalog.demo import demo_songs
from catalog.store import store_songs
from local.athletes import start_athletes
from local.interrupts import interruptible
from local.launcher import Cloud, running
from local.project import PROJECT
from simulator.athletes import user_name

PICTURES = PROJECT / ".tempofit" / "screens"
SCREENS = PROJECT / "docs" / "screens"
NAMES = [state.name for state in STATES]
SIZES = ((390, 844), (320, 640), (844, 390), (1280, 800), (1920, 1080))
SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")
IN_DOCS = {
    ("running", (1280, 800), "light"): "running-desktop",
    ("running", (390, 844), "dark"): "running-phone",
    ("class", (1920, 1080), "dark"): "class-wall",
    ("summary", (390, 844), "light"): "summary-phone",
}
"""The pictures that the README shows, and their names there."""
ATHLETES = 25
SPEED = 8
"""So that some songs have played soon, yet a coach does not miss songs between two looks."""
SETTLED_MS = 700
"""For what is drawn anew in another size, and for what fades."""
COLOURS = 256
HEAD = """<!doctype html>
<meta charset="utf-8">
<title>TempoFit: every state of the page</title>
<style>
  body { margin: 2rem; background: #777; color: #fff; font: 1rem/1.4 system-ui, sans-serif; }
  p { max-width: 60rem; }
  div { display: flex; flex-wrap: wrap; align-items: start; gap: 1rem; }
  img { max-height: 40rem; max-width: 100%; }
</style>
"""


def main() -> None:
    """Take the pictures of the states that are named, or of all."""
    parser = ArgumentParser(prog="python -m benchmarks.screenshots", description=__doc__)
    parser.add_argument("states", nargs="*", metavar="STATE", help=f"one of: {', '.join(NAMES)}")
    names = parser.parse_args().states
    if unknown := [name for name in names if name not in NAMES]:
        parser.error(f"there is no state {unknown[0]!r}; there are: {', '.join(NAMES)}")
    chosen = [state for state in STATES if not names or state.name in names]
    stopped: list[str] = []
    with interruptible(lambda: stopped.append("Stopped before the end.")):
        try:
            _take_all(chosen)
        except (KeyboardInterrupt, Error):  # of a browser that was stopped, too
            if not stopped:
                raise
            logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # which tells of it as well
            print(*stopped, file=sys.stderr)
            sys.exit(130)


def _take_all(states: list[State]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, _athletes() as cloud:
        for number, state in enumerate(states, 1):
            print(f"{number} of {len(states)}: {state.name}")
            _take(browser, cloud, state)
    index = PICTURES / "index.html"
    index.write_text(HEAD + "".join(_section(state) for state in STATES))
    print(f"All that were taken are on one page, each beside what it has to show: {index}")


@contextmanager
def _athletes() -> Iterator[Cloud]:
    """A cloud of its own with simulated athletes."""
    users = [user_name(number) for number in range(1, ATHLETES + 1)]
    with (
        TemporaryDirectory(prefix="tempofit-screens-") as directory,
        running(Path(directory), users=users, progress=print) as cloud,
    ):
        table = cloud.addresses.songs_table
        store_songs(cloud.client("dynamodb"), table, "demo", demo_songs())
        (plays,) = (
            name
            for name in cloud.client("dynamodb").list_tables()["TableNames"]
            if "plays" in name.lower()
        )
        store_past(cloud.client("dynamodb"), plays, TRAINS, int(time.time() * 1000))
        start_athletes(cloud, ATHLETES, SPEED)
        yield cloud


def _take(browser: Browser, cloud: Cloud, state: State) -> None:
    width, height = SIZES[0]
    context = browser.new_context(viewport={"width": width, "height": height}, locale=LOCALE)
    try:
        page = context.new_page()
        page.goto(f"{cloud.addresses.page_url}/{state.query}")
        state.reach(page)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for size in SIZES:
                picture = _picture(page, state, size)
                _path(state, size, scheme).write_bytes(picture)
                if name := IN_DOCS.get((state.name, size, scheme)):
                    (SCREENS / f"{name}.png").write_bytes(picture)
    finally:
        context.close()


def _picture(page: Page, state: State, size: tuple[int, int]) -> bytes:
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(SETTLED_MS)
    state.before_each(page)
    return _small(page.screenshot(animations="disabled"))


def _path(state: State, size: tuple[int, int], scheme: str) -> Path:
    width, height = size
    return PICTURES / f"{state.name}-{width}x{height}-{scheme}.png"


def _section(state: State) -> str:
    paths = (_path(state, size, scheme) for scheme in SCHEMES for size in SIZES)
    shown = "\n".join(
        f'<img src="{path.name}" alt="{path.name}" loading="lazy">'
        for path in paths
        if path.exists()
    )
    return f"<h2>{escape(state.name)}</h2>\n<p>{escape(state.shows)}</p>\n<div>{shown}</div>\n"


def _small(picture: bytes) -> bytes:
    """The same picture with a palette, a third of the bytes."""
    with Image.open(BytesIO(picture)) as image:
        few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small = BytesIO()
    few.save(small, "PNG", optimize=True)
    return small.getvalue()


if __name__ == "__main__":
    main()
