"""The quota on WebSocket frames, which aiohttp only has for whole messages."""

import asyncio
from collections.abc import Callable

FRAME_BYTES = 32 * 1024
MESSAGE_BYTES = 128 * 1024
"""Quotas for WebSocket APIs in the API Gateway developer guide."""
FIN, OPCODE, CONTROL = 0x80, 0x0F, 0x08
MASKED, LENGTH = 0x80, 0x7F
EXTENDED_LENGTH = {126: 2, 127: 8}
MASK_BYTES = 4


class FrameLimit(asyncio.Protocol):
    """Stands between a socket and aiohttp, and reads nothing but the headers of frames (RFC 6455).

    The first header over a quota calls `refuse` with the reason; what follows is thrown away.
    """

    __slots__ = ("_head", "_inner", "_message_bytes", "_payload_left", "_refuse", "_refused")

    def __init__(self, inner: asyncio.Protocol, refuse: Callable[[str], None]) -> None:
        self._inner = inner
        self._refuse = refuse
        self._refused = False
        self._head = b""
        self._payload_left = 0
        self._message_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Hands `data` on, unless a quota is or was exceeded."""
        if self._refused:
            return
        reason = self._excess(data)
        if reason is None:
            self._inner.data_received(data)
        else:
            self._refused = True
            self._refuse(reason)

    def _excess(self, data: bytes) -> str | None:
        buffer = self._head + data
        position = 0
        while True:
            step = min(self._payload_left, len(buffer) - position)
            position += step
            self._payload_left -= step
            if len(buffer) - position < 2:
                break
            first, second = buffer[position], buffer[position + 1]
            length, payload = second & LENGTH, position + 2
            if more := EXTENDED_LENGTH.get(length, 0):
                length = int.from_bytes(buffer[payload : payload + more], "big")
            payload += more + (MASK_BYTES if second & MASKED else 0)
            if len(buffer) < payload:
                break
            position, self._payload_left = payload, length
            if reason := self._count(first, length):
                return reason
        self._head = buffer[position:]
        return None

    def _count(self, first: int, length: int) -> str | None:
        if first & CONTROL:
            return None
        if length > FRAME_BYTES:
            return f"A frame of {length} bytes is over the limit of {FRAME_BYTES}: split it."
        started = 0 if first & OPCODE else self._message_bytes
        message_bytes = started + length
        self._message_bytes = 0 if first & FIN else message_bytes
        if message_bytes > MESSAGE_BYTES:
            return f"A message of over {MESSAGE_BYTES} bytes is too large: send less at a time."
        return None

    def eof_received(self) -> bool | None:
        """Hands the end of the stream on."""
        return self._inner.eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        """Hands the end of the connection on."""
        self._inner.connection_lost(error)

    def pause_writing(self) -> None:
        """Hands backpressure on."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Hands the end of backpressure on."""
        self._inner.resume_writing()
