"""What stands behind the routes of the WebSocket API: functions, Kinesis, mock answers."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import aiohttp
import msgspec
from msgspec import Struct

from local.functions.workers import FunctionError, Workers
from local.gateway.events import message_event
from local.gateway.mapping_template import MappingTemplate, TemplateError
from local.gateway.selection import select
from local.kinesis.puts import Puts, RefusedError
from local.template.stack import KinesisIntegration, MockIntegration

TARGET = "Kinesis_20131202."
"""The prefix of X-Amz-Target in the Kinesis API reference."""
JSON = "application/json"
SUCCESS = range(200, 300)


class IntegrationError(Exception):
    """The backend of a route failed; the sentence is for the log, never for the client."""


class BackendRefusalError(IntegrationError):
    """The backend answered that it refused: on a route without a response nobody is told."""


class Message(Struct, frozen=True):
    """One message of a client: the text, its JSON value (None if it has none), its `$context`."""

    body: str
    value: Any
    context: dict[str, Any]


class Proxied(Struct, frozen=True, rename="camel"):
    """What a function behind a proxy integration returns; headers reach a client that connects."""

    status_code: int
    body: str = ""
    headers: dict[str, str] | None = None


class MockRequest(Struct, frozen=True, rename="camel"):
    """What the request template of a mock integration renders."""

    status_code: int


Integration = Callable[[Message], Awaitable[str]]
"""Runs the backend of a route and returns the answer for the client, which may be empty."""


async def invoke(workers: Workers, event: dict[str, Any]) -> Proxied:
    """The answer of a function behind a proxy integration. Raises IntegrationError."""
    name = workers.function.name
    try:
        answer = await workers.invoke(msgspec.json.encode(event))
    except FunctionError as error:
        kind = error.payload["errorType"]
        raise IntegrationError(
            f"The function {name!r} failed with {kind}: {workers.log} says more."
        ) from error
    try:
        return msgspec.json.decode(answer, type=Proxied)
    except msgspec.DecodeError as error:
        raise IntegrationError(
            f"The function {name!r} must return a statusCode and a body of text: {error}"
        ) from error


def function(workers: Workers) -> Integration:
    """A Lambda proxy integration."""

    async def integrate(message: Message) -> str:
        return (await invoke(workers, message_event(message.context, message.body))).body

    return integrate


def kinesis(
    integration: KinesisIntegration, endpoint: str, session: Callable[[], aiohttp.ClientSession]
) -> Integration:
    """A direct integration: the request template renders the body of a Kinesis action.

    Raises BackendRefusalError where Kinesis answers with no success, as when it is throttled.
    """
    render_request = _renderer(
        integration.request_templates, integration.template_selection_expression
    )
    render_response = _renderer(
        integration.response_templates, integration.template_selection_expression, or_body=True
    )

    async def call(action: str, body: bytes) -> str:
        headers = {"Content-Type": integration.content_type, "X-Amz-Target": TARGET + action}
        try:
            async with session().post(endpoint, data=body, headers=headers) as response:
                answer = await response.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise IntegrationError(f"Kinesis does not answer: {type(error).__name__}.") from error
        if response.status not in SUCCESS:
            raise BackendRefusalError(f"Kinesis answered {action} with status {response.status}.")
        return answer

    action = integration.action
    send = Puts(call).put if action == "PutRecord" else partial(call, action)

    async def integrate(message: Message) -> str:
        try:
            body = await send(render_request(message).encode())
        except RefusedError as error:
            raise BackendRefusalError(f"Kinesis refused a record. {error}") from error
        return render_response(Message(body, message.value, message.context))

    return integrate


def mock(integration: MockIntegration) -> Integration:
    """No backend: the request template gives the status, the response template the answer."""
    expression = integration.template_selection_expression
    render_request = _renderer(integration.request_templates, expression)
    render_response = _renderer(integration.response_templates, expression)

    async def integrate(message: Message) -> str:
        try:
            request = msgspec.json.decode(render_request(message), type=MockRequest)
        except msgspec.DecodeError as error:
            raise IntegrationError(f"A mock's template gives no statusCode: {error}") from error
        if request.status_code not in SUCCESS:
            raise IntegrationError(f"A mock's template gives status {request.status_code}.")
        return render_response(message) if integration.response_templates else ""

    return integrate


def _renderer(
    texts: Mapping[str, str], expression: str | None, or_body: bool = False
) -> Callable[[Message], str]:
    templates = {key: MappingTemplate(text) for key, text in texts.items()}

    def render(message: Message) -> str:
        template = select(expression, message.value, templates) or templates.get(JSON)
        if template is None and or_body:
            return message.body
        if template is None:
            # AWS would pass the client's own body through, as the body of the backend's action.
            raise IntegrationError("No request template fits this message.")
        try:
            return template.render(message.body, message.context)
        except TemplateError as error:
            raise IntegrationError(str(error)) from error

    return render
