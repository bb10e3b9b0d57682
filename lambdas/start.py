"""start: opens a session with the person's settings."""

from msgspec import UNSET, Struct

from events import stream
from events.messages import Error, ServerMessage, Start, Started
from lambdas.adapters import clients, keeping, song_ends, streams, tastes
from lambdas.adapters.answering import answers
from lambdas.adapters.environment import need, read
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.adapters.websocket import (
    Request,
    in_the_future,
    unusable,
)
from lambdas.domain.due import SongEnd
from lambdas.domain.played import carried
from lambdas.domain.session import Session, with_maximum
from lambdas.domain.taste import Taste


class Environment(Struct, frozen=True):
    """Settings of this function."""

    heart_rate_stream: str


environment = read(Environment)
need(clients.PushAddress, keeping.Keeping, song_ends.SessionGap, song_ends.Table, tastes.Table)


@traced
@metrics.log_metrics
@answers(Start)
def handler(request: Request, start: Start) -> ServerMessage:
    """The session is stored first; its start then travels with the heart rates, in their order."""
    count(Starts=1)
    try:
        return _start(request, start)
    except song_ends.ConflictError:
        return Error("busy", "The session changed meanwhile: start again.")


def _start(request: Request, start: Start) -> ServerMessage:
    given = None if start.settings is UNSET else start.settings
    refused = in_the_future(start.at_ms, request.arrived_ms) or (given and unusable(given))
    if refused:
        return refused
    before = song_ends.read(request.user)
    runs = before is not None and request.arrived_ms <= before.over_ms
    if before is not None and before.end.session > start.at_ms and runs:
        return Error(
            code="older_session",
            message=f"A session that started later, at {before.end.session}, runs already: "
            "start with a newer at_ms.",
        )
    if before is not None and before.end.session == start.at_ms:
        settings = before.settings
    else:
        taste = tastes.read_all([request.user]).get(request.user, Taste())
        settings = with_maximum(given, taste.max_heart_rate) if given else taste.coming
        version = before.version if before else 0
        begun = Session(
            SongEnd(start.at_ms, -1, start.at_ms),
            settings,
            version=version,
            before=carried(before, start.at_ms) if before else None,
        )
        song_ends.write(request.user, begun, at_ms=start.at_ms, arrived_ms=request.arrived_ms)
        if given:
            tastes.keep(request.user, given)
    record = stream.SessionStart(start.at_ms, settings.interval_seconds)
    streams.put(environment.heart_rate_stream, [streams.entry(request.user, stream.encode(record))])
    return Started(start.at_ms, settings)
