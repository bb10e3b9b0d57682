"""The WebSocket API and the HTTP door on this machine: `python -m local.gateway.server CONFIG`.

What API Gateway does, driven by `template.stack.Api` and `Door` alone: authorizer, routes, models,
integrations, route responses, quotas, `@connections`. Messages of one connection are handled in
their order.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import fastjsonschema
import msgspec
from aiohttp import WSCloseCode, WSMsgType, web
from msgspec import Struct

from local import part
from local.functions.workers import FunctionError
from local.gateway import events as events
from local.gateway.authorization import RefusedError, authorize, authorizer_failure, unauthorized
from local.gateway.backends import Backends, meanwhile
from local.gateway.connection import BufferFullError, Connection, GoneError, new_id, now_ms
from local.gateway.connections import Connections, aws_error
from local.gateway.door import DoorKeeper
from local.gateway.frames import MESSAGE_BYTES
from local.gateway.identity_source import identity_reader
from local.gateway.integrations import (
    SUCCESS,
    BackendRefusalError,
    IntegrationError,
    Message,
    invoke,
)
from local.gateway.mapping_template import TemplateError
from local.gateway.models import Models
from local.gateway.selection import parse, select_route
from local.guard import guard
from local.template.stack import Api, Door, Function, LambdaIntegration

log = logging.getLogger(__name__)

OVERDUE_CHECK_SECONDS = 5


class Config(Struct, frozen=True):
    """What the launcher says: where to listen, the API, its functions and what is behind them."""

    host: str
    port: int
    api: Api
    functions: list[Function]
    endpoints: dict[str, str]
    """AWS_ENDPOINT_URL_KINESIS, if a route has a direct integration."""
    log_directory: str
    workers: dict[str, int] = {}
    """Worker processes by name of the function; 1 unless named."""
    page_port: int | None = None
    """Of the page that may connect; no other page may."""
    door: Door | None = None
    """The REST API of the same functions, if there is one; any page may send there."""


class Report(Struct, frozen=True):
    """What GET /_status answers."""

    connections: int
    people: int
    functions: dict[str, int]
    """How many workers each has."""


class Gateway:
    """One WebSocket API, and the door beside it."""

    def __init__(self, config: Config) -> None:
        """Raises StartError if the API is not usable."""
        self.api = config.api
        self.connections = Connections()
        pages = [] if config.page_port is None else [config.page_port]
        self._domain_name = f"{config.host}:{config.port}"
        self._method_arn = events.method_arn(self.api)
        self._routes = {route.key: route for route in self.api.routes}
        self._backends = Backends(
            self.api,
            config.functions,
            config.endpoints,
            Path(config.log_directory),
            config.workers,
        )
        self._door = self._keeper(config.door)
        doors = [self._door.path] if self._door else []
        self._guard = guard(config.port, *pages, open_to_pages=doors)
        try:
            sources = self.api.authorizer.identity_sources
            self._identity = [identity_reader(source) for source in sources]
            select_route(self.api.route_selection_expression, None, self._routes)
            self._models = {route.key: Models(route) for route in self.api.routes}
            self._integrations = {
                route.key: self._backends.integration(route) for route in self.api.routes
            }
        except (ValueError, fastjsonschema.JsonSchemaDefinitionException, TemplateError) as error:
            raise part.StartError(f"The WebSocket API is not usable: {error}") from error

    def _keeper(self, door: Door | None) -> DoorKeeper | None:
        """Raises StartError for a door whose authorizer is not there, or whose model is none."""
        if door is None:
            return None
        if door.authorizer.function not in self._backends.workers:
            raise part.StartError(f"The HTTP door asks {door.authorizer.function!r}, unknown here.")
        try:
            put = self._backends.put(door.integration, f"The HTTP door {door.path!r}")
            return DoorKeeper(door, self._backends.workers[door.authorizer.function], put)
        except (fastjsonschema.JsonSchemaDefinitionException, TemplateError) as error:
            raise part.StartError(f"The HTTP door is not usable: {error}") from error

    def application(self) -> web.Application:
        """The server: handshakes at `/STAGE`, `@connections` and the door below it, a `Report`."""
        app = web.Application(middlewares=[self._guard], client_max_size=MESSAGE_BYTES)
        stage = self.api.stage
        app.add_routes([web.get(f"/{stage}", self._connect, allow_head=False)])
        app.add_routes(self.connections.routes(stage))
        app.add_routes(self._door.routes() if self._door else [])
        app.add_routes([web.get("/_status", self._status)])
        app.router.add_route("*", "/{path:.*}", self._elsewhere)
        app.cleanup_ctx.append(self._running)
        app.on_shutdown.append(self._shut)
        return app

    async def _running(self, _: web.Application) -> AsyncIterator[None]:
        names = {self.api.authorizer.function, self._function("$connect")}
        first = {name for name in names if name}
        async with self._backends.running(first), meanwhile(self._close_overdue()):
            yield

    async def _shut(self, _: web.Application) -> None:
        await self.connections.close_all()

    async def _close_overdue(self) -> None:
        while True:
            await asyncio.sleep(OVERDUE_CHECK_SECONDS)
            await self.connections.close_overdue(now_ms())

    async def _elsewhere(self, _: web.Request) -> web.Response:
        """Another stage, or no path of this one."""
        return aws_error(403, "ForbiddenException", "Forbidden")

    async def _status(self, _: web.Request) -> web.Response:
        workers = {name: each.count for name, each in self._backends.workers.items()}
        report = Report(len(self.connections), self.connections.people(), workers)
        return web.Response(body=msgspec.json.encode(report), content_type="application/json")

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        if not web.WebSocketResponse().can_prepare(request):
            return aws_error(426, "UpgradeRequired", "Only WebSocket clients are served here.")
        user_agent = request.headers.get("User-Agent", "")
        connection = Connection(new_id(), now_ms(), request.remote or "", user_agent)
        try:
            connection.authorizer = await self._authorize(connection, request)
            headers = await self._admit(connection, request)
        except RefusedError as refused:
            return aws_error(refused.status, refused.error, refused.message)
        end = 1006, "The client went away during the handshake"
        try:
            await connection.open(request, headers)
            self.connections.add(connection)
            end = await self._serve(connection)
        except GoneError:
            return web.Response()
        finally:
            self.connections.remove(connection)
            await self._disconnected(connection, *(connection.closed or end))
        return connection.socket

    async def _authorize(self, connection: Connection, request: web.Request) -> dict[str, str]:
        if not all(read(request) for read in self._identity):
            raise unauthorized()
        context = self._context(connection, "CONNECT", "$connect")
        event = events.authorizer_event(context, request, self._method_arn)
        workers = self._backends.workers[self.api.authorizer.function]
        try:
            answer = await workers.invoke(msgspec.json.encode(event))
        except FunctionError as error:
            if error.payload["errorMessage"] == "Unauthorized":
                raise unauthorized() from None
            kind = error.payload["errorType"]
            log.error("The authorizer failed with %s: %s says more.", kind, workers.log)
            raise authorizer_failure() from None
        return authorize(answer, self._method_arn)

    async def _admit(self, connection: Connection, request: web.Request) -> dict[str, str]:
        """The headers that `$connect` gives the answer, such as the chosen subprotocol."""
        name = self._function("$connect")
        if name is None:
            return {}
        event = events.connect_event(self._context(connection, "CONNECT", "$connect"), request)
        try:
            answer = await invoke(self._backends.workers[name], event)
        except IntegrationError as error:
            log.error("Route $connect: %s", error)
            raise RefusedError(
                502, "InternalServerErrorException", "Internal server error"
            ) from None
        if answer.status_code not in SUCCESS:
            raise RefusedError(answer.status_code, "ForbiddenException", "Forbidden")
        return answer.headers or {}

    async def _serve(self, connection: Connection) -> tuple[int, str]:
        while True:
            received = await connection.socket.receive()
            if connection.closed:  # what was sent meanwhile is nobody's
                return connection.closed
            if received.type is WSMsgType.TEXT:
                connection.last_active_at_ms = now_ms()
                await self._reply(connection, await self._answer(connection, received.data))
            elif received.type is WSMsgType.BINARY:
                code, reason = WSCloseCode.UNSUPPORTED_DATA, "Binary messages are not supported."
                await connection.close(code, reason)
            elif received.type is WSMsgType.CLOSE and received.data:
                return received.data, received.extra or ""
            elif received.type is WSMsgType.CLOSE:
                return 1005, "Client-side close frame status not set"
            else:
                return 1006, "Connection closed abnormally"

    async def _answer(self, connection: Connection, body: str) -> str | None:
        value = parse(body)
        route = select_route(self.api.route_selection_expression, value, self._routes)
        context = self._context(connection, "MESSAGE", route.key if route else "")
        if route is None:
            return _error("Forbidden", context)
        if not self._models[route.key].accept(value):
            return _error("Bad request body", context)
        try:
            answer = await self._integrations[route.key](Message(body, value, context))
        except IntegrationError as error:
            log.error("Route %s: %s", route.key, error)
            if isinstance(error, BackendRefusalError) and not route.responds:
                return None
            return _error("Internal server error", context)
        if not route.responds:
            return None
        if len(answer.encode()) > MESSAGE_BYTES:
            log.error("Route %s: an answer may have %s bytes.", route.key, MESSAGE_BYTES)
            return _error("Internal server error", context)
        return answer

    async def _reply(self, connection: Connection, answer: str | None) -> None:
        if not answer:
            return
        try:
            await connection.send(answer.encode())
        except BufferFullError:
            code, reason = WSCloseCode.POLICY_VIOLATION, "Read the answers to your messages."
            await connection.close(code, reason)
        except GoneError:
            return  # the next receive says so

    async def _disconnected(self, connection: Connection, code: int, reason: str) -> None:
        name = self._function("$disconnect")
        if name is None:
            return
        context = self._context(connection, "DISCONNECT", "$disconnect")
        event = events.disconnect_event(context, code, reason)
        with contextlib.suppress(IntegrationError):  # best effort, as in AWS
            await invoke(self._backends.workers[name], event)

    def _context(self, connection: Connection, event_type: str, route_key: str) -> dict[str, Any]:
        return events.request_context(
            self.api, self._domain_name, connection, event_type, route_key
        )

    def _function(self, route_key: str) -> str | None:
        route = self._routes.get(route_key)
        integration = route.integration if route else None
        return integration.function if isinstance(integration, LambdaIntegration) else None


def _error(message: str, context: dict[str, Any]) -> str:
    ids = {name: context[name] for name in ("connectionId", "requestId")}
    return msgspec.json.encode({"message": message, **ids}).decode()


def application(config: Config) -> web.Application:
    """The gateway of `config` as a server. Raises StartError."""
    return Gateway(config).application()


if __name__ == "__main__":
    part.main(Config, application)
