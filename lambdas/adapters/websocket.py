"""Events of the WebSocket API, and what its answers may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from msgspec import Struct

from events.messages import Error, ServerMessage, encode
from events.samples import MAX_FUTURE_MS
from events.session import Settings

S = TypeVar("S", bound=Struct)

MESSAGE_BYTES = 128 * 1024
"""Most that a message of API Gateway's WebSocket APIs may have."""
MAX_ID_BYTES = len(',"id":""') + 64 * len(r"\u0000")
"""Most that an id adds to an answer."""
DONE: dict[str, Any] = {"statusCode": 200, "body": ""}
"""What a function returns to whom nothing is to be sent."""


@dataclass(frozen=True, slots=True)
class Request:
    """Who sent a message, over which connection, when it arrived, epoch ms, and as whom."""

    user: str
    connection_id: str
    arrived_ms: int
    is_coach: bool = False


def request_of(event: dict[str, Any]) -> Request:
    """The request; the person is who the authorizer says, whatever the body says."""
    context = event["requestContext"]
    authorizer = context["authorizer"]
    return Request(
        user=authorizer["principalId"],
        connection_id=context["connectionId"],
        arrived_ms=int(context["requestTimeEpoch"]),
        is_coach=authorizer.get("role") == "coach",
    )


def fitting(items: Sequence[S], rest: ServerMessage) -> list[S]:
    """The first of `items`, as many as one message holds; `rest` is the answer without them."""
    room = MESSAGE_BYTES - MAX_ID_BYTES - len(encode(rest))
    for index, item in enumerate(items):
        room -= len(encode(item)) + len(",")
        if room < 0:
            return list(items[:index])
    return list(items)


def unusable(settings: Settings) -> Error | None:
    """The refusal of settings that lack what their mode needs, or None."""
    if settings.mode == "cadence" and settings.cadence is None:
        return Error("no_cadence", "The mode 'cadence' follows a cadence: send settings.cadence.")
    return None


def in_the_future(at_ms: int, arrived_ms: int) -> Error | None:
    """The refusal of a time that lies too far ahead, or None."""
    if at_ms <= arrived_ms + MAX_FUTURE_MS:
        return None
    return Error(
        code="time_in_the_future",
        message=f"The time at_ms={at_ms} lies more than {MAX_FUTURE_MS // 1000} s in the future "
        "and was refused: set the clock of the device that sends it.",
    )
