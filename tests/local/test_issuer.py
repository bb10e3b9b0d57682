import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import jwt
import pytest
from aiohttp import web
from yarl import URL

from local.issuer import Issuer, UserError
from local.processes import free_port
from local.web import Config, application


@asynccontextmanager
async def serving(page: Path) -> AsyncIterator[aiohttp.ClientSession]:
    port = free_port()
    config = Config("127.0.0.1", port, str(page), "ws://127.0.0.1:4000/dev", ["athlete-001"])
    runner = web.AppRunner(application(config), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
            yield client
    finally:
        await runner.cleanup()


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    (tmp_path / "secret").write_text("secret")
    page = tmp_path / "dist"
    page.mkdir()
    (page / "index.html").write_text("<title>TempoFit</title>")
    (page / "page.js").write_text("export {}")
    (page / "manifest.webmanifest").write_text("{}")
    async with serving(page) as client:
        yield client


async def token_of(client: aiohttp.ClientSession, user: str) -> str:
    async with client.get("/token", params={"user": user}) as response:
        answer = await response.json()
    assert answer["expires_in"] == 3600
    token: str = answer["access_token"]
    return token


async def test_a_token_verifies_against_the_published_keys(client: aiohttp.ClientSession) -> None:
    token = await token_of(client, "athlete-001")
    async with client.get("/.well-known/openid-configuration") as response:
        configuration = await response.json()
    async with client.get(configuration["jwks_uri"]) as response:
        keys = jwt.PyJWKSet.from_dict(await response.json())
    header = jwt.get_unverified_header(token)
    assert header["alg"] == "RS256"
    claims = jwt.decode(
        token,
        keys[header["kid"]],
        ["RS256"],
        audience="tempofit",
        issuer=configuration["issuer"],
        options={"require": ["exp", "iat", "sub", "iss", "aud"]},
    )
    assert claims["sub"] == "athlete-001"
    assert claims["exp"] - claims["iat"] == 3600


async def test_another_issuer_has_another_key() -> None:
    one, two = (Issuer("http://127.0.0.1:1", "tempofit") for _ in range(2))
    (key,) = two.keys()["keys"]
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(one.token("me", 0), jwt.PyJWK(key), ["RS256"], audience="tempofit")


def test_nothing_but_the_public_key_is_published() -> None:
    (key,) = Issuer("http://127.0.0.1:1", "tempofit").keys()["keys"]
    assert key.keys() == {"kty", "use", "alg", "kid", "n", "e"}


@pytest.mark.parametrize("user", ["", "a b", "a" * 65, "zażółć", "me\n", '"', "../me", "<b>"])
async def test_a_bad_name_gets_no_token_and_a_sentence(
    client: aiohttp.ClientSession, user: str
) -> None:
    with pytest.raises(UserError):
        Issuer("http://127.0.0.1:1", "tempofit").token(user, 0)
    async with client.get("/token", params={"user": user}) as response:
        assert response.status == 400
        assert "cannot be a user: take 1 to 64 of the characters" in await response.text()


async def test_a_token_names_the_group_that_was_asked_for(client: aiohttp.ClientSession) -> None:
    async with client.get("/token", params={"user": "kim", "group": "coach"}) as response:
        token = (await response.json())["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["sub"], claims["cognito:groups"]) == ("kim", ["coach"])


@pytest.mark.parametrize("group", ["", "a b", "g" * 65, "coach\n"])
async def test_a_bad_group_gets_no_token_and_a_sentence(
    client: aiohttp.ClientSession, group: str
) -> None:
    async with client.get("/token", params={"user": "kim", "group": group}) as response:
        assert response.status == 400
        assert "cannot be a group: take 1 to 64 of the characters" in await response.text()


async def test_the_page_learns_where_to_connect(client: aiohttp.ClientSession) -> None:
    async with client.get("/config.json") as response:
        assert await response.json() == {
            "websocket_url": "ws://127.0.0.1:4000/dev",
            "token_url": "/token",
            "users": ["athlete-001"],
            "floor": "demo",
        }


@pytest.mark.parametrize("path", ["/token?user=me", "/config.json", "/", "/.well-known/jwks.json"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1.evil.example:80", ""])
async def test_another_name_for_this_server_gets_nothing(
    client: aiohttp.ClientSession, path: str, host: str
) -> None:
    async with client.get(path, headers={"Host": host}) as response:
        assert response.status == 403
        assert "answers only as" in await response.text()


async def test_localhost_is_a_name_of_this_server(client: aiohttp.ClientSession) -> None:
    assert client._base_url is not None
    host = f"LocalHost:{client._base_url.port}"
    async with client.get("/", headers={"Host": host}) as response:
        assert response.status == 200


@pytest.mark.parametrize("path", ["/", "/page.js", "/token?user=me", "/nothing", "/token?user="])
async def test_every_answer_keeps_other_origins_out(
    client: aiohttp.ClientSession, path: str
) -> None:
    async with client.get(path, headers={"Origin": "http://evil.example"}) as response:
        assert "Access-Control-Allow-Origin" not in response.headers
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        policy = response.headers["Content-Security-Policy"]
        permissions = response.headers.get("Permissions-Policy", "")
    directives = {name: sources for name, *sources in map(str.split, policy.split("; "))}
    assert directives["default-src"] == ["'self'"]
    assert directives["connect-src"] == [
        "'self'",
        "ws://127.0.0.1:4000",
        "wss://dev.pulsoid.net",
        "wss://app.hyperate.io",
        "ws://127.0.0.1:*",
        "ws://localhost:*",
        "http:",
        "https:",
    ]
    assert directives["media-src"] == ["'self'", "blob:"]
    assert "bluetooth" not in permissions
    assert "screen-wake-lock" not in permissions


async def test_the_built_page_is_served_and_nothing_beside_it(
    client: aiohttp.ClientSession,
) -> None:
    async with client.get("/") as response:
        assert response.content_type == "text/html"
        assert "TempoFit" in await response.text()
    async with client.get("/page.js") as response:
        assert response.content_type.endswith("/javascript")
    async with client.get("/manifest.webmanifest") as response:
        assert response.content_type == "application/manifest+json"
    assert client._base_url is not None
    for path in ("/../secret", "/%2e%2e/secret", "/..%2fsecret", "/%2fetc%2fpasswd"):
        as_it_is = URL(f"{client._base_url.origin()}{path}", encoded=True)
        async with client.get(as_it_is) as response:
            assert response.status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/index.html%00.js",
        "/" + "a" * 300,
        "/" + "a" * 5000,
        "/" + "a/" * 2500,
        "/%",
        "/%zz",
        "/%ff%fe",
        "/%ED%A0%80",
        "/%0d%0aX:y",
        "//",
        "//index.html",
        "///etc/passwd",
        "//[::1",
        "//user@:x",
        "/\\..\\secret",
        "/%5c..%5csecret",
        "/../secret",
        "/index.html/x",
        "/.",
    ],
)
async def test_a_path_that_names_no_file_is_not_found_however_odd(
    client: aiohttp.ClientSession, path: str
) -> None:
    assert client._base_url is not None
    host = f"127.0.0.1:{client._base_url.port}"
    reader, writer = await asyncio.open_connection("127.0.0.1", client._base_url.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"Traceback" not in answer


async def test_a_page_that_is_not_built_says_what_to_run(tmp_path: Path) -> None:
    async with serving(tmp_path / "dist") as client, client.get("/") as response:
        assert response.status == 404
        assert "run `make setup`" in await response.text()


async def test_a_token_holds_nothing_but_who_for_whom_and_until_when(
    client: aiohttp.ClientSession,
) -> None:
    payload = (await token_of(client, "me")).split(".")[1]
    claims = json.loads(jwt.utils.base64url_decode(payload))
    assert claims.keys() == {"iss", "aud", "sub", "iat", "exp"}
