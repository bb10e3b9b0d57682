"""start: opens a session with the person's settings."""

from msgspec import UNSET, Struct
from msgspec.structs import replace

from events import stream
from events.messages import Error, ServerMessage, Start, Started
from lambdas.adapters import classes, clients, keeping, song_ends, streams, tastes
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
need(
    clients.PushAddress,
    clients.RedisAddress,
    keeping.Keeping,
    song_ends.SessionGap,
    song_ends.Table,
    tastes.Table,
)


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
    given = None if start.settings is UNSET else replace(start.settings, plan_started_ms=None)
    refused = in_the_future(start.at_ms, request.arrived_ms) or (given and unusable(given))
    if refused:
        return refused
    before = song_ends.read(request.user)
    if before is not None and (older := _older(before, start.at_ms, request.arrived_ms)):
        return older
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
        times = {"at_ms": start.at_ms, "arrived_ms": request.arrived_ms}
        stored = song_ends.write(request.user, begun, **times)
        if given:
            tastes.keep(request.user, given)
        settings = classes.follow(request.user, stored, **times).settings
    record = stream.SessionStart(start.at_ms, settings.interval_seconds)
    streams.put(environment.heart_rate_stream, [streams.entry(request.user, stream.encode(record))])
    return Started(start.at_ms, settings)


def _older(before: Session, at_ms: int, arrived_ms: int) -> Error | None:
    """What is wrong with a start at `at_ms`: it lies before a session, or its own was ended."""
    session, ended_ms = before.end.session, before.end.ended_ms
    if at_ms > session or (at_ms < session and arrived_ms > before.over_ms):
        return None
    if ended_ms is not None:
        why = f"The session that began at {session} was ended at {ended_ms}"
    elif at_ms < session:
        why = f"A session that started later, at {session}, runs already"
    else:
        return None
    return Error("older_session", f"{why}: start with a newer at_ms.")
