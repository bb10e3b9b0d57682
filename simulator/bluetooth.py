"""Straps in reach of this machine's Bluetooth, by bleak, which `make strap` installs."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any

HEART_RATE_SERVICE = "0000180d-0000-1000-8000-00805f9b34fb"
HEART_RATE_MEASUREMENT = "00002a37-0000-1000-8000-00805f9b34fb"
CONNECT_SECONDS = 20.0
INSTALL = "make strap"


class MissingError(Exception):
    """bleak is not installed; the sentence names the command."""


class BluetoothError(Exception):
    """Bluetooth cannot be used on this machine, or a strap cannot be reached; a sentence."""


@dataclass(frozen=True)
class Found:
    """A strap that was seen; `signal` in dBm, nearer to zero is nearer."""

    name: str
    address: str
    signal: int
    device: Any

    def is_called(self, wanted: str) -> bool:
        """Whether a person who says `wanted` means it: its address, or a part of its name."""
        return wanted.lower() in (self.address.lower(), "") or wanted.lower() in self.name.lower()


class Radio:
    """This machine's Bluetooth. The backends are the platform's own, unless others are given."""

    def __init__(self, scanner: type | None = None, client: type | None = None) -> None:
        """Raises MissingError where bleak is not installed."""
        try:
            self._bleak = import_module("bleak")
        except ImportError:
            raise MissingError(
                f"Bluetooth is read by bleak, which is not installed: run `{INSTALL}`."
            ) from None
        self._scanner = scanner
        self._client = client

    async def scan(self, seconds: float) -> list[Found]:
        """The straps that were seen, the nearest first. Raises BluetoothError."""
        try:
            seen = await self._bleak.BleakScanner.discover(
                timeout=seconds,
                return_adv=True,
                service_uuids=[HEART_RATE_SERVICE],
                backend=self._scanner,
            )
        except (self._bleak.BleakError, OSError) as error:
            raise BluetoothError(
                f"Bluetooth cannot be used on this machine: {_reason(error)} Switch it on, and "
                "allow this program to use it."
            ) from None
        found = [
            Found(said.local_name or device.name or "", device.address, said.rssi, device)
            for device, said in seen.values()
        ]
        return sorted(found, key=lambda one: -one.signal)

    async def listen(self, found: Found, packet: Callable[[bytes], None]) -> None:
        """Gives each packet of a strap, until it is gone. Raises BluetoothError."""
        gone = asyncio.Event()
        client = self._bleak.BleakClient(
            found.device,
            disconnected_callback=lambda _: gone.set(),
            timeout=CONNECT_SECONDS,
            backend=self._client,
        )
        try:
            await client.connect()
            await client.start_notify(HEART_RATE_MEASUREMENT, lambda _, data: packet(bytes(data)))
            await gone.wait()
        except (self._bleak.BleakError, OSError, TimeoutError) as error:
            raise BluetoothError(
                f"{found.name or found.address} cannot be reached: {_reason(error)}"
            ) from None
        finally:
            with suppress(self._bleak.BleakError, OSError, TimeoutError):
                await client.disconnect()


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if text.endswith(".") else f"{text}."
