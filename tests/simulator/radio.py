"""Bluetooth without a radio: backends of bleak that say what a test lets them."""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError

from simulator.bluetooth import HEART_RATE_MEASUREMENT, HEART_RATE_SERVICE


class Air:
    """The straps that are in reach, and how the next connections go."""

    straps: ClassVar[list[tuple[str, str, int]]] = []
    connections: ClassVar[list[list[bytes] | None]] = []
    """Of each connection the packets, after which the strap is gone; None is refused."""
    connected: ClassVar[int] = 0
    off: ClassVar[bool] = False

    @classmethod
    def clear(cls) -> None:
        cls.straps, cls.connections, cls.connected, cls.off = [], [], 0, False


class Scanner(BaseBleakScanner):
    """Sees what is in the air at once."""

    def __init__(self, detection_callback: Any, service_uuids: Any, mode: Any, **_: Any) -> None:
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        if Air.off:
            raise BleakError("No Bluetooth adapters found")
        self.seen_devices = {}
        for name, address, signal in Air.straps:
            said = AdvertisementData(name, {}, {}, [HEART_RATE_SERVICE], None, signal, ())
            device = self.create_or_update_device(address, address, name, None, said)
            self.call_detection_callbacks(device, said)

    async def stop(self) -> None:
        pass


class Client(BaseBleakClient):
    """Connects, says the packets of its turn, and is gone; the last turn stays."""

    is_there = False

    @property
    def mtu_size(self) -> int:
        return 23

    @property
    def is_connected(self) -> bool:
        return self.is_there

    async def connect(self, pair: bool, **_: Any) -> None:
        packets = Air.connections.pop(0) if Air.connections else []
        Air.connected += 1
        if packets is None:
            raise BleakError("Device with that address was not found")
        self.packets, self.stays, self.is_there = packets, not Air.connections, True
        service = BleakGATTService(None, 1, HEART_RATE_SERVICE)
        told = BleakGATTCharacteristic(
            None, 2, HEART_RATE_MEASUREMENT, ["notify"], lambda: 20, service
        )
        self.services = BleakGATTServiceCollection()
        self.services.add_service(service)
        self.services.add_characteristic(told)

    async def start_notify(
        self, characteristic: Any, callback: Callable[[bytearray], None], **_: Any
    ) -> None:
        for packet in self.packets:
            callback(bytearray(packet))
        if not self.stays:
            self.is_there = False
            assert self._disconnected_callback
            asyncio.get_running_loop().call_soon(self._disconnected_callback)

    async def disconnect(self) -> None:
        self.is_there = False

    async def _never(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("nobody asks for this")

    pair = unpair = read_gatt_char = read_gatt_descriptor = _never
    write_gatt_char = write_gatt_descriptor = stop_notify = _never
