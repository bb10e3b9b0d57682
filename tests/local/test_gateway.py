import asyncio
import base64
import json
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import boto3
import msgspec
import psutil
import pytest
import pytest_asyncio
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError, web

from local import streams
from local.gateway.connection import now_ms
from local.gateway.connections import IDLE_MS, LIFETIME_MS
from local.gateway.server import Config, Gateway
from local.processes import free_port
from local.template.stack import (
    Api,
    Authorizer,
    Function,
    KinesisIntegration,
    LambdaIntegration,
    MockIntegration,
    Route,
    Stream,
)
from tests.local.waiting import runs, until

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient
    from mypy_boto3_kinesis.type_defs import RecordTypeDef

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE_SECONDS = 20
PUT_RECORD = (
    '{"StreamName":"heart-rate","PartitionKey":"$context.authorizer.principalId",'
    '"Data":"$util.base64Encode($input.body)"}'
)
BEAT = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "properties": {"action": {"enum": ["beat"]}, "rate": {"type": "number", "maximum": 230}},
    "required": ["action", "rate"],
}
TALKING = {"echo", "wait"}


def api() -> Api:
    functions = {"$connect": "connect", "$disconnect": "disconnect", "mute": "echo"}
    functions |= {name: name for name in TALKING}
    return Api(
        api_id="a1b2c3",
        stage="dev",
        route_selection_expression="$request.body.action",
        authorizer=Authorizer("authorize", ["route.request.querystring.token"]),
        routes=[
            *(
                Route(key, LambdaIntegration(name), responds=key in TALKING)
                for key, name in functions.items()
            ),
            Route(
                "beat",
                KinesisIntegration(
                    "PutRecord",
                    "application/x-amz-json-1.1",
                    {"$default": PUT_RECORD},
                    "\\$default",
                    {},
                ),
                {"beat": BEAT},
                "$request.body.action",
            ),
            Route(
                "$default",
                MockIntegration(
                    {"$default": '{"statusCode":200}'},
                    "\\$default",
                    {"$default": '{"code":"unknown_action"}'},
                ),
                responds=True,
            ),
        ],
    )


def functions(notes: Path) -> list[Function]:
    return [
        Function(name, f"tests.local.gateway_handlers.{name}", {"NOTES": str(notes)}, 30, 128)
        for name in ("authorize", "connect", "disconnect", *sorted(TALKING))
    ]


@dataclass
class Kinesis:
    """Takes what the gateway puts, and refuses it while `away`."""

    puts: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    away: bool = False

    async def put(self, request: web.Request) -> web.Response:
        if self.away:
            return web.json_response({"__type": "InternalFailure"}, status=500)
        self.puts.append(json.loads(await request.read()))
        self.headers.append(dict(request.headers))
        return web.json_response({"ShardId": "shardId-000000000000", "SequenceNumber": "1"})

    def of(self, user: str) -> list[Any]:
        return [
            json.loads(base64.b64decode(put["Data"]))
            for put in list(self.puts)
            if put["PartitionKey"] == user
        ]


