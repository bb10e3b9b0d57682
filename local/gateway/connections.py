"""All open connections, and `@connections`: what a backend may do to them over HTTP."""

import asyncio
from datetime import UTC, datetime

from aiohttp import WSCloseCode, web

from local.gateway.connection import BufferFullError, Connection, GoneError
from local.gateway.frames import MESSAGE_BYTES

IDLE_MS = 10 * 60 * 1000
LIFETIME_MS = 2 * 60 * 60 * 1000
"""Quotas for WebSocket APIs in the API Gateway developer guide."""
ID = "[A-Za-z0-9_-]{15}(?:=|%3D)"
"""What `new_id` makes, in a path."""


class Connections:
    """All open connections of one API, by id."""

    def __init__(self) -> None:
        self._open: dict[str, Connection] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def get(self, identifier: str) -> Connection | None:
        """The connection of this id, or None if it is closed or was never open."""
        connection = self._open.get(identifier)
        return None if connection is None or connection.closed else connection

    def add(self, connection: Connection) -> None:
        """From now on, `@connections` finds it."""
        self._open[connection.id] = connection

    def remove(self, connection: Connection) -> None:
        """From now on, it is gone."""
        self._open.pop(connection.id, None)

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)

    def people(self) -> int:
        """How many people have one, by what the authorizer calls them."""
        return len({each.authorizer.get("principalId", each.id) for each in self._open.values()})

    async def close_overdue(self, at_ms: int) -> None:
        """Closes what is idle for 10 minutes or open for 2 hours at `at_ms`, epoch milliseconds."""
        overdue = [
            connection
            for connection in self._open.values()
            if at_ms - connection.last_active_at_ms >= IDLE_MS
            or at_ms - connection.connected_at_ms >= LIFETIME_MS
        ]
        await self._close(overdue)

    async def close_all(self) -> None:
        """Closes every connection because the gateway stops."""
        await self._close(list(self._open.values()))

    async def _close(self, connections: list[Connection]) -> None:
        closing = (
            connection.close(WSCloseCode.GOING_AWAY, "Going away") for connection in connections
        )
        await asyncio.gather(*closing, return_exceptions=True)

    def routes(self, stage: str) -> list[web.RouteDef]:
        """PostToConnection, GetConnection and DeleteConnection; 400 for what is no id."""
        path = f"/{stage}/@connections"
        return [
            web.post(f"{path}/{{id:{ID}}}", self._post),
            web.get(f"{path}/{{id:{ID}}}", self._get, allow_head=False),
            web.delete(f"{path}/{{id:{ID}}}", self._delete),
            *(
                web.route(method, f"{path}/{{id:.+}}", self._malformed)
                for method in ("POST", "GET", "DELETE")
            ),
        ]

    async def _malformed(self, request: web.Request) -> web.Response:
        identifier = request.match_info["id"]
        return aws_error(400, "BadRequestException", f"Invalid connectionId: {identifier}")

    async def _post(self, request: web.Request) -> web.Response:
        connection = self.get(request.match_info["id"])
        try:
            message = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return aws_error(
                413,
                "PayloadTooLargeException",
                f"A message may have {MESSAGE_BYTES} bytes, and this one has more.",
            )
        if connection is None:
            return _gone()
        try:
            await connection.send(message)
        except GoneError:
            return _gone()
        except BufferFullError:
            return aws_error(
                429, "LimitExceededException", "The client does not read its messages."
            )
        return web.Response()

    async def _get(self, request: web.Request) -> web.Response:
        connection = self.get(request.match_info["id"])
        if connection is None:
            return _gone()
        return web.json_response(
            {
                "connectedAt": _iso(connection.connected_at_ms),
                "identity": {
                    "sourceIp": connection.source_ip,
                    "userAgent": connection.user_agent,
                },
                "lastActiveAt": _iso(connection.last_active_at_ms),
            }
        )

    async def _delete(self, request: web.Request) -> web.Response:
        connection = self.get(request.match_info["id"])
        if connection is None:
            return _gone()
        self.remove(connection)
        # Whoever asks for this must not wait for a client that answers no close.
        closing = asyncio.create_task(
            connection.close(WSCloseCode.OK, "Connection Closed Normally")
        )
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        return web.Response(status=204)


def aws_error(status: int, error: str, message: str) -> web.Response:
    """An error as AWS's JSON protocols and its gateway write it."""
    return web.json_response(
        {"message": message}, status=status, headers={"x-amzn-ErrorType": error}
    )


def _gone() -> web.Response:
    return aws_error(410, "GoneException", "This connection is not open.")


def _iso(epoch_ms: int) -> str:
    moment = datetime.fromtimestamp(epoch_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
