"""The gateway of the tests: its API, its functions, and a stream that stands for Kinesis."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import boto3
from aiohttp import ClientWebSocketResponse, WSMsgType, web

from local.gateway.server import Gateway
from local.template.stack import (
    Answer,
    Api,
    Authorizer,
    Door,
    Function,
    KinesisIntegration,
    LambdaIntegration,
    MockIntegration,
    Route,
    TokenAuthorizer,
)

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

PATIENCE_SECONDS = 20


PUT_RECORD = (
    '{"StreamName":"heart-rate","PartitionKey":"$context.authorizer.principalId",'
    '"Data":"$util.base64Encode($input.json(\'$\'))"}'
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


ANY_PAGE = {"Access-Control-Allow-Origin": "*"}


def door(rate: float = 10_000, burst: int = 10_000) -> Door:
    return Door(
        api_id="d4e5f6",
        stage="dev",
        path="beat",
        authorizer=TokenAuthorizer("authorize", "Authorization", "^Bearer [-a-z0-9]+$", 300),
        schema=BEAT,
        integration=KinesisIntegration(
            "PutRecord", "application/x-amz-json-1.1", {"application/json": PUT_RECORD}, None, {}
        ),
        taken=Answer(200, ANY_PAGE, '{"type":"taken"}'),
        refused=Answer(503, ANY_PAGE, '{"code":"not_taken"}'),
        preflight=Answer(204, {**ANY_PAGE, "Access-Control-Allow-Methods": "POST"}, ""),
        refusals={
            "BAD_REQUEST_BODY": Answer(None, ANY_PAGE, '{"code":"bad_request_body"}'),
            "DEFAULT_4XX": Answer(None, ANY_PAGE, ""),
            "DEFAULT_5XX": Answer(None, ANY_PAGE, ""),
        },
        rate=rate,
        burst=burst,
    )


def functions(notes: Path) -> list[Function]:
    return [
        Function(name, f"tests.local.gateway.handlers.{name}", {"NOTES": str(notes)}, 30, 128)
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


async def ask(socket: ClientWebSocketResponse, message: Any) -> Any:
    await socket.send_str(message if isinstance(message, str) else json.dumps(message))
    return json.loads(await socket.receive_str(timeout=PATIENCE_SECONDS))


async def connection_id(socket: ClientWebSocketResponse) -> str:
    answer = await ask(socket, {"action": "echo"})
    identifier: str = answer["requestContext"]["connectionId"]
    return identifier


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
