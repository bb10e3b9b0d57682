"""The page in a real browser: what a visit loads, what is shown when, and what it asks for."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from benchmarks import machine
from benchmarks.chromium import LOCALE, chromium
from benchmarks.page_probe import OBSERVE, Loaded, Network, loaded, measured, middle
from benchmarks.page_probe import total_blocking_ms as blocking_ms
from benchmarks.page_traffic import Asked, Traffic
from benchmarks.strap import STRAP
from catalog.demo import demo_songs
from catalog.store import store_songs
from local.athletes import start_athletes
from local.launcher import Cloud, running
from local.web import FLOOR
from simulator.athletes import PERFECT_STRAP, athlete, samples, user_name

WATCH_SECONDS = 10
"""Of the first visit, over which blocking is counted."""
HEAP_SECONDS = 60
AFTER_SECONDS = 5
"""In which a page asks what it asks for when a workout is over."""
DEADLINE_SECONDS = 60
POLL_MS = 100
BYTES_PER_MEGABYTE = 1_000_000


class PageError(Exception):
    """The page did not come to what is measured; the sentence says what is missing."""


class Report(msgspec.Struct, frozen=True):
    """What `tempofit bench page --json` prints.

    Milliseconds are medians over the visits, since the page was asked for or since the press. The
    song of a made-up heart is the server's first choice; the sound is the first that is heard after
    the press.
    """

    machine: str
    chromium: str
    visits: int
    first_visit: Loaded
    repeated_visit: Loaded
    """Without what came from the service worker, and without what that asked of the network itself:
    the page and its settings anew."""
    first_contentful_paint_ms: int
    largest_contentful_paint_ms: int
    first_heart_rate_ms: int
    first_song_ms: int
    total_blocking_ms: int
    start_to_first_song_ms: int
    start_to_first_sound_ms: int
    js_heap_megabytes: float
    """After a minute and a collection of garbage."""
    asked: dict[str, Asked]
    """An athlete's page, whose strap sends a simulated workout; a second screen's, which looks at
    somebody else; and a coach's, who looks at a floor with one workout open. In one browser."""


def run(
    visits: int, minutes: int, *, progress: Callable[[str], None] = lambda sentence: None
) -> Report:
    """Start a local cloud with one athlete, visit its page so often, count for so long, stop it.

    Raises PageError, NoChromiumError, and what the launcher raises.
    """
    user = user_name(1)
    with (
        TemporaryDirectory(prefix="tempofit-bench-") as directory,
        running(Path(directory), users=[user], progress=progress) as cloud,
        chromium() as browser,
    ):
        table = cloud.addresses.songs_table
        store_songs(cloud.client("dynamodb"), table, "demo", demo_songs())
        start_athletes(cloud, 1, 1)
        with _visit(browser, cloud, user) as page:  # until a song plays, or the first would wait
            _wait_for(page, "song")
        return _measure(browser, cloud, user, visits, minutes, progress)


def _measure(
    browser: Browser,
    cloud: Cloud,
    user: str,
    visits: int,
    minutes: int,
    progress: Callable[[str], None],
) -> Report:
    progress(f"Visiting the page {visits} times")
    seen = []
    for _ in range(visits):
        with _visit(browser, cloud, user) as page:
            _wait_for(page, "song")
            page.wait_for_timeout(WATCH_SECONDS * 1000)
            seen.append(measured(page))
    progress("Visiting it twice in one browser, and staying for a minute")
    with _context(browser) as context:
        first, _ = _load(context, cloud, user)
        repeated, page = _load(context, cloud, user)
        page.wait_for_timeout(HEAP_SECONDS * 1000)
        heap = _heap_megabytes(page)
    progress("Pressing its buttons")
    songs = [_pressed(browser, cloud, f"bench-{n}", START, "song") for n in range(visits)]
    sounds = [_pressed(browser, cloud, f"bench-sound-{n}", START, "sound") for n in range(visits)]
    progress(f"Counting what three pages send and are sent for {minutes} min")
    asked = _asked(browser, cloud, user, minutes)
    return Report(
        machine=machine.describe(),
        chromium=browser.version,
        visits=visits,
        first_visit=first,
        repeated_visit=repeated,
        first_contentful_paint_ms=middle([one["first_contentful_paint"] for one in seen]),
        largest_contentful_paint_ms=middle([one["largest_contentful_paint"] for one in seen]),
        first_heart_rate_ms=middle([one["heart_rate"] for one in seen]),
        first_song_ms=middle([one["song"] for one in seen]),
        total_blocking_ms=middle(
            [blocking_ms(one["long_tasks"], WATCH_SECONDS * 1000) for one in seen]
        ),
        start_to_first_song_ms=middle(songs),
        start_to_first_sound_ms=middle(sounds),
        js_heap_megabytes=heap,
        asked=asked,
    )


