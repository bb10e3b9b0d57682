"""The pictures of the page in docs/screens: `python -m benchmarks.screenshots [NAME ...]`.

It stands here because, like the tables of the docs, the pictures are made by running the project.
"""

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from benchmarks.chromium import LOCALE, chromium
from benchmarks.made_past import store_past
from catalog.demo import demo_songs
from catalog.store import store_songs
from local.athletes import start_athletes
from local.launcher import Cloud, running
from local.project import PROJECT
from simulator.athletes import user_name

SCREENS = PROJECT / "docs" / "screens"
ATHLETES = 25
SPEED = 8
"""So that some songs have played soon, yet a coach does not miss songs between two looks."""
SONGS_PLAYED = 3
ON_THE_FLOOR = 12
SOON_MS = 120_000
LOOKS_MS = 15_000
"""Some looks of a coach, until nobody is where they were at first sight."""
COLOURS = 256

Steps = Callable[[Page], None]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
WALL: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}


class View(NamedTuple):
    """A picture: its name, what stands behind the page's address, and what is done before."""

    name: str
    query: str
    size: dict[str, Any]
    scheme: str
    steps: Steps


def playing(page: Page) -> None:
    """Wait until some songs have played."""
    expect(page.get_by_test_id("freshness")).to_have_text("live", timeout=SOON_MS)
    songs = page.locator(".list li")
    expect(songs.nth(SONGS_PLAYED)).to_be_attached(timeout=SOON_MS)
    expect(page.get_by_test_id("playing-title")).to_be_visible(timeout=SOON_MS)


def details(page: Page) -> None:
    """Open everything that is folded, and look at how songs are chosen."""
    playing(page)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    expect(page.get_by_text("Loading…")).to_have_count(0, timeout=SOON_MS)
    page.get_by_text("How songs are chosen").scroll_into_view_if_needed()


def nobody(page: Page) -> None:
    """Wait until the page says that nothing came."""
    expect(page.get_by_test_id("freshness")).to_have_text("no heart rate yet", timeout=SOON_MS)


def stale(page: Page) -> None:
    """Let a made-up heart beat until a song plays, and stop it."""
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_test_id("playing")).to_have_attribute("data-slot", "0", timeout=SOON_MS)
    page.get_by_role("button", name="Stop the made-up heart").click()
    gone = re.compile(r"^no heart rate for \d+ s$")
    expect(page.get_by_test_id("freshness")).to_have_text(gone, timeout=SOON_MS)
    page.evaluate("scrollTo(0, 0)")


def offline(page: Page) -> None:
    """Take the network away while a song plays, and with it the connection to this machine."""
    sockets: list[WebSocketRoute] = []
    gone = False

    def route(socket: WebSocketRoute) -> None:
        if gone:
            socket.close()
        else:
            socket.connect_to_server()
            sockets.append(socket)

    page.route_web_socket(re.compile("^ws:"), route)
    page.reload()
    playing(page)
    gone = True
    page.context.set_offline(True)
    for socket in sockets:
        socket.close()
    expect(page.get_by_test_id("no-network")).to_be_visible(timeout=SOON_MS)
    expect(page.locator(".connection")).to_have_text("No network", timeout=SOON_MS)


def floor(page: Page) -> None:
    """Wait until the coach sees people who hear a song."""
    tiles = page.get_by_test_id("tile").filter(has_text="tempo")
    expect(tiles.nth(ON_THE_FLOOR - 1)).to_be_attached(timeout=SOON_MS)
    expect(tiles.filter(has_text=re.compile("zone [45]")).first).to_be_attached(timeout=SOON_MS)
    page.wait_for_timeout(LOOKS_MS)


def floor_class(page: Page) -> None:
    """Start a plan for everybody on the floor, and wait until its first songs play."""
    floor(page)
    page.get_by_label("Plan").select_option("intervals")
    page.get_by_role("button", name="Start for everybody").click()
    expect(page.get_by_test_id("phase")).to_be_visible(timeout=SOON_MS)
    page.wait_for_timeout(LOOKS_MS)


def floor_workout(page: Page) -> None:
    """Open the workout of somebody on the floor."""
    floor(page)
    page.get_by_test_id("tile").first.get_by_role("button").click()
    expect(page.get_by_role("dialog").locator(".plot canvas")).to_be_visible(timeout=SOON_MS)
    page.wait_for_timeout(LOOKS_MS)


