"""When a connection ends, and who is told."""

import asyncio
import json

import pytest
from aiohttp import ClientWebSocketResponse

from local.gateway.connection import now_ms
from local.gateway.connections import IDLE_MS, LIFETIME_MS
from tests.local.gateway.cloud import Cloud, closed, connection_id, line
from tests.local.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_silent_connection_closes_after_ten_minutes(cloud: Cloud, user: str) -> None:
    socket = await cloud.connect(user)
    await connection_id(socket)
    await cloud.gateway.connections.close_overdue(now_ms() + IDLE_MS - 60_000)
    await connection_id(socket)  # still open
    await asyncio.gather(
        cloud.gateway.connections.close_overdue(now_ms() + IDLE_MS), expect_going_away(socket)
    )


async def test_a_busy_connection_closes_after_two_hours(cloud: Cloud, user: str) -> None:
    socket = await cloud.connect(user)
    connection = cloud.gateway.connections.get(await connection_id(socket))
    assert connection is not None
    in_two_hours = connection.last_active_at_ms = now_ms() + LIFETIME_MS
    await asyncio.gather(
        cloud.gateway.connections.close_overdue(in_two_hours), expect_going_away(socket)
    )


async def expect_going_away(socket: ClientWebSocketResponse) -> None:
    assert await closed(socket) == (1001, "Going away")


@pytest.mark.parametrize("code", [1000, 4321])
async def test_a_client_that_leaves_is_told_to_the_disconnect_function(
    cloud: Cloud, user: str, code: int
) -> None:
    socket = await cloud.connect(user)
    identifier = await connection_id(socket)
    await socket.close(code=code, message=b"enough for today")
    await until((cloud.notes / user).exists)
    context = json.loads((cloud.notes / user).read_text())
    assert context["eventType"] == "DISCONNECT"
    assert context["routeKey"] == "$disconnect"
    assert context["connectionId"] == identifier
    assert context["disconnectStatusCode"] == code
    assert context["disconnectReason"] == "enough for today"


async def test_a_client_whose_line_drops_is_told_to_the_disconnect_function(
    cloud: Cloud, user: str
) -> None:
    socket = await cloud.connect(user)
    await connection_id(socket)
    line(socket).abort()
    await until((cloud.notes / user).exists)
    context = json.loads((cloud.notes / user).read_text())
    assert context["disconnectStatusCode"] == 1006
