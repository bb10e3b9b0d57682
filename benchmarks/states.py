"""The states of the page that its pictures show: how each is reached, and what it has to show."""

import re
from collections.abc import Callable
from typing import NamedTuple

from playwright.sync_api import Page, WebSocketRoute, expect

from simulator.athletes import user_name

SONGS_PLAYED = 3
ON_THE_FLOOR = 12
SOON_MS = 120_000
LOOKS_MS = 15_000
"""Some looks of a coach, until nobody is where they were at first sight."""
ONE, OTHER = f"?user={user_name(1)}", f"?user={user_name(2)}"
TRAINS = "somebody-who-trains"
"""Who has past workouts."""
PAST = f"?user={TRAINS}"
FLOOR = "?floor=demo"

Steps = Callable[[Page], None]


def nothing(page: Page) -> None:
    """Nothing is done."""


class State(NamedTuple):
    """A state of the page."""

    name: str
    query: str
    """What stands behind the page's address."""
    reach: Steps
    """What is done first, in a window of a phone's size."""
    shows: str
    """What to look for in its pictures."""
    before_each: Steps = nothing
    """What is done before each picture, in the window's size of that picture."""


def playing(page: Page) -> None:
    """Wait until some songs have played."""
    expect(page.get_by_test_id("freshness")).to_have_text("live", timeout=SOON_MS)
    songs = page.locator(".list li")
    expect(songs.nth(SONGS_PLAYED)).to_be_attached(timeout=SOON_MS)
    expect(page.get_by_test_id("playing-title")).to_be_visible(timeout=SOON_MS)


def nobody(page: Page) -> None:
    """Wait until the page says that nothing came."""
    expect(page.get_by_test_id("freshness")).to_have_text("no heart rate yet", timeout=SOON_MS)


def started(page: Page) -> None:
    """Press "Start", and wait for the first song."""
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_test_id("playing")).to_have_attribute("data-slot", "0", timeout=SOON_MS)


def warming_up(page: Page) -> None:
    """Begin a made-up heart."""
    nobody(page)
    started(page)
    expect(page.get_by_text("Warming up").first).to_be_visible(timeout=SOON_MS)


def choices(page: Page) -> None:
    """Look at how songs are chosen."""
    playing(page)
    page.get_by_text("How songs are chosen").click()
    expect(page.get_by_text("Loading…")).to_have_count(0, timeout=SOON_MS)


def planned(page: Page) -> None:
    """Choose the plan, and wait for its strip."""
    warming_up(page)
    page.get_by_text("How songs are chosen").click()
    page.get_by_role("button", name="Plan The tempo").click()
    expect(page.get_by_test_id("phase")).to_be_visible(timeout=SOON_MS)


def skipped(page: Page) -> None:
    """Skip the song, which can be taken back for some seconds."""
    at_top(page)
    undo = page.get_by_role("button", name="Undo")
    if undo.count():
        undo.click()
    skip = page.get_by_role("button", name="Skip", exact=True)
    expect(skip).to_have_attribute("aria-disabled", "false", timeout=SOON_MS)
    skip.click()
    expect(undo).to_be_visible(timeout=SOON_MS)


def stale(page: Page) -> None:
    """Let a made-up heart beat until a song plays, and stop it."""
    started(page)
    page.get_by_role("button", name="Stop the made-up heart").click()
    gone = re.compile(r"^no heart rate for \d+ s$")
    expect(page.get_by_test_id("freshness")).to_have_text(gone, timeout=SOON_MS)


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


def unserved(page: Page) -> None:
    """Open the page when its server has stopped."""
    page.context.route("**/config.json", lambda route: route.abort())
    page.evaluate(
        "caches.keys().then((names) => Promise.all(names.map((it) => caches.delete(it))))"
    )
    page.reload()
    expect(page.get_by_role("button", name="Try again")).to_be_visible(timeout=SOON_MS)


def summed_up(page: Page) -> None:
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


def music(page: Page) -> None:
    """Open what plays one's own files and a music server."""
    playing(page)
    page.get_by_text("Use my own music").click()
    page.get_by_text("Use a music server").click()
    form = page.get_by_role("form", name="Music server")
    expect(form).to_be_visible(timeout=SOON_MS)


def asked_to_join(page: Page) -> None:
    """Wait for the question of who came by a coach's code."""
    expect(page.get_by_text("Join the floor")).to_be_visible(timeout=SOON_MS)


