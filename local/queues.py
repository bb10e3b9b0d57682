"""SQS in a process: `python -m local.queues CONFIG`.

ministack does the work, called here as the ASGI application that it is. Its own server would let
every page read and write, and empty everything at `/_ministack/reset`; here nothing is open but
the calls of SQS, behind the guard.
"""

import logging
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from aiohttp import web
from msgspec import Struct

from local import part
from local.guard import guard

TARGET = "AmazonSQS."
MAX_BODY_BYTES = 2 << 20
"""SendMessage and SendMessageBatch take 1 MB of messages."""

Message = MutableMapping[str, Any]
Asgi = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]


class Config(Struct, frozen=True):
    """What the launcher says: where to listen."""

    host: str
    port: int


def application(config: Config) -> web.Application:
    """The queues on POST /; everything is in memory."""
    ministack = _ministack(config.port)

    async def call(request: web.Request) -> web.Response:
        if not request.headers.get("X-Amz-Target", "").startswith(TARGET):
            return web.Response(status=404, text=f"X-Amz-Target has to begin with {TARGET}\n")
        return await _answer(ministack, request)

    app = web.Application(middlewares=[guard(config.port)], client_max_size=MAX_BODY_BYTES)
    app.router.add_post("/", call)
    return app


def _ministack(port: int) -> Asgi:
    """ministack without its lifespan, which would run scripts and remove Docker containers."""
    logging.getLogger().setLevel(logging.WARNING)  # it has a line for every queue
    os.environ.update({"SERVICES": "sqs", "GATEWAY_PORT": str(port)})
    from ministack import app  # reads the environment

    application: Asgi = app.app
    return application


async def _answer(app: Asgi, request: web.Request) -> web.Response:
    """The application's answer to a call, less what would open it to other pages (CORS)."""
    body = await request.read()
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": [(name.lower(), value) for name, value in request.raw_headers],
    }
    await app(scope, receive, send)
    start, *bodies = sent
    response = web.Response(
        status=start["status"], body=b"".join(each.get("body", b"") for each in bodies)
    )
    for name, value in start["headers"]:
        if not name.lower().startswith((b"access-control-", b"content-length")):
            response.headers[name.decode()] = value.decode("latin-1")
    return response


if __name__ == "__main__":
    part.main(Config, application)
