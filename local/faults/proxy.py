"""A service with a fault: `python -m local.faults.proxy CONFIG` stands before one of them.

What it is sent it passes on, and back, unless a fault is on. `PUT /_fault` with a `Fault` turns
one on, with `null` off; whatever the fault holds up then goes its way.
"""

import asyncio
from collections.abc import AsyncIterator
from random import Random
from typing import Literal

import aiohttp
import msgspec
from aiohttp import web
from msgspec import Struct
from yarl import URL

from local.faults.answers import ANSWERS, partly
from local.guard import guard
from local.part import main

CONTROL = "/_fault"
MAX_BODY_BYTES = 20 << 20
PASSED = ("X-Amz-Target", "Content-Type")
"""Of the headers, what a service here looks at; its guard wants a Host of its own."""

Kind = Literal[
    "slow", "cut", "lost", "hanging", "partly", "failing", "throttling", "gone", "limited"
]


class Fault(Struct, frozen=True):
    """What happens to a call, with a probability of `share`.

    slow: it is passed on `seconds` late. cut: the connection is cut, and nothing done. lost: it is
    carried out, and the connection cut before the answer. hanging: no answer until the fault is
    over. partly: some of it is carried out; a call that has no parts is throttled. The others are
    refusals.
    """

    kind: Kind
    share: float = 1.0
    seconds: float = 0.0
    seed: int = 1


class Config(Struct, frozen=True):
    """Where to listen, and the address of the service, without a path."""

    host: str
    port: int
    service: str


class Proxy:
    """One service, and the fault that it has."""

    def __init__(self, config: Config) -> None:
        self.held = 0
        """Calls that the fault holds up."""
        self._config = config
        self._fault: Fault | None = None
        self._over = asyncio.Event()
        self._random = Random()  # noqa: S311 - which calls fail is no secret
        self._http: aiohttp.ClientSession

    def application(self) -> web.Application:
        """Everything is passed on, but for the fault's own address."""
        app = web.Application(
            middlewares=[guard(self._config.port)], client_max_size=MAX_BODY_BYTES
        )
        app.router.add_put(CONTROL, self._set)
        app.router.add_route("*", "/{path:.*}", self._call)
        app.cleanup_ctx.append(self._running)
        return app

    async def _running(self, _: web.Application) -> AsyncIterator[None]:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as self._http:
            yield

    async def _set(self, request: web.Request) -> web.Response:
        try:
            fault = msgspec.json.decode(await request.read(), type=Fault | None)
        except msgspec.DecodeError as error:
            return web.Response(status=400, text=f"This is no fault: {error}\n")
        self._over.set()
        self._over = asyncio.Event()
        self._fault = fault
        if fault is not None:
            self._random = Random(fault.seed)  # noqa: S311 - which calls fail is no secret
        return web.Response()

    async def _call(self, request: web.Request) -> web.Response:
        body = await request.read()
        fault = self._fault
        if fault is None or self._random.random() >= fault.share:
            return await self._pass(request, body)
        match fault.kind:
            case "slow":
                await self._until_over(fault.seconds)
                return await self._pass(request, body)
            case "hanging":
                await self._until_over()
                return _cut(request)
            case "cut":
                return _cut(request)
            case "lost":
                await self._pass(request, body)
                return _cut(request)
            case "partly":
                return await self._pass_partly(request, body)
        return _refusal(fault.kind)

    async def _until_over(self, seconds: float | None = None) -> None:
        self.held += 1
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            return
        finally:
            self.held -= 1

    async def _pass(self, request: web.Request, body: bytes) -> web.Response:
        """The service's own answer; the connection is cut when there is none."""
        headers = {name: request.headers[name] for name in PASSED if name in request.headers}
        url = self._config.service + request.raw_path
        try:
            async with self._http.request(
                request.method, URL(url, encoded=True), data=body, headers=headers
            ) as answer:
                told = {
                    name: value
                    for name, value in answer.headers.items()
                    if name.lower() in ("content-type", "x-amzn-errortype")
                }
                return web.Response(status=answer.status, body=await answer.read(), headers=told)
        except aiohttp.ClientError:
            return _cut(request)

    async def _pass_partly(self, request: web.Request, body: bytes) -> web.Response:
        operation = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        part = partly(operation, msgspec.json.decode(body), self._random) if operation else None
        if part is None:
            return _refusal("throttling")
        if part.request is None:
            whole = part.merge(None)
        else:
            answer = await self._pass(request, msgspec.json.encode(part.request))
            if answer.status != 200 or not isinstance(answer.body, bytes):
                return answer
            whole = part.merge(msgspec.json.decode(answer.body))
        return web.Response(
            body=msgspec.json.encode(whole), content_type=request.content_type or "text/plain"
        )


def _refusal(kind: str) -> web.Response:
    answer = ANSWERS[kind]
    return web.Response(
        status=answer.status, body=answer.body, headers={"x-amzn-ErrorType": answer.error}
    )


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def application(config: Config) -> web.Application:
    """The proxy of `config` as a server."""
    return Proxy(config).application()


if __name__ == "__main__":
    main(Config, application)
