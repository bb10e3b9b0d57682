"""What one person does to the local cloud costs nobody else their songs."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import Any

import aiohttp
import pytest
from redis import Redis

from lambdas.adapters.connections import MOST
from local.launcher import Cloud
from simulator.client import Service, fetch_token
from tests.local.gateway.cloud import line
from tests.pipeline.test_cloud import Phone, connected, now_ms

PATIENCE_SECONDS = 60
CONNECTIONS = 30


async def first_song(phone: Phone) -> dict[str, Any]:
    await phone.send(action="start", at_ms=phone.start_ms)
    await phone.beat(1, 5)
    return await phone.song(0)


async def codes_until_closed(phone: Phone, told: asyncio.Event | None = None) -> set[str]:
    """The errors that arrive until the server closes the connection."""
    codes = set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for frame in phone.socket:
            code = frame.json().get("code")
            codes.add(code)
            if told and code == "too_many_messages":
                told.set()
    return codes


async def flood(phone: Phone, message: Callable[[int], dict[str, Any]]) -> None:
    with suppress(ConnectionError):
        for number in range(1_000_000):
            await phone.send(**message(number))
            await asyncio.sleep(0)


def heart_rates(number: int) -> dict[str, Any]:
    return {"action": "heartrate", "samples": [[now_ms() - 3_600_000 + number, 120]]}


def looks(number: int) -> dict[str, Any]:
    """What costs the cloud least to answer, so that any machine answers more than is allowed."""
    return {"action": "floor", "floor": "demo"}


async def test_who_floods_is_told_and_closed_while_somebody_else_gets_their_song(
    cloud: Cloud, new_user: Callable[[], str]
) -> None:
    async with AsyncExitStack() as stack:
        phones, told, readers, senders = [], [], [], []
        for message in (heart_rates, looks):
            phone = await stack.enter_async_context(connected(cloud.addresses, new_user()))
            phones.append(phone)
            told.append(asyncio.Event())
            readers.append(asyncio.create_task(codes_until_closed(phone, told[-1])))
            senders.append(asyncio.create_task(flood(phone, message)))
        other = await stack.enter_async_context(connected(cloud.addresses, new_user()))
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(*(each.wait() for each in told))
        assert (await first_song(other))["slot"] == 0
        for codes in await asyncio.gather(*readers):
            assert "too_many_messages" in codes
        await asyncio.gather(*senders)
        assert await status_of_connecting(cloud, phones[0]) == 429


async def status_of_connecting(cloud: Cloud, phone: Phone) -> int:
    """What a person is told who tries to connect and may not."""
    service = Service(cloud.addresses.websocket_url, cloud.addresses.token_url)
    token = await fetch_token(phone.http, service, phone.user)
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await phone.http.ws_connect(service.websocket_url, params={"token": token})
    return refused.value.status


async def test_of_many_connections_five_remain_and_somebody_else_gets_their_song(
    cloud: Cloud, new_user: Callable[[], str]
) -> None:
    async with AsyncExitStack() as stack:
        user = new_user()
        phones = [
            await stack.enter_async_context(connected(cloud.addresses, user))
            for _ in range(CONNECTIONS)
        ]
        other = await stack.enter_async_context(connected(cloud.addresses, new_user()))
        songs = await asyncio.gather(first_song(phones[-1]), first_song(other))
        assert [song["slot"] for song in songs] == [0, 0]
        for phone in phones[:-MOST]:
            assert "too_many_connections" in await codes_until_closed(phone)
        for phone in phones[-MOST:-1]:
            assert await phone.song(0) == songs[0]
        with Redis.from_url(cloud.addresses.redis_url) as redis:
            assert redis.zcard(f"connections:{user}") == MOST


async def test_a_socket_that_is_never_read_costs_nobody_their_song(
    cloud: Cloud, new_user: Callable[[], str]
) -> None:
    async with AsyncExitStack() as stack:
        user = new_user()
        deaf = await stack.enter_async_context(connected(cloud.addresses, user))
        await fill(cloud, deaf)
        phones = [
            await stack.enter_async_context(connected(cloud.addresses, name))
            for name in (user, new_user())
        ]
        songs = await asyncio.gather(*(first_song(phone) for phone in phones))
        assert [song["slot"] for song in songs] == [0, 0]


async def fill(cloud: Cloud, deaf: Phone) -> None:
    """Stop reading a socket, and push to it until the gateway takes no more for it."""
    with Redis.from_url(cloud.addresses.redis_url) as redis:
        [connection_id] = redis.zrange(f"connections:{deaf.user}", 0, -1)
    management = cloud.client("apigatewaymanagementapi")
    line(deaf.socket).pause_reading()
    for _ in range(500):
        try:
            await asyncio.to_thread(
                management.post_to_connection,
                ConnectionId=connection_id.decode(),
                Data=b"x" * 100_000,
            )
        except management.exceptions.LimitExceededException:
            return
    pytest.fail("The gateway keeps 50 MB for a client that does not read.")


async def test_a_key_that_comes_twice_counts_by_its_last_value(
    cloud: Cloud, new_user: Callable[[], str]
) -> None:
    async with connected(cloud.addresses, new_user()) as phone:
        before = dead_letters(cloud)
        beat = f'{{"action":"heartrate","samples":[],"samples":[[{phone.start_ms},100]]}}'
        await phone.socket.send_str(beat)
        assert (await phone.folded_to(0))["latest"] == [phone.start_ms, 100, 100]
        await phone.socket.send_str('{"action":"x","action":"workout"}')
        answer = await phone.receive(lambda message: message.get("type") != "song")
        assert answer["type"] == "workout"
        assert dead_letters(cloud) == before


def dead_letters(cloud: Cloud) -> int:
    """Messages in the queue, those that another test is looking at included."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = cloud.client("sqs").get_queue_attributes(
        QueueUrl=cloud.addresses.dead_letters_queue_url, AttributeNames=names
    )
    return sum(int(answer["Attributes"][name]) for name in names)
