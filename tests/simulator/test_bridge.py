"""From a strap to the HTTP door, with backends of bleak that need no radio."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from random import Random

import aiohttp
import msgspec
import pytest
from aiohttp import web
from typer.testing import CliRunner

from events.stream import HeartRateBatch
from local.processes import free_port
from simulator import bluetooth
from simulator.bluetooth import BluetoothError, Found, MissingError, Radio
from simulator.bridge import Counts, bridge, chosen
from simulator.poster import MAX_UNSENT, DoorError, Poster
from tempofit.__main__ import app
from tempofit.addresses import require_web
from tempofit.strap import until_stopped
from tests.local.gateway.cloud import served
from tests.local.waiting import until
from tests.simulator.radio import Air, Client, Scanner

H10, WAHOO = ("Polar H10 1234", "AA:01", -60), ("TICKR", "AA:02", -70)
GOOD, LOST = bytes.fromhex("06 82"), bytes.fromhex("04 00")


@pytest.fixture(autouse=True)
def air() -> Iterator[None]:
    Air.clear()
    yield
    Air.clear()


@dataclass
class Door:
    """Answers with the statuses of its list, then takes everything."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    samples: list[tuple[int, float]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    async def post(self, request: web.Request) -> web.Response:
        self.tokens.append(request.headers["Authorization"])
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            body = msgspec.json.decode(await request.read(), type=HeartRateBatch)
            self.samples += body.samples
        return web.json_response({"message": f"said {status}."}, status=status)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    kept, port = Door(), free_port()
    site = web.Application()
    site.add_routes([web.post("/heartrate", kept.post)])
    async with served(site, port):
        kept.url = f"http://127.0.0.1:{port}/heartrate"
        yield kept


@pytest.fixture
async def poster(door: Door) -> AsyncIterator[Poster]:
    numbers = count(1)

    async def token() -> str:
        return f"token-{next(numbers)}"

    async with aiohttp.ClientSession() as http:
        yield Poster(http, door.url, token)


class AtOnce(Random):
    """Waits for nothing."""

    def uniform(self, a: float, b: float) -> float:
        return 0.0


async def bridged(poster: Poster, door: Door, samples: int, name: str = "") -> tuple[Counts, str]:
    """What was counted and said, once so many samples were taken."""
    counts, said, seconds = Counts(), list[str](), count(1)
    task = asyncio.create_task(
        bridge(
            Radio(Scanner, Client),
            name,
            poster,
            counts,
            said.append,
            scan_seconds=0,
            flush_seconds=0.01,
            again_seconds=0.001,
            now_ms=lambda: next(seconds) * 1000,
        )
    )
    await until(lambda: task.done() or len(door.samples) >= samples)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return counts, "\n".join(said)


async def test_a_straps_heart_rates_are_posted_as_they_come(door: Door, poster: Poster) -> None:
    Air.straps, Air.connections = [H10], [[GOOD] * 3]
    counts, said = await bridged(poster, door, 3)
    assert door.samples == [(1000, 130.0), (2000, 130.0), (3000, 130.0)]
    assert (counts.strap, counts.packets, counts.samples) == ("Polar H10 1234", 3, 3)
    assert said == "Connecting to Polar H10 1234."
    assert door.tokens == ["Bearer token-1"]


async def test_a_strap_that_goes_and_comes_is_connected_to_again(
    door: Door, poster: Poster
) -> None:
    Air.straps, Air.connections = [H10], [[GOOD], None, [GOOD], [GOOD]]
    counts, said = await bridged(poster, door, 3)
    assert len(door.samples) == 3
    assert (counts.connects, Air.connected) == (4, 4)
    assert said.count("Polar H10 1234 is out of reach. Trying again in") == 2
    assert "Polar H10 1234 cannot be reached: Device with that address was not found." in said


async def test_lost_contact_is_said_and_nothing_of_it_is_posted(door: Door, poster: Poster) -> None:
    Air.straps, Air.connections = [H10], [[GOOD, *[LOST] * 5, b"\x00", GOOD]]
    counts, said = await bridged(poster, door, 2)
    assert [sample[0] for sample in door.samples] == [1000, 8000]
    assert (counts.packets, counts.unreadable, counts.samples) == (8, 1, 2)
    assert said.splitlines()[1:] == [
        "No heart rate for 3 s: moisten the strap and put it on tighter.",
        "The strap measures again.",
    ]


async def test_what_is_not_taken_is_posted_again_and_said(door: Door, poster: Poster) -> None:
    Air.straps, Air.connections, door.statuses = [H10], [[GOOD] * 2], [503, 429]
    poster._random = AtOnce()
    _, said = await bridged(poster, door, 2)
    assert len(door.samples) == 2
    assert "said 503.\nsaid 429." in said


async def test_a_token_that_is_over_is_renewed_once(door: Door, poster: Poster) -> None:
    poster.add((1, 100.0))
    assert await poster.post()
    poster.add((2, 100.0))
    door.statuses = [403]
    assert await poster.post()
    assert door.tokens == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
    door.statuses = [403, 403]
    poster.add((3, 100.0))
    with pytest.raises(DoorError, match=r"refused with status 403: said 403\."):
        await poster.post()


async def test_a_message_that_is_none_is_not_sent_for_ever(door: Door, poster: Poster) -> None:
    door.statuses = [400]
    poster.add((1, 100.0))
    with pytest.raises(DoorError, match=r"status 400: said 400\."):
        await poster.post()


