"""The functions and the HTTP session behind one WebSocket API, from its start to its end."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp

from local.functions.workers import FunctionError, Workers
from local.gateway.integrations import Integration, function, kinesis, mock
from local.part import StartError
from local.template.stack import Api, Function, KinesisIntegration, LambdaIntegration, Route

log = logging.getLogger(__name__)

INTEGRATION_SECONDS = 29
"""The longest integration timeout in the API Gateway developer guide."""
SESSION_CONNECTIONS = 256


@contextlib.asynccontextmanager
async def meanwhile(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Does `work` while the block runs, and no longer."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Backends:
    """What the routes and the authorizer of `api` lead to."""

    def __init__(
        self,
        api: Api,
        functions: Sequence[Function],
        endpoints: Mapping[str, str],
        log_directory: Path,
        workers: Mapping[str, int],
    ) -> None:
        """Raises StartError if the API names a function or needs an endpoint that is not there."""
        used = {api.authorizer.function} | {
            route.integration.function
            for route in api.routes
            if isinstance(route.integration, LambdaIntegration)
        }
        if unknown := used - {function.name for function in functions}:
            raise StartError(f"The WebSocket API names unknown functions: {sorted(unknown)}.")
        self._endpoints = endpoints
        self._counts = {name: workers.get(name, 1) for name in used}
        self._session: aiohttp.ClientSession | None = None
        self.workers = {
            each.name: Workers(each, log_directory / f"{each.name}.log", self._counts[each.name])
            for each in functions
            if each.name in used
        }

    @contextlib.asynccontextmanager
    async def running(self, first: set[str]) -> AsyncIterator[None]:
        """Workers run within; those of the functions `first` from the start, others soon after."""
        try:
            async with aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=SESSION_CONNECTIONS),
                timeout=aiohttp.ClientTimeout(total=INTEGRATION_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
            ) as self._session:
                for name in first:
                    await self._start(name)
                async with meanwhile(self._start_later(self.workers.keys() - first)):
                    yield
        finally:
            await asyncio.gather(*(workers.stop() for workers in self.workers.values()))

    def integration(self, route: Route) -> Integration:
        """The integration of a route. Raises StartError and TemplateError."""
        integration = route.integration
        if isinstance(integration, LambdaIntegration):
            return function(self.workers[integration.function])
        if isinstance(integration, KinesisIntegration):
            return self.put(integration, f"The route {route.key!r}")
        return mock(integration)

    def put(self, integration: KinesisIntegration, whose: str) -> Integration:
        """A direct integration with Kinesis. Raises StartError and TemplateError."""
        if "AWS_ENDPOINT_URL_KINESIS" not in self._endpoints:
            raise StartError(f"{whose} needs AWS_ENDPOINT_URL_KINESIS.")
        return kinesis(integration, self._endpoints["AWS_ENDPOINT_URL_KINESIS"], self._http)

    def _http(self) -> aiohttp.ClientSession:
        assert self._session is not None, "no message comes before the start"
        return self._session

    async def _start(self, name: str) -> None:
        workers = self.workers[name]
        try:
            await workers.start(self._counts[name])
        except FunctionError as error:
            raise StartError(
                f"The function {name!r} does not start: {error.payload['errorMessage']}. "
                f"{workers.log} says more."
            ) from error

    async def _start_later(self, names: set[str]) -> None:
        for name in names:
            try:
                await self._start(name)
            except StartError as error:
                log.error("%s", error)  # and again with each message that needs the function
