"""change: other settings for the session that runs, and for the next one."""

from msgspec import Struct

from events import stream
from events.messages import Change, Changed, Error, ServerMessage
from events.session import Settings
from lambdas.adapters import classes, clients, keeping, song_ends, streams, tastes
from lambdas.adapters.answering import answers
from lambdas.adapters.environment import need, read
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.adapters.websocket import Request, unusable
from lambdas.domain.classes import on_their_own, wished
from lambdas.domain.session import lasting, with_settings
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
@answers(Change)
def handler(request: Request, change: Change) -> ServerMessage:
    """Stored first; the length of the interval then travels with the heart rates."""
    count(Changes=1)
    try:
        return _change(request, change.settings)
    except song_ends.ConflictError:
        return Error("busy", "The session changed meanwhile: send the change again.")


def _change(request: Request, wish: Settings) -> ServerMessage:
    if refused := unusable(wish):
        return refused
    session = song_ends.read(request.user)
    if session is None or session.end.ended_ms is not None:
        return Error("no_session", "No session runs, so there is nothing to change: start one.")
    before, now = session.settings, {"at_ms": request.arrived_ms, "arrived_ms": request.arrived_ms}
    settings = own = wished(before, wish)
    if settings.plan_started_ms is not None:  # a class's mode and plan are not the person's own
        own = _own(request.user, settings)
        settings = settings if settings.floor == before.floor else own
    stored = song_ends.write(request.user, with_settings(session, settings), **now)
    if before.plan_started_ms is not None or lasting(own) != lasting(before):  # else they are kept
        tastes.keep(request.user, own)
    record = stream.SessionStart(session.end.session, settings.interval_seconds)
    streams.put(environment.heart_rate_stream, [streams.entry(request.user, stream.encode(record))])
    if settings.floor != before.floor:
        stored = classes.follow(request.user, stored, **now)
    return Changed(stored.settings)


def _own(user: str, settings: Settings) -> Settings:
    taste = tastes.read_all([user], opinions=False).get(user, Taste())
    return on_their_own(settings, taste.coming)
