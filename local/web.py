"""The page and its issuer of tokens: `python -m local.web CONFIG`.

For this machine only: it listens on loopback, behind the guard, so that no page from elsewhere can
read a token.
"""

import time
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from msgspec import Struct

from local import part
from local.guard import guard
from local.issuer import TOKEN_SECONDS, Issuer, UserError

INDEX = "index.html"
FLOOR = "demo"
"""The floor on which simulated athletes are."""
HEART_RATE_SERVICES = ("wss://dev.pulsoid.net", "wss://app.hyperate.io")
"""From where the page takes a heart rate if the athlete chooses so; the same on AWS."""
THIS_MACHINE = ("ws://127.0.0.1:*", "ws://localhost:*")
"""Where a server of one's own may stand in for such a service."""
MUSIC_SERVERS = ("http:", "https:")
"""Wherever a music server of one's own is: at home most have no https, nor has this page."""
NO_PAGE = "The page is not built yet: run `make setup`, then load this address again.\n"


class Config(Struct, frozen=True):
    """What the launcher says: where to listen, where the built page is, what the page is told."""

    host: str
    port: int
    page: str
    """The folder with the built page."""
    websocket_url: str
    users: list[str]
    audience: str = "tempofit"


def application(config: Config) -> web.Application:
    """The server of the page, `config.json`, the tokens and the keys that verify them."""
    issuer = Issuer(f"http://{config.host}:{config.port}", config.audience)
    page = Path(config.page).resolve()

    async def configuration(_: web.Request) -> web.Response:
        return web.json_response(issuer.configuration())

    async def keys(_: web.Request) -> web.Response:
        return web.json_response(issuer.keys())

    async def token(request: web.Request) -> web.Response:
        try:
            user, group = request.query.get("user", ""), request.query.get("group")
            signed = issuer.token(user, int(time.time()), group)
        except UserError as error:
            return web.Response(status=400, text=f"{error}\n")
        return web.json_response({"access_token": signed, "expires_in": TOKEN_SECONDS})

    async def page_config(_: web.Request) -> web.Response:
        return web.json_response(
            {
                "websocket_url": config.websocket_url,
                "token_url": "/token",
                "users": config.users,
                "floor": FLOOR,
            }
        )

    async def file(request: web.Request) -> web.StreamResponse:
        path = _file(page, request.match_info["path"] or INDEX)
        if path is not None:
            return web.FileResponse(path)
        if not (page / INDEX).is_file():
            return web.Response(status=404, text=NO_PAGE)
        return web.Response(status=404, text=f"There is nothing at {request.path!r}.\n")

    app = web.Application(middlewares=[_policies(config.websocket_url), guard(config.port)])
    app.add_routes(
        [
            web.get("/.well-known/openid-configuration", configuration),
            web.get("/.well-known/jwks.json", keys),
            web.get("/token", token),
            web.get("/config.json", page_config),
            web.get("/{path:.*}", file),
        ]
    )
    return app


def _file(page: Path, name: str) -> Path | None:
    """The file of the page that has this name, or None; whatever the name holds."""
    try:
        path = (page / name).resolve()
        return path if path.is_relative_to(page) and path.is_file() else None
    except (ValueError, OSError):  # it holds a NUL or a surrogate, or is too long for a file
        return None


def _policies(websocket_url: str) -> Middleware:
    headers = _headers(websocket_url)

    @web.middleware
    async def policies(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPException as error:
            error.headers.update(headers)
            raise
        response.headers.update(headers)
        return response

    return policies


def _headers(websocket_url: str) -> dict[str, str]:
    socket = urlsplit(websocket_url)
    spoken_to = (
        f"{socket.scheme}://{socket.netloc}",
        *HEART_RATE_SERVICES,
        *THIS_MACHINE,
        *MUSIC_SERVERS,
    )
    policy = (
        "default-src 'self'",
        " ".join(("connect-src 'self'", *spoken_to)),
        "img-src 'self' data:",
        "media-src 'self' blob:",  # the athlete's own music, which never leaves the browser
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        # Built files are replaced under the same names while one works on them.
        "Cache-Control": "no-store",
    }


if __name__ == "__main__":
    part.main(Config, application)
