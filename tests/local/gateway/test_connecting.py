"""Who gets a connection, and what is known of it."""

import asyncio
import json

import pytest
from aiohttp import WSServerHandshakeError

from tests.local.gateway.cloud import Cloud, ask

pytestmark = pytest.mark.asyncio(loop_scope="package")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 401),
        ({"token": ""}, 401),
        ({"token": "unauthorized"}, 401),
        ({"token": "deny"}, 403),
        ({"token": "elsewhere"}, 403),
        ({"token": "crash"}, 500),
        ({"token": "nonsense"}, 500),
        ({"token": "allow-someone", "door": "shut"}, 403),
        ({"token": "allow-someone", "door": "broken"}, 502),
    ],
)
async def test_a_connection_is_refused_with_the_status_of_the_reason(
    cloud: Cloud, query: dict[str, str], status: int
) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await cloud.open(**query)
    assert refused.value.status == status


async def test_the_headers_of_connect_reach_the_client(cloud: Cloud, user: str) -> None:
    headers = {"X-Hello": "there", "Content-Length": "5", "Upgrade": "nothing"}
    async with await cloud.connect(user, headers=json.dumps(headers)) as socket:
        assert socket._response.headers["X-Hello"] == "there"
        assert await ask(socket, {"action": "echo"})


async def test_the_subprotocol_that_connect_chooses_is_that_of_the_connection(
    cloud: Cloud, user: str
) -> None:
    token = {"token": f"allow-{user}"}
    async with cloud.http.ws_connect(
        cloud.url, params=token, protocols=("myprotocol", "other")
    ) as socket:
        assert socket.protocol == "myprotocol"
        assert await ask(socket, {"action": "echo"})


async def test_a_plain_request_is_told_that_only_websockets_are_served(cloud: Cloud) -> None:
    async with cloud.http.get(cloud.url, params={"token": "allow-someone"}) as response:
        assert response.status == 426


async def test_what_the_authorizer_said_comes_with_every_message_as_text(
    cloud: Cloud, user: str
) -> None:
    async with await cloud.connect(user) as socket:
        event = await ask(socket, {"action": "echo"})
    assert event["requestContext"]["authorizer"] == {
        "principalId": user,
        "asked": "REQUEST",
        "visits": "3",
        "paying": "true",
    }


async def test_two_hundred_people_are_connected_and_heard_at_once(cloud: Cloud, user: str) -> None:
    names = [f"{user}-{number}" for number in range(200)]
    sockets = await asyncio.gather(*(cloud.connect(name) for name in names))
    try:
        answers = await asyncio.gather(*(ask(socket, {"action": "echo"}) for socket in sockets))
        contexts = [answer["requestContext"] for answer in answers]
        assert [context["authorizer"]["principalId"] for context in contexts] == names
        assert len({context["connectionId"] for context in contexts}) == 200
    finally:
        await asyncio.gather(*(socket.close() for socket in sockets))
