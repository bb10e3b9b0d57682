"""Whom the guard lets in where a browser says less: at port 80 it names no port."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from local.guard import guard


async def here(_: web.Request) -> web.Response:
    return web.Response()


async def status(port: int, page_port: int, **headers: str) -> int:
    request = make_mocked_request("GET", "/", headers)
    return (await guard(port, page_port)(request, here)).status


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "localhost:80", "[::1]:80"])
async def test_at_port_80_the_port_may_be_left_out(host: str) -> None:
    assert await status(80, 4000, Host=host, Origin=f"http://{host}") == 200
    assert await status(80, 4000, Host=f"{host}.", Origin=f"http://{host}") == 403


@pytest.mark.parametrize("origin", ["http://localhost", "http://127.0.0.1:80"])
async def test_a_page_at_port_80_may_ask_another_part(origin: str) -> None:
    assert await status(4000, 80, Host="localhost:4000", Origin=origin) == 200
    assert await status(4000, 8000, Host="localhost:4000", Origin=origin) == 403


async def test_a_refusal_says_what_to_do() -> None:
    answer = await guard(4000)(make_mocked_request("GET", "/", {"Host": "evil.example"}), here)
    assert isinstance(answer, web.Response)
    assert answer.text == (
        "This server answers only as 127.0.0.1:4000 or localhost:4000 or [::1]:4000: name one of "
        "these in the address, and leave out proxies.\n"
    )
