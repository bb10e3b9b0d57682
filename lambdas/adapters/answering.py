"""From a message of the WebSocket API to what answers it: never an exception, never a flood."""

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import MsgspecError, convert, json, structs

from events.messages import ClientMessage, Error, ServerMessage, encode
from lambdas.adapters import connections, floods
from lambdas.adapters.telemetry import Handler, count
from lambdas.adapters.websocket import DONE, Request, request_of
from lambdas.domain.allowance import Verdict

T = TypeVar("T", bound=ClientMessage)
UNREADABLE = Error(
    "unreadable", "This message is not as its action asks for, so nothing was done: mend it."
)


def answers(kind: type[T]) -> Callable[[Callable[[Request, T], ServerMessage]], Handler]:
    """Makes a handler of what answers messages of one kind; the answer has the message's id.

    A key that comes twice counts by its last value, as it does for the API's models, which have
    refused all else that cannot be decoded.
    """

    def handler_of(answer: Callable[[Request, T], ServerMessage]) -> Handler:
        def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
            request = request_of(event)
            verdict = floods.MESSAGES.judge(request.user, request.arrived_ms)
            if verdict is not Verdict.TAKEN:
                return _refused(request, verdict)
            message = message_of(event["body"])
            if not isinstance(message, kind):
                count(Unreadable=1)
                return _said(UNREADABLE)
            return _said(structs.replace(answer(request, message), id=message.id))

        return handler

    return handler_of


def message_of(body: str) -> ClientMessage | None:
    """The message, or None if it is none that a client may send."""
    try:
        message: ClientMessage = convert(json.decode(body), ClientMessage)
    except (MsgspecError, RecursionError, ValueError):
        return None
    return message


def _refused(request: Request, verdict: Verdict) -> dict[str, Any]:
    count(TooManyMessages=1)
    refusal = floods.too_many(floods.MESSAGES.allowance)
    if verdict is Verdict.CLOSED:
        connections.close(request.connection_id, refusal)
        return DONE
    return _said(refusal)


def _said(message: ServerMessage) -> dict[str, Any]:
    return {"statusCode": 200, "body": encode(message).decode()}
