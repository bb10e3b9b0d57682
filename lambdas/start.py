"""start: opens a session with the person's settings."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from events import stream
from events.messages import Error, ServerMessage, Start, Started
from lambdas.adapters import song_ends, streams
from lambdas.adapters.environment import read
from lambdas.adapters.song_ends import Session
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.adapters.websocket import Request, answer, in_the_future, message_of, request_of
from lambdas.domain.due import SongEnd


class Environment(Struct, frozen=True):
    """Settings of this function."""

    heart_rate_stream: str
    session_gap_seconds: Annotated[int, Meta(ge=60, le=86_400)] = 900


environment = read(Environment)


@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The session is stored first; its start then travels with the heart rates, in their order."""
    message = message_of(event, Start)
    count(Starts=1)
    try:
        return answer(_start(request_of(event), message))
    except song_ends.ConflictError:
        return answer(Error("busy", "The session changed meanwhile: start again."))


def _start(request: Request, start: Start) -> ServerMessage:
    if refused := in_the_future(start.at_ms, request.arrived_ms):
        return refused
    before = song_ends.read(request.user)
    if before is not None and before.end.session > start.at_ms:
        return Error(
            code="older_session",
            message=f"A session that started later, at {before.end.session}, runs already: "
            "start with a newer at_ms.",
        )
    if before is None or before.end.session < start.at_ms:
        begun = Session(
            SongEnd(start.at_ms, -1, start.at_ms),
            start.settings,
            version=before.version if before else 0,
        )
        expires_at = request.arrived_ms // 1000 + environment.session_gap_seconds
        song_ends.write(request.user, begun, expires_at)
    record = stream.SessionStart(start.at_ms, start.settings.interval_seconds)
    streams.put(environment.heart_rate_stream, [streams.entry(request.user, stream.encode(record))])
    return Started(start.at_ms, start.settings)