def summary(page: Page) -> None:
    """End the workout."""
    playing(page)
    page.get_by_role("button", name="End the workout").click()
    expect(page.get_by_role("heading", name="Time in each zone")).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_test_id("end-note")).to_contain_text("Ended", timeout=SOON_MS)


def past(page: Page) -> None:
    """Open the list of past workouts."""
    nobody(page)
    page.get_by_role("button", name="Past workouts").click()
    expect(page.locator(".past-list li").first).to_be_visible(timeout=SOON_MS)


def past_workout(page: Page) -> None:
    """Open one of them."""
    past(page)
    page.locator(".past-open").first.click()
    expect(page.get_by_role("dialog").locator(".plot canvas")).to_be_visible(timeout=SOON_MS)


def weeks(page: Page) -> None:
    """Look at what weeks of them come to, when all of their songs are read."""
    past(page)
    page.get_by_role("button", name=re.compile("^Your weeks")).click()
    expect(page.get_by_text("Skipped most")).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_text("Reading songs")).to_have_count(0, timeout=SOON_MS)


def sources(page: Page) -> None:
    """Show where else a heart rate may come from."""
    nobody(page)
    page.get_by_text("More ways").click()
    page.get_by_text("More ways").scroll_into_view_if_needed()


ONE, OTHER = f"?user={user_name(1)}", f"?user={user_name(2)}"
TRAINS = "somebody-who-trains"
PAST = f"?user={TRAINS}"
VIEWS = (
    View("athlete-desktop", ONE, DESKTOP, "light", playing),
    View("athlete-desktop-dark", ONE, DESKTOP, "dark", playing),
    View("athlete-phone", ONE, PHONE, "light", playing),
    View("athlete-phone-dark", OTHER, PHONE, "dark", playing),
    View("details-desktop", OTHER, DESKTOP, "light", details),
    View("details-phone", OTHER, PHONE, "light", details),
    View("coach-desktop", "?floor=demo", DESKTOP, "light", floor),
    View("coach-phone", "?floor=demo", PHONE, "dark", floor),
    View("coach-wall", "?floor=demo", WALL, "dark", floor_class),
    View("coach-workout-desktop", "?floor=demo", DESKTOP, "light", floor_workout),
    View("summary-desktop", OTHER, DESKTOP, "light", summary),
    View("summary-phone", OTHER, PHONE, "light", summary),
    View("past-phone", PAST, PHONE, "dark", past),
    View("past-workout-desktop", PAST, DESKTOP, "light", past_workout),
    View("weeks-phone", PAST, PHONE, "light", weeks),
    View("sources-phone", "?user=me", PHONE, "light", sources),
    View("nobody-phone", "?user=nobody", PHONE, "light", nobody),
    View("offline-phone", OTHER, PHONE, "dark", offline),
    View("stale-phone", "?user=somebody-who-stopped", PHONE, "light", stale),
)


def main(names: list[str]) -> None:
    """Take the pictures of these names, or all, of a local cloud with simulated athletes."""
    if unknown := set(names) - {view.name for view in VIEWS}:
        known = ", ".join(view.name for view in VIEWS)
        sys.exit(f"There is no view {', '.join(sorted(unknown))!r}. There are: {known}.")
    SCREENS.mkdir(exist_ok=True)
    chosen = [view for view in VIEWS if not names or view.name in names]
    with chromium() as browser, _athletes() as cloud:
        for view in chosen:
            _take(browser, cloud, view)


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


def _take(browser: Browser, cloud: Cloud, view: View) -> None:
    path = SCREENS / f"{view.name}.png"
    path.write_bytes(_small(_picture(browser, cloud, view)))
    print(f"{path.relative_to(PROJECT)}: {path.stat().st_size / 1000:.0f} KB")


def _picture(browser: Browser, cloud: Cloud, view: View) -> bytes:
    context = browser.new_context(**view.size, locale=LOCALE, color_scheme=view.scheme)  # type: ignore[arg-type]  # "light" or "dark"
    try:
        page = context.new_page()
        page.goto(f"{cloud.addresses.page_url}/{view.query}")
        view.steps(page)
        return page.screenshot(animations="disabled")
    finally:
        context.close()


def _small(picture: bytes) -> bytes:
    """The same picture with a palette, a third of the bytes."""
    with Image.open(BytesIO(picture)) as image:
        few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small = BytesIO()
    few.save(small, "PNG", optimize=True)
    return small.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:])
