"""From a strap to the HTTP door: connects, reads, posts, and connects again."""

import asyncio
from collections.abc import Callable
from random import Random

from msgspec import Struct

from simulator.backoff import full_jitter
from simulator.bluetooth import BluetoothError, Found, Radio
from simulator.pace import clock_ms
from simulator.poster import FLUSH_SECONDS, Poster
from simulator.strap import Contact, UnreadableError, measurement

SCAN_SECONDS = 8.0
AGAIN_SECONDS, AGAIN_CAP_SECONDS = 1.0, 30.0
NO_STRAP = "No strap is in reach. Put it on: most sleep without a skin."

Say = Callable[[str], None]
"""Tells the person one sentence."""


class Counts(Struct):
    """What is counted while a strap is bridged."""

    strap: str = ""
    connects: int = 0
    packets: int = 0
    unreadable: int = 0
    samples: int = 0
    taken: int = 0
    dropped: int = 0


async def bridge(
    radio: Radio,
    name: str,
    poster: Poster,
    counts: Counts,
    say: Say,
    *,
    scan_seconds: float = SCAN_SECONDS,
    flush_seconds: float = FLUSH_SECONDS,
    again_seconds: float = AGAIN_SECONDS,
    now_ms: Callable[[], int] = clock_ms,
) -> None:
    """Sends a strap's heart rates for ever. Raises BluetoothError at first only, and DoorError."""
    found = chosen(await radio.scan(scan_seconds), name)
    counts.strap = found.name or found.address
    sending = asyncio.create_task(poster.run(say, flush_seconds))
    listening = asyncio.create_task(
        _listen(radio, found, poster, counts, say, again_seconds, now_ms)
    )
    try:
        done, _ = await asyncio.wait({sending, listening}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (sending, listening):
            task.cancel()
        await asyncio.gather(sending, listening, return_exceptions=True)


def chosen(found: list[Found], name: str) -> Found:
    """The strap that is meant. BluetoothError where it is none, or one of several."""
    meant = [one for one in found if one.is_called(name)]
    if len(meant) == 1:
        return meant[0]
    listed = ", ".join(f"{one.name or 'without a name'} ({one.address})" for one in meant or found)
    if not found:
        raise BluetoothError(NO_STRAP)
    if not meant:
        raise BluetoothError(f"No strap in reach is called {name!r}. In reach: {listed}.")
    raise BluetoothError(f"Several straps are in reach; name one of them: {listed}.")


async def _listen(
    radio: Radio,
    found: Found,
    poster: Poster,
    counts: Counts,
    say: Say,
    again_seconds: float,
    now_ms: Callable[[], int],
) -> None:
    """Connects again for ever, with full jitter."""
    contact, attempt, random = Contact(), 0, Random()

    def packet(data: bytes) -> None:
        nonlocal attempt
        attempt = 0
        counts.packets += 1
        at_ms = now_ms()
        try:
            heart = measurement(data)
        except UnreadableError:
            counts.unreadable += 1
            return
        if heart.is_believed:
            counts.samples += 1
            poster.add((at_ms, float(heart.heart_rate)))
        told = contact.note(heart.is_believed, at_ms)
        if told:
            say(told)

    while True:
        counts.connects += 1
        say(f"Connecting to {counts.strap}.")
        try:
            await radio.listen(found, packet)
            said = f"{counts.strap} is out of reach."
        except BluetoothError as error:
            said = str(error)
        wait = full_jitter(random, attempt, again_seconds, AGAIN_CAP_SECONDS)
        attempt += 1
        say(f"{said} Trying again in {wait:.1f} s.")
        await asyncio.sleep(wait)