@asynccontextmanager
async def served(app: web.Application, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


@dataclass
class Cloud:
    gateway: Gateway
    kinesis: Kinesis
    notes: Path
    port: int
    http: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/dev"

    async def connect(self, user: str, **query: str) -> ClientWebSocketResponse:
        return await self.open(token=f"allow-{user}", **query)

    async def open(self, **query: str) -> ClientWebSocketResponse:
        return await self.http.ws_connect(self.url, params=query, max_msg_size=0)

    @contextmanager
    def management(self) -> "Iterator[ApiGatewayManagementApiClient]":
        client = boto3.client(
            "apigatewaymanagementapi",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="any",
            aws_secret_access_key="any",
        )
        yield client
        client.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cloud(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cloud]:
    kinesis, notes = Kinesis(), tmp_path_factory.mktemp("notes")
    stream = web.Application()
    stream.add_routes([web.post("/", kinesis.put)])
    port, kinesis_port = free_port(), free_port()
    config = Config(
        "127.0.0.1",
        port,
        api(),
        functions(notes),
        {"AWS_ENDPOINT_URL_KINESIS": f"http://127.0.0.1:{kinesis_port}"},
        str(tmp_path_factory.mktemp("logs")),
    )
    gateway = Gateway(config)
    async with (
        served(stream, kinesis_port),
        served(gateway.application(), port),
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http,
    ):
        yield Cloud(gateway, kinesis, notes, port, http)


@pytest.fixture
def user() -> str:
    return f"user-{secrets.token_hex(4)}"


async def ask(socket: ClientWebSocketResponse, message: Any) -> Any:
    await socket.send_str(message if isinstance(message, str) else json.dumps(message))
    return json.loads(await socket.receive_str(timeout=PATIENCE_SECONDS))


async def connection_id(socket: ClientWebSocketResponse) -> str:
    answer = await ask(socket, {"action": "echo"})
    identifier: str = answer["requestContext"]["connectionId"]
    return identifier


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


async def test_a_plain_request_is_told_that_only_websockets_are_served(cloud: Cloud) -> None:
    async with cloud.http.get(cloud.url, params={"token": "allow-someone"}) as response:
        assert response.status == 426


async def test_a_function_gets_the_message_the_way_aws_sends_it(cloud: Cloud, user: str) -> None:
    async with await cloud.connect(user) as socket:
        event = await ask(socket, '{"action": "echo", "n": 1}')
    assert event["body"] == '{"action": "echo", "n": 1}'
    assert event["isBase64Encoded"] is False
    context = event["requestContext"]
    assert context["routeKey"] == "echo"
    assert context["eventType"] == "MESSAGE"
    assert context["stage"] == "dev"
    assert context["apiId"] == "a1b2c3"
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert context["connectedAt"] <= context["requestTimeEpoch"]
    assert len(context["connectionId"]) == 16
    assert context["connectionId"].endswith("=")
    assert len({context[name] for name in ("connectionId", "requestId", "messageId")}) == 3


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


@pytest.mark.parametrize(
    "message",
    [
        '{"action": "echo"',
        "no JSON at all",
        "",
        '{"action": "unheard of"}',
        '{"action": "$connect"}',
        '{"action": "$disconnect"}',
        '{"action": ["echo"]}',
        '{"action": null}',
        "[1, 2]",
        "[" * 30_000,
    ],
)
async def test_a_message_that_names_no_route_gets_the_default_answer(
    cloud: Cloud, user: str, message: str
) -> None:
    async with await cloud.connect(user) as socket:
        assert await ask(socket, message) == {"code": "unknown_action"}


@pytest.mark.parametrize("rate", [300, "fast", None])
async def test_a_message_that_its_model_refuses_is_answered_and_goes_nowhere(
    cloud: Cloud, user: str, rate: object
) -> None:
    async with await cloud.connect(user) as socket:
        answer = await ask(socket, {"action": "beat", "rate": rate})
        assert answer.keys() == {"message", "connectionId", "requestId"}
        assert answer["message"] == "Bad request body"
        assert answer["connectionId"] == await connection_id(socket)
    assert cloud.kinesis.of(user) == []


async def test_heart_rates_reach_kinesis_in_their_order_without_an_answer(
    cloud: Cloud, user: str
) -> None:
    async with await cloud.connect(user) as socket:
        for rate in range(60, 160):
            await socket.send_str(json.dumps({"action": "beat", "rate": rate}))
        # The first answer that comes back is the one to this message.
        assert (await ask(socket, {"action": "echo"}))["requestContext"]["routeKey"] == "echo"
    assert [record["rate"] for record in cloud.kinesis.of(user)] == list(range(60, 160))
    headers = cloud.kinesis.headers[-1]
    assert headers["X-Amz-Target"] == "Kinesis_20131202.PutRecord"
    assert headers["Content-Type"] == "application/x-amz-json-1.1"


@pytest.mark.parametrize(
    "extra",
    [
        {"PartitionKey": "victim", "StreamName": "other"},
        {"note": '","PartitionKey":"victim","x":"'},
        {"note": "$context.authorizer.principalId $input.body ${util}"},
        {"note": "#set($context.authorizer.principalId = 'victim') #stop"},
        {"note": '\\", \n\r\t\u0000 \u2028 \U0001f3c3 zażółć'},
    ],
)
async def test_no_body_changes_whose_record_it_becomes(
    cloud: Cloud, user: str, extra: dict[str, str]
) -> None:
    message = {"action": "beat", "rate": 100, **extra}
    async with await cloud.connect(user) as socket:
        await socket.send_str(json.dumps(message, ensure_ascii=False))
        await until(lambda: bool(cloud.kinesis.of(user)))
    assert cloud.kinesis.of(user) == [message]
    assert {put["StreamName"] for put in cloud.kinesis.puts} == {"heart-rate"}
    assert "victim" not in {put["PartitionKey"] for put in cloud.kinesis.puts}


async def test_a_client_learns_that_the_stream_did_not_take_its_message(
    cloud: Cloud, user: str
) -> None:
    cloud.kinesis.away = True
    try:
        async with await cloud.connect(user) as socket:
            answer = await ask(socket, {"action": "beat", "rate": 100})
    finally:
        cloud.kinesis.away = False
    assert answer["message"] == "Internal server error"


@pytest.mark.parametrize("trouble", [{"fail": True}, {"answer": {"statusCode": "none"}}])
async def test_a_client_learns_that_a_function_failed(
    cloud: Cloud, user: str, trouble: dict[str, Any]
) -> None:
    async with await cloud.connect(user) as socket:
        answer = await ask(socket, {"action": "mute", **trouble})
        assert answer["message"] == "Internal server error"
        assert (await ask(socket, {"action": "echo"}))["requestContext"]["routeKey"] == "echo"


async def test_a_client_learns_that_an_answer_was_over_128_kb(cloud: Cloud, user: str) -> None:
    async with await cloud.connect(user) as socket:
        await send_in_frames(socket, json.dumps({"action": "echo", "n": "\\" * 40_000}))
        answer = json.loads(await socket.receive_str(timeout=PATIENCE_SECONDS))
        assert answer["message"] == "Internal server error"
        assert (await ask(socket, {"action": "echo"}))["requestContext"]["routeKey"] == "echo"


async def test_a_route_without_a_response_answers_nothing(cloud: Cloud, user: str) -> None:
    async with await cloud.connect(user) as socket:
        await socket.send_str('{"action": "mute"}')
        assert (await ask(socket, {"action": "echo"}))["requestContext"]["routeKey"] == "echo"


async def test_a_slow_function_of_one_connection_holds_up_no_other(cloud: Cloud, user: str) -> None:
    async with await cloud.connect(user) as slow, await cloud.connect(f"{user}-2") as quick:
        await slow.send_str(json.dumps({"action": "wait", "gate": user}))
        assert (await ask(quick, {"action": "echo"}))["requestContext"]["routeKey"] == "echo"
        (cloud.notes / user).touch()
        assert await slow.receive_str(timeout=PATIENCE_SECONDS) == '"opened"'


def line(socket: ClientWebSocketResponse) -> asyncio.Transport:
    connection = socket._response.connection
    assert connection is not None
    transport = connection.transport
    assert isinstance(transport, asyncio.Transport)
    return transport


async def closed(socket: ClientWebSocketResponse) -> tuple[int, str]:
    message = await socket.receive(timeout=PATIENCE_SECONDS)
    assert message.type is WSMsgType.CLOSE
    return message.data, message.extra or ""


async def test_a_message_of_200_kb_closes_the_connection_with_the_reason(
    cloud: Cloud, user: str
) -> None:
    socket = await cloud.connect(user)
    await socket.send_str("x" * 200_000)
    code, reason = await closed(socket)
    assert code == 1009
    assert reason == "A frame of 200000 bytes is over the limit of 32768: split it."


async def test_a_message_in_small_frames_is_taken_up_to_128_kb_and_no_further(
    cloud: Cloud, user: str
) -> None:
    async with await cloud.connect(user) as socket:
        await send_in_frames(socket, json.dumps({"action": "nothing", "text": "x" * 120_000}))
        assert json.loads(await socket.receive_str()) == {"code": "unknown_action"}
        await send_in_frames(socket, "x" * 140_000)
        assert (await closed(socket))[0] == 1009


async def send_in_frames(socket: ClientWebSocketResponse, text: str) -> None:
    """By hand, with a mask of zeros: aiohttp sends a message as one frame."""
    pieces = [text[i : i + 30_000].encode() for i in range(0, len(text), 30_000)]
    for number, piece in enumerate(pieces):
        first = (0x80 if number == len(pieces) - 1 else 0) | (0 if number else 1)
        header = bytes([first, 0x80 | 126]) + len(piece).to_bytes(2, "big") + bytes(4)
        line(socket).write(header + piece)


async def test_a_binary_message_closes_the_connection(cloud: Cloud, user: str) -> None:
    socket = await cloud.connect(user)
    await socket.send_bytes(b"beat")
    assert (await closed(socket))[0] == 1003


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


async def test_the_local_kinesis_keeps_the_message_under_the_principals_key(
    tmp_path: Path, user: str
) -> None:
    port, kinesis_port = free_port(), free_port()
    stream = streams.Config(
        "127.0.0.1", kinesis_port, {}, [Stream("heart-rate", 1)], [], [], str(tmp_path)
    )
    kinesis_url = f"http://127.0.0.1:{kinesis_port}"
    endpoints = {"AWS_ENDPOINT_URL_KINESIS": kinesis_url}
    config = Config("127.0.0.1", port, api(), functions(tmp_path), endpoints, str(tmp_path))
    async with (
        served(streams.application(stream), kinesis_port),
        served(Gateway(config).application(), port),
        aiohttp.ClientSession() as http,
    ):
        url = f"http://127.0.0.1:{port}/dev?token=allow-{user}"
        async with http.ws_connect(url) as socket:
            await socket.send_str('{"action": "beat", "rate": 99}')
            await connection_id(socket)
        (record,) = await asyncio.to_thread(records_of, kinesis_url)
    assert record["PartitionKey"] == user
    assert record["Data"] == b'{"action": "beat", "rate": 99}'


def records_of(kinesis_url: str) -> "list[RecordTypeDef]":
    client = boto3.client(
        "kinesis",
        endpoint_url=kinesis_url,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )
    iterator = client.get_shard_iterator(
        StreamName="heart-rate",
        ShardId="shardId-000000000000",
        ShardIteratorType="TRIM_HORIZON",
    )["ShardIterator"]
    records = client.get_records(ShardIterator=iterator)["Records"]
    client.close()
    return records


def configured(tmp_path: Path, port: int) -> Path:
    endpoints = {"AWS_ENDPOINT_URL_KINESIS": "http://127.0.0.1:9"}
    config = Config("127.0.0.1", port, api(), functions(tmp_path), endpoints, str(tmp_path))
    path = tmp_path / "gateway.json"
    path.write_bytes(msgspec.json.encode(config))
    return path


@contextmanager
def process(tmp_path: Path, port: int, *parent: str) -> "Iterator[subprocess.Popen[str]]":
    with subprocess.Popen(
        [*parent, sys.executable, "-m", "local.gateway.server", str(configured(tmp_path, port))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


async def test_the_process_says_ready_serves_and_leaves_nothing_behind(tmp_path: Path) -> None:
    port = free_port()
    with process(tmp_path, port) as child:
        assert child.stdout is not None
        assert await asyncio.to_thread(child.stdout.readline) == "ready\n"
        workers = psutil.Process(child.pid).children(recursive=True)
        assert len(workers) >= 2
        async with aiohttp.ClientSession() as http:
            url = f"http://127.0.0.1:{port}/dev"
            socket = await http.ws_connect(url, params={"token": "allow-someone"})
            child.send_signal(signal.SIGTERM)
            assert await closed(socket) == (1001, "Going away")
        assert await asyncio.to_thread(child.wait, PATIENCE_SECONDS) == 0
        await until(lambda: not any(runs(worker) for worker in workers))
        assert (tmp_path / "someone").exists(), "$disconnect is delivered"


async def test_a_taken_port_is_named_in_a_sentence(cloud: Cloud, tmp_path: Path) -> None:
    with process(tmp_path, cloud.port) as child:
        _, said = await asyncio.to_thread(child.communicate, timeout=PATIENCE_SECONDS)
    assert child.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{cloud.port}" in said
    assert "Traceback" not in said


PARENT = "import subprocess, sys; subprocess.Popen(sys.argv[1:]); sys.stdin.read()"


async def test_a_gateway_whose_parent_died_ends(tmp_path: Path) -> None:
    with process(tmp_path, free_port(), sys.executable, "-c", PARENT) as child:
        assert child.stdout is not None
        assert await asyncio.to_thread(child.stdout.readline) == "ready\n"
        orphans = psutil.Process(child.pid).children(recursive=True)
        assert len(orphans) >= 3
        child.kill()
        await until(lambda: not any(runs(orphan) for orphan in orphans))
