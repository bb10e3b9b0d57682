"""Where a message goes, and what is answered."""

import json
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse

from tests.local.gateway.cloud import PATIENCE_SECONDS, Cloud, ask, closed, connection_id, line

pytestmark = pytest.mark.asyncio(loop_scope="package")


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


async def test_a_binary_message_closes_the_connection(cloud: Cloud, user: str) -> None:
    socket = await cloud.connect(user)
    await socket.send_bytes(b"beat")
    assert (await closed(socket))[0] == 1003


async def send_in_frames(socket: ClientWebSocketResponse, text: str) -> None:
    """By hand, with a mask of zeros: aiohttp sends a message as one frame."""
    pieces = [text[i : i + 30_000].encode() for i in range(0, len(text), 30_000)]
    for number, piece in enumerate(pieces):
        first = (0x80 if number == len(pieces) - 1 else 0) | (0 if number else 1)
        header = bytes([first, 0x80 | 126]) + len(piece).to_bytes(2, "big") + bytes(4)
        line(socket).write(header + piece)
