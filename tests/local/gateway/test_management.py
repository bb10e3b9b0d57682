"""`@connections`: what the functions send to a connection."""

import asyncio
from datetime import UTC, datetime

import pytest
from aiohttp import WSServerHandshakeError
from botocore.exceptions import ClientError

from tests.local.gateway.cloud import PATIENCE_SECONDS, Cloud, closed, connection_id, line
from tests.local.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_boto3_sends_to_a_connection_looks_at_it_and_closes_it(
    cloud: Cloud, user: str
) -> None:
    socket = await cloud.connect(user)
    identifier = await connection_id(socket)
    with cloud.management() as client:
        await asyncio.to_thread(
            client.post_to_connection, ConnectionId=identifier, Data="zażółć".encode()
        )
        assert await socket.receive_str(timeout=PATIENCE_SECONDS) == "zażółć"
        seen = await asyncio.to_thread(client.get_connection, ConnectionId=identifier)
        assert seen["Identity"]["SourceIp"] == "127.0.0.1"
        assert "aiohttp" in seen["Identity"]["UserAgent"]
        assert seen["ConnectedAt"] <= seen["LastActiveAt"] <= datetime.now(UTC)
        deleted, (code, _) = await asyncio.gather(
            asyncio.to_thread(client.delete_connection, ConnectionId=identifier), closed(socket)
        )
        assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
        assert code == 1000
        with pytest.raises(client.exceptions.GoneException):
            await asyncio.to_thread(client.post_to_connection, ConnectionId=identifier, Data=b"x")


async def test_a_connection_that_is_not_open_is_gone(cloud: Cloud) -> None:
    with cloud.management() as client:
        for call in (
            lambda: client.post_to_connection(ConnectionId="AAAAAAAAAAAAAAA=", Data=b"x"),
            lambda: client.get_connection(ConnectionId="AAAAAAAAAAAAAAA="),
            lambda: client.delete_connection(ConnectionId="AAAAAAAAAAAAAAA="),
        ):
            with pytest.raises(client.exceptions.GoneException) as gone:
                await asyncio.to_thread(call)
            assert gone.value.response["ResponseMetadata"]["HTTPStatusCode"] == 410


async def test_what_is_no_id_of_a_connection_is_refused(cloud: Cloud) -> None:
    with cloud.management() as client:
        for identifier in ("nobody", "AAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAA==", "a/b", "é" * 16):
            for call in (
                lambda: client.post_to_connection(ConnectionId=identifier, Data=b"x"),  # noqa: B023
                lambda: client.get_connection(ConnectionId=identifier),  # noqa: B023
                lambda: client.delete_connection(ConnectionId=identifier),  # noqa: B023
            ):
                with pytest.raises(ClientError) as refused:
                    await asyncio.to_thread(call)
                answer = refused.value.response
                assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
                assert answer["Error"] == {
                    "Code": "BadRequestException",
                    "Message": f"Invalid connectionId: {identifier}",
                }


@pytest.mark.parametrize("path", ["", "/prod", "/dev/else", "/dev2"])
async def test_another_stage_is_forbidden(cloud: Cloud, path: str) -> None:
    url = f"{cloud.url.removesuffix('/dev')}{path}/@connections/AAAAAAAAAAAAAAA="
    for method in ("POST", "GET", "DELETE"):
        async with cloud.http.request(method, url, data=b"x") as response:
            assert response.status == 403
            assert response.headers["x-amzn-ErrorType"] == "ForbiddenException"
            assert await response.json() == {"message": "Forbidden"}


async def test_nobody_connects_to_another_stage(cloud: Cloud, user: str) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await cloud.http.ws_connect(f"{cloud.url}2", params={"token": f"allow-{user}"})
    assert refused.value.status == 403


async def test_a_payload_over_128_kb_is_refused(cloud: Cloud, user: str) -> None:
    async with await cloud.connect(user) as socket:
        identifier = await connection_id(socket)
        with cloud.management() as client:
            await asyncio.to_thread(
                client.post_to_connection, ConnectionId=identifier, Data=b"x" * 131_072
            )
            assert len(await socket.receive_str()) == 131_072
            with pytest.raises(client.exceptions.PayloadTooLargeException):
                await asyncio.to_thread(
                    client.post_to_connection, ConnectionId=identifier, Data=b"x" * 131_073
                )


async def test_a_client_that_reads_nothing_holds_up_nobody_who_sends_to_it(
    cloud: Cloud, user: str
) -> None:
    async with await cloud.connect(user) as socket:
        url = f"{cloud.url}/@connections/{await connection_id(socket)}"
        line(socket).pause_reading()
        for _ in range(500):
            async with cloud.http.post(url, data=b"x" * 100_000) as response:
                if response.status != 200:
                    break
        assert response.status == 429
        assert response.headers["x-amzn-ErrorType"] == "LimitExceededException"
        async with cloud.http.delete(url) as response:
            assert response.status == 204
        await until((cloud.notes / user).exists)  # $disconnect
        line(socket).abort()


async def test_a_client_that_answers_no_close_holds_up_nobody_who_closes_it(
    cloud: Cloud, user: str
) -> None:
    async with await cloud.connect(user) as socket:
        identifier = await connection_id(socket)
        connection = cloud.gateway.connections.get(identifier)
        assert connection is not None
        line(socket).pause_reading()
        async with cloud.http.delete(f"{cloud.url}/@connections/{identifier}") as response:
            assert response.status == 204
        assert not connection.transport.is_closing(), "the client may still answer"
        await until((cloud.notes / user).exists)  # $disconnect
        line(socket).abort()
