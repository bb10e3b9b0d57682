"""change: other settings for the session that runs, and for the next one."""

from dataclasses import replace

from msgspec import Struct

from events import stream
from events.messages import Change, Changed, Error, ServerMessage
from events.session import Settings
from lambdas.adapters import clients, keeping, song_ends, streams, tastes
from lambdas.adapters.answering import answers
from lambdas.adapters.environment import need, read
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.adapters.websocket import Request, unusable
from lambdas.domain.session import Session, lasting


class Environment(Struct, frozen=True):
    """Settings of this function."""

    heart_rate_stream: str


environment = read(Environment)
need(clients.PushAddress, keeping.Keeping, song_ends.SessionGap, song_ends.Table, tastes.Table)


@traced
@metrics.log_metrics
@answers(Change)
def handler(request: Request, change: Change) -> ServerMessage:
    """Stored first; the length of the interval then travels with the heart rates."""
    count(Changes=1)
    try:
        return _change(request, change.settings)
    except song_ends.ConflictError:
        return Error("busy", "The session changed meanwhile: send the change again.")


def _change(request: Request, settings: Settings) -> ServerMessage:
    if refused := unusable(settings):
        return refused
    session = song_ends.read(request.user)
    if session is None or session.end.ended_ms is not None:
        return Error("no_session", "No session runs, so there is nothing to change: start one.")
    now = {"at_ms": request.arrived_ms, "arrived_ms": request.arrived_ms}
    song_ends.write(request.user, _changed(session, settings), **now)
    if lasting(settings) != lasting(session.settings):  # else they are kept already
        tastes.keep(request.user, settings)
    record = stream.SessionStart(session.end.session, settings.interval_seconds)
    streams.put(environment.heart_rate_stream, [streams.entry(request.user, stream.encode(record))])
    return Changed(settings)


def _changed(session: Session, settings: Settings) -> Session:
    """The step from one song to the next is limited within a mode only."""
    end = session.end
    if settings.mode != session.settings.mode:
        end = replace(end, target=None)
    return replace(session, end=end, settings=settings)
