"""Heart rates that come by POST: what is taken, what is refused, and that both are said."""

import asyncio
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec import structs

from local.gateway.door import Throttle
from local.gateway.server import Config, Gateway
from local.part import StartError
from local.processes import free_port
from local.template.stack import Door
from tests.local.gateway.cloud import Cloud, api, door, functions, served

pytestmark = pytest.mark.asyncio(loop_scope="package")

BEAT = {"action": "beat", "rate": 120}
JSON = "application/json"


async def post(
    cloud: Cloud, token: str | None, body: Any = BEAT, **headers: str
) -> tuple[int, dict[str, Any]]:
    """Status and answer; each can be read by any page."""
    sent = {"Content-Type": JSON} | {name.replace("_", "-"): text for name, text in headers.items()}
    if token is not None:
        sent["Authorization"] = token
    data = body if isinstance(body, bytes | BytesIO) else json.dumps(body).encode()
    async with cloud.http.post(f"{cloud.url}/beat", data=data, headers=sent) as response:
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        return response.status, await response.json()


async def test_a_post_becomes_the_record_that_a_message_becomes(cloud: Cloud, user: str) -> None:
    async with await cloud.connect(user) as socket:
        await socket.send_json(BEAT)
        assert await post(cloud, f"Bearer allow-{user}") == (200, {"type": "taken"})
        assert await post(cloud, f"Bearer allow-{user}") == (200, {"type": "taken"})
    by_message, *by_post = [put for put in cloud.kinesis.puts if put["PartitionKey"] == user]
    assert by_post == [by_message, by_message]


@pytest.mark.parametrize("token", [None, "", "Bearer ", "Basic YTpi", "allow-ann", "Bearer a b"])
async def test_without_a_token_nobody_is_asked(cloud: Cloud, token: str | None) -> None:
    status, answer = await post(cloud, token)
    assert (status, answer) == (401, {"message": "Unauthorized"})


@pytest.mark.parametrize(
    ("token", "status"),
    [("unauthorized", 401), ("deny", 403), ("elsewhere", 403), ("crash", 500), ("nonsense", 500)],
)
async def test_a_token_that_is_not_believed_is_refused(
    cloud: Cloud, token: str, status: int
) -> None:
    assert (await post(cloud, f"Bearer {token}"))[0] == status
    assert not cloud.kinesis.of(token)


async def test_a_token_is_asked_about_once_and_a_denial_as_well(cloud: Cloud, user: str) -> None:
    for _ in range(3):
        assert (await post(cloud, f"Bearer allow-{user}"))[0] == 200
    arn = "arn:aws:execute-api:us-east-1:000000000000:d4e5f6/dev/POST/beat"
    assert (cloud.notes / f"asked-allow-{user}").read_text().splitlines() == [arn]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b'{"action":"beat","rate":231}',
        b'{"action":"other","rate":100}',
        b'{"action":"beat","rate":100,"rate":300}',
        b"\xff\xfe",
        b"[" * 5_000,
    ],
)
async def test_a_body_that_the_model_does_not_take_is_told_so(
    cloud: Cloud, user: str, body: bytes
) -> None:
    answer = await post(cloud, f"Bearer allow-{user}", body)
    assert answer == (400, {"code": "bad_request_body"})
    assert cloud.kinesis.of(user) == []


async def test_a_body_of_another_type_is_refused_and_a_charset_is_none(
    cloud: Cloud, user: str
) -> None:
    token = f"Bearer allow-{user}"
    assert (await post(cloud, token, Content_Type="text/plain"))[0] == 415
    assert (await post(cloud, token, Content_Type=f"{JSON}; charset=utf-8"))[0] == 200
    assert (await post(cloud, token, Content_Type=f"{JSON}; charset=none-such"))[0] == 400


async def test_a_body_may_have_ten_megabytes_and_no_more(cloud: Cloud, user: str) -> None:
    body = json.dumps(BEAT).encode()
    padded = body + b" " * (10 * 1024 * 1024 - len(body))
    assert (await post(cloud, f"Bearer allow-{user}", BytesIO(padded)))[0] == 200
    assert (await post(cloud, f"Bearer allow-{user}", BytesIO(padded + b" ")))[0] == 413
    assert cloud.kinesis.of(user) == [BEAT]


async def test_who_breaks_off_in_the_middle_of_a_body_leaves_no_traceback(
    cloud: Cloud, user: str, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", cloud.port)
    head = [
        "POST /dev/beat HTTP/1.1",
        f"Host: 127.0.0.1:{cloud.port}",
        f"Authorization: Bearer allow-{user}",
        "Content-Length: 99",
    ]
    writer.write("\r\n".join([*head, "", "[1"]).encode())
    await writer.drain()
    await post(cloud, f"Bearer allow-{user}")  # by then the other body is waited for
    writer.transport.abort()
    assert await post(cloud, f"Bearer allow-{user}") == (200, {"type": "taken"})
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_record_that_kinesis_refuses_is_told(cloud: Cloud, user: str) -> None:
    cloud.kinesis.away = True
    try:
        refused = await post(cloud, f"Bearer allow-{user}")
    finally:
        cloud.kinesis.away = False
    assert refused == (503, {"code": "not_taken"})
    assert (await post(cloud, f"Bearer allow-{user}"))[0] == 200


async def test_a_page_of_another_origin_may_send(cloud: Cloud, user: str) -> None:
    url, origin = f"{cloud.url}/beat", "https://elsewhere.example"
    async with cloud.http.options(url, headers={"Origin": origin}) as preflight:
        assert preflight.status == 204
        assert preflight.headers["Access-Control-Allow-Methods"] == "POST"
    assert (await post(cloud, f"Bearer allow-{user}", Origin=origin))[0] == 200
    async with cloud.http.get(cloud.url, headers={"Origin": origin}) as elsewhere:
        assert elsewhere.status == 403
    async with cloud.http.post(url, headers={"Host": "elsewhere.example"}) as rebound:
        assert rebound.status == 403


async def test_what_comes_too_fast_is_refused_until_there_is_room(tmp_path: Path) -> None:
    port = free_port()
    gateway = Gateway(config(tmp_path, port, door(rate=0.001, burst=2)))
    async with served(gateway.application(), port), aiohttp.ClientSession() as http:
        url = f"http://127.0.0.1:{port}/dev/beat"
        answers = [await http.post(url) for _ in range(3)]
        assert [answer.status for answer in answers] == [401, 401, 429]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (structs.replace(door(), schema={"type": 7}), "The HTTP door is not usable"),
        (
            structs.replace(
                door(), authorizer=structs.replace(door().authorizer, function="nobody")
            ),
            "The HTTP door asks 'nobody'",
        ),
    ],
)
async def test_a_door_that_cannot_be_kept_is_told_at_the_start(
    tmp_path: Path, changed: Door, sentence: str
) -> None:
    with pytest.raises(StartError, match=sentence):
        Gateway(config(tmp_path, 1, changed))


def config(folder: Path, port: int, kept: Door) -> Config:
    kinesis = {"AWS_ENDPOINT_URL_KINESIS": "http://127.0.0.1:9"}
    return Config("127.0.0.1", port, api(), functions(folder), kinesis, str(folder), door=kept)


async def test_a_bucket_fills_with_time_and_holds_no_more_than_its_burst() -> None:
    clock = iter([0.0, 0.0, 0.0, 0.0, 0.5, 100.0, 100.0, 100.0])
    throttle = Throttle(2, 2, lambda: next(clock))
    assert [throttle.let_in() for _ in range(7)] == [True, True, False, True, True, True, False]
