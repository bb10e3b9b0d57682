"""A sign-in server with tokens as short as a test wants, in place of a local cloud's own."""

import asyncio
import base64
import json
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from aiohttp import web

from infra.web import content_security_policy
from local.issuer import TOKEN_SECONDS, Issuer
from local.launcher import AUDIENCE, PAGE
from local.processes import HOST

CORS = {"Access-Control-Allow-Origin": "*"}


class Issuers:
    """Their keys outlive a test: an authorizer looks for new ones every half minute at most."""

    def __init__(self, url: str) -> None:
        self.own, self.another = Issuer(url, AUDIENCE), Issuer(url, "another-app")
        self.keys = self.own.keys()["keys"] + self.another.keys()["keys"]


class SignIn:
    """Who logs in is `user`, at once; tokens are good for `token_seconds`, whatever is told."""

    def __init__(self, issuers: Issuers, user: str) -> None:
        self.url = issuers.own.url
        self.user = user
        self.token_seconds = TOKEN_SECONDS
        self.told_seconds = 30
        """What the page is told of how long they are good; below 60 it asks each time anew."""
        self.is_for_another_app = False
        self.refusals = 0
        """How many times more it refuses to refresh."""
        self.granted: list[str] = []
        """`authorization_code` or `refresh_token`, for each token given."""
        self._issuers = issuers
        self._nonces: dict[str, str] = {}

    def application(self) -> web.Application:
        """Where the page logs in, and where the authorizer finds the keys."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/authorize", self._authorize),
                web.post("/token", self._token),
                web.get("/.well-known/jwks.json", self._jwks),
            ]
        )
        return app

    async def _authorize(self, request: web.Request) -> web.Response:
        code = secrets.token_urlsafe()
        self._nonces[code] = request.query["nonce"]
        answer = f"?code={code}&state={request.query['state']}"
        raise web.HTTPFound(request.query["redirect_uri"] + answer)

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        grant = str(form["grant_type"])
        if grant == "refresh_token" and self.refusals > 0:
            self.refusals -= 1
            return web.json_response({"error": "invalid_grant"}, status=400, headers=CORS)
        self.granted.append(grant)
        claims = {"sub": self.user, "nonce": self._nonces.get(str(form.get("code")))}
        payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        answer = {
            "access_token": self._signed(),
            "refresh_token": secrets.token_urlsafe(),
            "id_token": f"e30.{payload}.e30",
            "expires_in": self.told_seconds,
        }
        return web.json_response(answer, headers=CORS)

    def _signed(self) -> str:
        issued = int(time.time()) - TOKEN_SECONDS + self.token_seconds
        issuer = self._issuers.another if self.is_for_another_app else self._issuers.own
        return issuer.token(self.user, issued)

    async def _jwks(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": self._issuers.keys})


@contextmanager
def page_served(port: int, websocket_url: str, issuer_url: str) -> Iterator[str]:
    """The built page as CloudFront serves it, for who logs in at an issuer; gives its address."""
    policy = content_security_policy(websocket_url, issuer_url)
    login = {f"{name}_url": f"{issuer_url}/{name}" for name in ("authorize", "token", "logout")}
    config = {"websocket_url": websocket_url, "users": [], "login": login | {"client_id": "page"}}

    async def file(request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"] or "index.html"
        if path == "config.json":
            return web.json_response(config)
        headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
        return web.FileResponse(PAGE / path, headers=headers)

    app = web.Application()
    app.router.add_get("/{path:.*}", file)
    with serving(app, port):
        yield f"http://{HOST}:{port}/"


@contextmanager
def serving(app: web.Application, port: int) -> Iterator[None]:
    """Serves `app` on loopback from a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    listener = socket.create_server((HOST, port))

    async def start() -> None:
        await runner.setup()
        await web.SockSite(runner, listener).start()

    async def stop() -> None:
        """Ends those too who have just come in, and who do not read."""
        loop.remove_reader(listener)
        for _turn in ("who was accepted gets a transport", "and a connection"):
            await asyncio.sleep(0)
        assert runner.server is not None
        transports = [connection.transport for connection in runner.server.connections]
        await runner.cleanup()
        for transport in filter(None, transports):
            transport.abort()
        await asyncio.sleep(0)

    try:
        asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        yield
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
