"""The page logs in at an issuer of another origin, under the policy that the stack gives it."""

import base64
import json
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager
from hashlib import sha256

import pytest
from aiohttp import web
from playwright.sync_api import Browser, Page, expect

from benchmarks.chromium import LOCALE
from local.processes import free_port
from tests.browser.sign_in import page_served, serving

SOON_MS = 20_000
NAME = "ann@gym.test"
CORS = {"Access-Control-Allow-Origin": "*"}
POLICY = "Content Security Policy"
"""What a browser says of when it forbids something."""


class Issuer:
    """An issuer as strict as it should be, and the WebSocket API that its tokens open."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.begun: dict[str, dict[str, str]] = {}
        """Questions of /authorize by the code that answers them, which is good once."""
        self.refresh_tokens: set[str] = set()
        self.refused: list[str] = []
        self.connected: list[str] = []
        """Tokens by which the page connected."""
        self.app = web.Application()
        self.app.add_routes(
            [
                web.get("/authorize", self.authorize),
                web.post("/token", self.token),
                web.get("/logout", self.logout),
                web.get("/socket", self.socket),
            ]
        )

    async def authorize(self, request: web.Request) -> web.Response:
        code = secrets.token_urlsafe()
        self.begun[code] = dict(request.query)
        answer = f"?code={code}&state={request.query['state']}"
        raise web.HTTPFound(request.query["redirect_uri"] + answer)

    async def token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        refresh = form["grant_type"] == "refresh_token"
        begun = self.begun.pop(form.get("code", ""), {})
        if form["client_id"] != "page" or not (
            self._rotates(form) if refresh else self._proves(form, begun)
        ):
            self.refused.append(form["grant_type"])
            return web.json_response({"error": "invalid_grant"}, status=400, headers=CORS)
        claims = {"sub": "u-1", "email": NAME, "nonce": begun.get("nonce")}
        self.refresh_tokens.add(fresh := secrets.token_urlsafe())
        answer = {
            "access_token": f"{form['grant_type']}-{secrets.token_hex(4)}",
            "refresh_token": fresh,
            "id_token": f"e30.{_base64(json.dumps(claims).encode())}.e30",
            "expires_in": 30,  # less than the page asks for, so that it refreshes at once
        }
        return web.json_response(answer, headers=CORS)

    async def logout(self, _: web.Request) -> web.Response:
        return web.Response(text="Signed out.")

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        self.connected.append(request.query["token"])  # before the page hears of it
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for _ in socket:
            pass
        return socket

    def _rotates(self, form: dict[str, str]) -> bool:
        known = form["refresh_token"] in self.refresh_tokens
        self.refresh_tokens.discard(form["refresh_token"])
        return known

    def _proves(self, form: dict[str, str], begun: dict[str, str]) -> bool:
        challenge = _base64(sha256(form["code_verifier"].encode()).digest())
        return (
            begun.get("code_challenge_method") == "S256"
            and begun["code_challenge"] == challenge
            and begun["redirect_uri"] == form["redirect_uri"]
        )


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    port = free_port()
    issuer = Issuer(port)
    with serving(issuer.app, port):
        yield issuer


@pytest.fixture
def page(browser: Browser, issuer: Issuer) -> Iterator[Page]:
    """The page's own origin, opened; an error or a breach of its policy fails the test."""
    errors: list[str] = []
    with page_origin(issuer) as url:
        context = browser.new_context(locale=LOCALE)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if POLICY in said.text else None)
        page.goto(url)
        yield page
        context.close()
    assert errors == []


def test_an_athlete_logs_in_connects_and_signs_out(page: Page, issuer: Issuer) -> None:
    expect(page.get_by_text(NAME)).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_text("Connected", exact=True)).to_be_visible(timeout=SOON_MS)
    assert page.url.endswith("/")  # no code, no state
    assert [token.rpartition("-")[0] for token in issuer.connected] == ["refresh_token"]
    assert page.evaluate("localStorage.length + document.cookie.length") == 0

    page.reload()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible(timeout=SOON_MS)
    assert len(issuer.connected) == 2
    assert issuer.connected[0] != issuer.connected[1]
    assert issuer.refused == []

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Signed out.")).to_be_visible(timeout=SOON_MS)
    page.go_back()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible(timeout=SOON_MS)
    assert issuer.refused == []


def page_origin(issuer: Issuer) -> AbstractContextManager[str]:
    """Where the page is, which logs in at `issuer`."""
    return page_served(free_port(), issuer.url.replace("http", "ws") + "/socket", issuer.url)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