async def test_an_hour_is_kept_and_sent_in_messages_that_the_door_takes(
    door: Door, poster: Poster
) -> None:
    for at_ms in range(MAX_UNSENT + 10):
        poster.add((at_ms, 100.0))
    assert await poster.post()
    assert (poster.dropped, poster.taken, len(door.tokens)) == (10, MAX_UNSENT, MAX_UNSENT / 120)
    assert door.samples[0] == (10, 100.0)


async def test_where_nothing_answers_it_is_said(poster: Poster) -> None:
    poster._url = f"http://127.0.0.1:{free_port()}/heartrate"
    poster.add((1, 100.0))
    assert not await poster.post()
    assert poster.failure == "Nothing takes heart rates there: ClientConnectorError."


async def test_without_bluetooth_the_reason_is_a_sentence() -> None:
    Air.off = True
    with pytest.raises(BluetoothError, match=r"cannot be used .*: No Bluetooth adapters found\."):
        await Radio(Scanner, Client).scan(0)


async def test_the_nearest_strap_is_listed_first() -> None:
    Air.straps = [WAHOO, H10]
    found = await Radio(Scanner, Client).scan(0)
    assert [(one.name, one.address, one.signal) for one in found] == [H10, WAHOO]


def straps(*seen: tuple[str, str, int]) -> list[Found]:
    return [Found(*one, device=None) for one in seen]


def test_a_strap_is_chosen_by_a_part_of_its_name_or_by_its_address() -> None:
    for name in ("polar", "aa:01", "H10"):
        assert chosen(straps(H10, WAHOO), name).address == "AA:01"
    assert chosen(straps(H10), "").address == "AA:01"


@pytest.mark.parametrize(
    ("seen", "name", "sentence"),
    [
        ([], "", "No strap is in reach"),
        ([H10, WAHOO], "", r"Several straps .*: Polar H10 1234 \(AA:01\), TICKR \(AA:02\)\."),
        ([H10], "garmin", r"called 'garmin'. In reach: Polar H10 1234 \(AA:01\)\."),
    ],
)
def test_a_strap_that_is_not_clear_is_asked_for(
    seen: list[tuple[str, str, int]], name: str, sentence: str
) -> None:
    with pytest.raises(BluetoothError, match=sentence):
        chosen(straps(*seen), name)


def test_without_bleak_the_command_names_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(bluetooth, "import_module", missing)
    with pytest.raises(MissingError, match="run `make strap`"):
        Radio()
    done = CliRunner().invoke(app, ["strap"])
    assert (done.exit_code, "make strap" in done.output) == (1, True)


class Quick(Radio):
    """Does not wait for straps that are not seen at once."""

    async def scan(self, seconds: float) -> list[Found]:
        return await super().scan(0)


async def test_when_the_time_is_over_what_is_left_is_posted_and_counted(door: Door) -> None:
    Air.straps, Air.connections = [H10], [[GOOD, b"", GOOD]]
    radio, said = Quick(Scanner, Client), list[str]()
    counts = await until_stopped(radio, "", "ann", door.url, "", "given", 0.5, said.append)
    assert (counts.samples, counts.taken, counts.unreadable) == (2, 2, 1)
    assert set(door.tokens) == {"Bearer given"}


async def test_a_token_that_opens_nothing_ends_the_command(door: Door) -> None:
    Air.straps, Air.connections, door.statuses = [H10], [[GOOD]], [401, 401]
    with pytest.raises(DoorError, match="status 401"):
        await until_stopped(
            Quick(Scanner, Client), "", "ann", door.url, "", "given", 0.5, lambda _: None
        )


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        (
            "--url",
            "ftp://x",
            "--url or TEMPOFIT_HEART_RATE_URL is 'ftp://x', which is no address to post to: give",
        ),
        ("--url", "host/path", "which is no address to post to"),
        ("--url", "wss://host/dev", "which is no address to post to"),
        ("--url", "https://", "which is no address to post to"),
        ("--url", "https://host:99999/", "which is no address to post to"),
        ("--url", "https://[::1/", "which is no address to post to"),
        ("--url", "https://a b/", "which is no address to post to"),
        ("--url", "http://example.com/", "on the way to example.com could read the token"),
        ("--token-url", "ftp://x", "TEMPOFIT_TOKEN_URL is 'ftp://x'"),
        ("--token", "a b", "--token holds what no token does"),
    ],
)
def test_an_address_that_cannot_be_one_is_refused_before_bluetooth_is_looked_for(
    option: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempofit.strap.Radio", lambda: pytest.fail("looked for Bluetooth"))
    done = CliRunner().invoke(app, ["strap", "--url", "https://host/", option, value])
    assert (done.exit_code, sentence in done.output) == (1, True), done.output
    assert "Traceback" not in done.output


def test_the_addresses_of_a_stage_and_of_this_machine_are_taken() -> None:
    for address in ("https://host:8443/dev/heart-rate", "http://127.0.0.1:8001/x", "http://[::1]/"):
        require_web("--url", address)


def test_the_command_lists_straps_for_programs_and_fails_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tempofit.strap.Radio", lambda: Radio(Scanner, Client))
    monkeypatch.setattr("tempofit.strap.SCAN_SECONDS", 0)
    assert CliRunner().invoke(app, ["strap", "--list"]).exit_code == 1
    Air.straps = [H10]
    done = CliRunner().invoke(app, ["strap", "--list", "--json"])
    assert msgspec.json.decode(done.stdout) == [
        {"name": "Polar H10 1234", "address": "AA:01", "signal_dbm": -60}
    ]