def floor(page: Page) -> None:
    """Wait until the coach sees people who hear a song."""
    tiles = page.get_by_test_id("tile").filter(has_text="tempo")
    expect(tiles.nth(ON_THE_FLOOR - 1)).to_be_attached(timeout=SOON_MS)
    expect(tiles.filter(has_text=re.compile("zone [45]")).first).to_be_attached(timeout=SOON_MS)
    page.wait_for_timeout(LOOKS_MS)


def empty_floor(page: Page) -> None:
    """Look at a floor without people."""
    expect(page.get_by_text("Nobody is on this floor now.")).to_be_visible(timeout=SOON_MS)


def board(page: Page) -> None:
    """Look at the board of effort points."""
    floor(page)
    page.get_by_role("button", name="Board").click()


def join_code(page: Page) -> None:
    """Open the code by which people join."""
    floor(page)
    page.get_by_role("button", name="Let people join").click()
    expect(page.get_by_test_id("code")).to_be_visible(timeout=SOON_MS)


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


def at_top(page: Page) -> None:
    """Scroll to the top."""
    page.evaluate("scrollTo(0, 0)")


def at(selector: str) -> Steps:
    """Scroll to what `selector` finds, once the window has its size."""

    def scroll(page: Page) -> None:
        page.locator(selector).first.evaluate("(it) => it.scrollIntoView({ block: 'start' })")

    return scroll


RUN = (
    "One screen without scrolling: pulse, zone and time, song, the needle, what comes next, "
    "and the three buttons whole."
)
STATES = (
    State(
        "first-visit",
        "?user=me",
        nobody,
        "One filled button, Start, in sight; the other ways beside it, smaller.",
    ),
    State(
        "sources",
        "?user=me",
        sources,
        "Every way to bring a heart rate, each with what it needs.",
        at(".sources"),
    ),
    State(
        "join",
        "?user=me&join=demo",
        asked_to_join,
        "Who asks, what they will see, and two answers.",
    ),
    State(
        "warming-up",
        "?user=me-first",
        warming_up,
        f"{RUN} It says that it warms up, not that the song is off.",
        at_top,
    ),
    State("running", ONE, playing, RUN, at_top),
    State(
        "plan",
        "?user=me-with-a-plan",
        planned,
        f"{RUN} Over them the phase, its countdown and a bar of phases.",
        at_top,
    ),
    State(
        "undo",
        "?user=me-who-skips",
        warming_up,
        "The skipped song's name, and Undo in reach of a thumb.",
        skipped,
    ),
    State(
        "sheet",
        OTHER,
        playing,
        "What is not needed at a run: source, music, why this song.",
        at(".sheet"),
    ),
    State(
        "choices", OTHER, choices, "How songs are chosen; what is chosen is plain.", at(".choosing")
    ),
    State(
        "music",
        OTHER,
        music,
        "One's own files and a music server, each in a few fields.",
        at(".own-music"),
    ),
    State(
        "chart",
        ONE,
        playing,
        "Bands of zones behind the line, songs as named bands; the axis ends with the workout.",
        at(".chart"),
    ),
    State(
        "stale",
        "?user=somebody-who-stopped",
        stale,
        "That no heart rate comes, since when, and that the music goes on.",
        at_top,
    ),
    State(
        "offline",
        OTHER,
        offline,
        "That there is no network, what still works, nothing that says otherwise.",
        at_top,
    ),
    State("unserved", "?user=me", unserved, "That the page has no server, and what to do."),
    State("summary", OTHER, summed_up, "Time in zones, the line, the songs, the exports.", at_top),
    State("past", PAST, past, "Past workouts, newest first; each with day, length, zones."),
    State(
        "past-workout",
        PAST,
        past_workout,
        "The workout as its summary was: line, zones, songs, exports.",
    ),
    State("weeks", PAST, weeks, "What weeks come to, and which songs were liked and skipped."),
    State(
        "floor",
        FLOOR,
        floor,
        "Tiles in the zone's colour: name, share of maximum largest, song; a corner needs a look.",
    ),
    State("board", FLOOR, board, "Effort points of who shows them, most first; what a point is."),
    State(
        "class",
        FLOOR,
        floor_class,
        "The phase that everybody is in and its countdown; tiles as without it.",
    ),
    State(
        "join-code",
        FLOOR,
        join_code,
        "A code that a camera can read, the address, who will see what.",
    ),
    State(
        "one-person",
        FLOOR,
        floor_workout,
        "One person's workout in a dialog; behind it nothing moved.",
    ),
    State(
        "empty-floor",
        "?floor=nobody-here",
        empty_floor,
        "That nobody is here, and how people come.",
    ),
)