START = "Start"
STRAPS = "Use my heart-rate strap"


def _asked(browser: Browser, cloud: Cloud, user: str, minutes: int) -> dict[str, Asked]:
    """What three pages of `minutes` ask for and are told, with the end of the workout."""
    page_url = cloud.addresses.page_url
    with _context(browser) as one, _context(browser) as two, _context(browser) as three:
        pages = {"athlete": one.new_page(), "watcher": two.new_page(), "coach": three.new_page()}
        traffic = {name: Traffic(page) for name, page in pages.items()}
        wearer, coach = pages["athlete"], pages["coach"]
        wearer.add_init_script(STRAP)
        wearer.goto(f"{page_url}/?user=bench-wearer")
        _button(wearer, STRAPS).click()
        wearer.get_by_text("Connected to Made Strap.").wait_for()
        wearer.evaluate("(hearts) => window.strap.plays(hearts)", _hearts(60 * minutes))
        pages["watcher"].goto(f"{page_url}/?user={user}")
        coach.goto(f"{page_url}/?floor={FLOOR}")
        coach.locator(f'.tile[data-user="{user}"]').get_by_role("button").click()
        wearer.wait_for_timeout(60_000 * minutes)
        _button(wearer, "End the workout").click()
        _button(wearer, "End it").click()
        wearer.wait_for_timeout(1000 * AFTER_SECONDS)
        return {name: each.asked() for name, each in traffic.items()}


def _hearts(seconds: int) -> list[float]:
    """Heart rates of a workout from its warm-up on, which a strap without faults tells."""
    one = athlete(2, 1, name="whole", strap=PERFECT_STRAP)
    return [heart_rate for _, heart_rate in samples(one, 0, seconds)]


def _button(page: Page, text: str) -> Locator:
    return page.get_by_role("button", name=text, exact=True, disabled=False)


@contextmanager
def _context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale=LOCALE)
    context.add_init_script(OBSERVE)
    try:
        yield context
    finally:
        context.close()


@contextmanager
def _visit(browser: Browser, cloud: Cloud, user: str) -> Iterator[Page]:
    """A first visit, in a browser that has nothing of the page."""
    with _context(browser) as context:
        page = context.new_page()
        page.goto(f"{cloud.addresses.page_url}/?user={user}")
        yield page


def _load(context: BrowserContext, cloud: Cloud, user: str) -> tuple[Loaded, Page]:
    page = context.new_page()
    network = Network(page)
    page.goto(f"{cloud.addresses.page_url}/?user={user}")
    _wait_for(page, "song")
    return loaded(network.bodies()), page


def _pressed(browser: Browser, cloud: Cloud, user: str, button: str, sign: str) -> float:
    """Milliseconds from a press to what it brings."""
    with _visit(browser, cloud, user) as page:
        _button(page, button).click()
        noted = _wait_for(page, sign)
    return noted[sign] - noted["pressed"]


def _wait_for(page: Page, sign: str) -> dict[str, float]:
    """What was noted, once `sign` is there."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while sign not in (noted := measured(page)):
        if time.monotonic() > deadline:
            what = sign.replace("_", " ")
            raise PageError(f"The page showed no {what} within {DEADLINE_SECONDS} s.")
        page.wait_for_timeout(POLL_MS)
    return noted


def _heap_megabytes(page: Page) -> float:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"]
    return round(used / BYTES_PER_MEGABYTE, 1)
