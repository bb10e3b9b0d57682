"""`tempofit strap`: a Bluetooth strap's heart rate, sent as a person."""

import asyncio
import re
import signal
import string
import time
from contextlib import suppress
from typing import Annotated

import msgspec
import typer

from simulator.bluetooth import BluetoothError, Found, MissingError, Radio
from simulator.bridge import NO_STRAP, SCAN_SECONDS, Counts, Say, bridge
from simulator.client import Service, fetch_token, open_http
from simulator.poster import DoorError, Poster
from tempofit.addresses import CloudError, read_addresses, require, require_web


class Seen(msgspec.Struct, frozen=True):
    """A strap, as `--list --json` prints it."""

    name: str
    address: str
    signal_dbm: int


def strap(
    name: Annotated[
        str, typer.Argument(help="A part of the strap's name, or its address.", show_default=False)
    ] = "",
    user: Annotated[str, typer.Option(help="As whom it is sent, to the local cloud.")] = "me",
    seen: Annotated[bool, typer.Option("--list", help="Only list the straps in reach.")] = False,
    url: Annotated[
        str,
        typer.Option(
            envvar="TEMPOFIT_HEART_RATE_URL",
            help="Where to post; a stage's output HeartRateUrl.",
        ),
    ] = "",
    token: Annotated[
        str,
        typer.Option(
            envvar="TEMPOFIT_TOKEN", help="An access token of that stage; it says who you are."
        ),
    ] = "",
    token_url: Annotated[str, typer.Option(envvar="TEMPOFIT_TOKEN_URL")] = "",
    seconds: Annotated[
        float | None, typer.Option(min=1, help="How long; without it until Ctrl-C.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Send the heart rate of a Bluetooth strap as a person, until Ctrl-C.

    Without a name the only strap in reach is taken. It is posted at the HTTP door of the local
    cloud, or of a stage with --url and --token; the page of the same person plays the songs.

    A strap that goes out of reach is connected to again. Needs `make strap` once. Exits with 1 when
    there is no Bluetooth, no such strap, no cloud, or when the token opens nothing.
    """
    try:
        for option, address in (
            ("--url or TEMPOFIT_HEART_RATE_URL", url),
            ("--token-url or TEMPOFIT_TOKEN_URL", token_url),
        ):
            if address and not seen:
                require_web(option, address)
        if set(token) & set(string.whitespace) or not token.isascii():
            raise CloudError("--token holds what no token does: give the access token alone.")
        radio = Radio()
        if seen:
            _list(asyncio.run(radio.scan(SCAN_SECONDS)), json)
            return
        known = read_addresses()
        door, issuer = url or known.heart_rate_url, token_url or known.token_url
        require(door, token or issuer)
        if not token and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", user):
            raise CloudError(f"--user is {user!r}: take 1 to 64 letters, digits, _ and -.")
        counts = asyncio.run(until_stopped(radio, name, user, door, issuer, token, seconds, _say))
    except (BluetoothError, CloudError, DoorError, MissingError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if json:
        typer.echo(msgspec.json.encode(counts))
    else:
        typer.echo(f"{counts.taken:,} of {counts.samples:,} samples taken.")


def _list(found: list[Found], json: bool) -> None:
    straps = [Seen(one.name, one.address, one.signal) for one in found]
    if json:
        typer.echo(msgspec.json.encode(straps))
    for one in [] if json else straps:
        typer.echo(f"{one.address}  {one.signal_dbm:4} dBm  {one.name}")
    if not straps:
        raise BluetoothError(NO_STRAP)


async def until_stopped(
    radio: Radio,
    name: str,
    user: str,
    door: str,
    issuer: str,
    token: str,
    seconds: float | None,
    say: Say,
) -> Counts:
    """Bridges until the time is over, Ctrl-C or SIGTERM; then posts what is left."""
    counts = Counts()
    async with open_http() as http:

        async def new_token() -> str:
            return token or await fetch_token(http, Service("", issuer), user)

        poster = Poster(http, door, new_token)
        task = asyncio.create_task(bridge(radio, name, poster, counts, say))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):  # on Windows, where Ctrl-C raises by itself
                loop.add_signal_handler(number, task.cancel)
        await asyncio.wait({task}, timeout=seconds)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await poster.post()
    counts.taken, counts.dropped = poster.taken, poster.dropped
    return counts


def _say(sentence: str) -> None:
    typer.echo(f"{time.strftime('%H:%M:%S')}  {sentence}", err=True)
