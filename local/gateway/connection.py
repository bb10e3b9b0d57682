"""One open WebSocket connection."""

import asyncio
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import ClientConnectionResetError, WSCloseCode, WSMsgType, hdrs, web

from local.gateway.frames import MESSAGE_BYTES, FrameLimit

UNREAD_BYTES = MESSAGE_BYTES
"""What may wait for a client that reads too slowly; AWS names no number."""
LINGER_SECONDS = 2.0
"""How long a client may take to answer a close, or to finish a message that was refused."""

NO_HEADERS: Mapping[str, str] = {}
OF_THE_LINE = frozenset(
    name.lower()
    for name in (hdrs.CONTENT_LENGTH, hdrs.SEC_WEBSOCKET_EXTENSIONS, hdrs.TRANSFER_ENCODING)
)
"""Headers of an answer that would say something untrue of the frames that follow."""


def new_id() -> str:
    """An id of a connection, request or message, shaped like AWS's: 15 letters and a `=`."""
    return urlsafe_b64encode(secrets.token_bytes(11)).decode()


def now_ms() -> int:
    """The time of the wall clock, in epoch milliseconds."""
    return time.time_ns() // 1_000_000


class GoneError(Exception):
    """The connection is closed or was never open."""


class BufferFullError(Exception):
    """The client does not read what it is sent."""


@dataclass(slots=True, eq=False)
class Connection:
    """One connection; `authorizer` is what the authorizer said of it."""

    id: str
    connected_at_ms: int
    source_ip: str
    user_agent: str
    authorizer: dict[str, str] = field(default_factory=dict)
    last_active_at_ms: int = 0
    closed: tuple[int, str] | None = None
    """Close code and reason, once this side has closed it."""
    socket: web.WebSocketResponse = field(init=False)
    transport: asyncio.Transport = field(init=False)

    async def open(self, request: web.Request, headers: Mapping[str, str] = NO_HEADERS) -> None:
        """Answers the handshake, with these headers besides its own.

        Raises GoneError if the client has not waited for it.
        """
        if request.transport is None:
            raise GoneError
        self.transport = request.transport
        self.transport.set_protocol(FrameLimit(request.protocol, self._refuse))
        self.socket = web.WebSocketResponse(
            timeout=LINGER_SECONDS,
            compress=False,
            # Both limits are kept here, by FrameLimit and in send(); these are far above them.
            max_msg_size=8 * MESSAGE_BYTES,
            writer_limit=8 * UNREAD_BYTES,
        )
        for name, value in headers.items():
            if name.lower() not in OF_THE_LINE:
                self.socket.headers[name] = value
        try:
            await self.socket.prepare(request)
        except ConnectionError:
            raise GoneError from None
        self.last_active_at_ms = now_ms()

    async def send(self, message: bytes) -> None:
        """Sends a text message, never waiting for the client to read it.

        Raises GoneError, or BufferFullError for a client that does not read.
        """
        if self.closed or self.socket.closed:
            raise GoneError
        if self.transport.get_write_buffer_size() > UNREAD_BYTES:
            raise BufferFullError
        self.last_active_at_ms = now_ms()
        try:
            await self.socket.send_frame(message, WSMsgType.TEXT)
        except ClientConnectionResetError:
            raise GoneError from None

    async def close(self, code: int, reason: str) -> None:
        """Closes the connection with a WebSocket close code; once is enough."""
        if self.closed is None:
            self._end(code, reason)
            await self.socket.close(code=code, message=reason.encode(), drain=False)

    def _refuse(self, reason: str) -> None:
        # The close goes out at once and the socket is read on: closing it with bytes unread
        # would reset it, and the client would lose the reason.
        self._end(WSCloseCode.MESSAGE_TOO_BIG, reason)
        payload = int(WSCloseCode.MESSAGE_TOO_BIG).to_bytes(2, "big") + reason.encode()
        self.transport.write(bytes([0x88, len(payload)]) + payload)

    def _end(self, code: int, reason: str) -> None:
        self.closed = code, reason
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self.transport.abort)
