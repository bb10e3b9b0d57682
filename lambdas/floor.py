"""floor: shows a coach who works out on a floor, and what each of them hears."""

from collections.abc import Mapping
from functools import partial

from msgspec.structs import replace

from events.messages import (
    Error,
    FloorPerson,
    FloorQuery,
    FloorSong,
    FloorView,
    ServerMessage,
    TracePoint,
)
from events.session import Settings, SongPush
from lambdas.adapters import classes, clients, floors, song_ends, stored, traces, windows
from lambdas.adapters.answering import answers
from lambdas.adapters.environment import need
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.adapters.websocket import Request, fitting
from lambdas.domain.effort import effort_points
from lambdas.domain.session import Session
from lambdas.domain.target import max_heart_rate, target_now
from lambdas.domain.window import STALE_AFTER_MS, Window

need(clients.PushAddress, clients.RedisAddress, song_ends.Table)

MAX_PEOPLE = 200
MAX_TEXT = 80
"""Characters of a title or an artist."""


@traced
@metrics.log_metrics
@answers(FloorQuery)
def handler(request: Request, query: FloorQuery) -> ServerMessage:
    """Only reads; whoever is no coach, by the token alone, is told so."""
    count(Floors=1)
    return _floor(request, query.floor)


def _floor(request: Request, floor: str) -> ServerMessage:
    if not request.is_coach:
        return Error(
            "coaches_only",
            f"Only coaches see who is on the floor {floor!r}: "
            "ask to be made a coach, and connect again.",
        )
    users, total = floors.newest(floor, request.arrived_ms, MAX_PEOPLE)
    sessions = song_ends.read_all(users, songs=True)
    there = {
        user: sessions[user]
        for user in users
        if user in sessions and sessions[user].settings.floor == floor
    }
    seen = windows.read(there, request.arrived_ms)
    points = _points(there, seen)
    people = [
        _person(user, session, seen.get(user), points.get(user)) for user, session in there.items()
    ]
    running = classes.running(floor)
    view = FloorView(floor, [], total - len(users) + len(there), STALE_AFTER_MS, running)
    return replace(view, people=fitting(people, view))


def _points(there: Mapping[str, Session], seen: Mapping[str, Window]) -> dict[str, float]:
    """The effort points, by now, of those who want them told."""
    asked = {
        user: traces.Stretch(session.end.session, window.last_ms, (window.minute, window.line))
        for user, session in there.items()
        if session.settings.effort_points and (window := seen.get(user)) is not None
    }
    points = {}
    for user, lines in traces.read_all(asked).items():
        since_ms, maximum = asked[user].since_ms, _maximum(there[user].settings)
        points[user] = stored.readable(partial(effort_points, since_ms, maximum), lines) or 0.0
    return points


def _maximum(settings: Settings) -> float:
    return settings.max_heart_rate or max_heart_rate(settings.age)


def _person(
    user: str, session: Session, window: Window | None, points: float | None
) -> FloorPerson:
    settings, latest = session.settings, windows.latest(window, session.end.session)
    return FloorPerson(
        user=user,
        alias=settings.alias,
        session=session.end.session,
        latest=latest
        and TracePoint(latest.at_ms, _tenths(latest.heart_rate), _tenths(latest.average)),
        resting_heart_rate=_tenths(settings.resting_heart_rate),
        max_heart_rate=_tenths(_maximum(settings)),
        song=_song(session.song, session, latest) if session.song else None,
        effort_points=_tenths(points or 0.0) if settings.effort_points else None,
    )


def _song(push: SongPush, session: Session, latest: TracePoint | None) -> FloorSong:
    settings, why = session.settings, push.why
    tempo, heart_rate = why.tempo * why.octave, latest.heart_rate if latest else None
    target = target_now(settings.mode, settings.lock, heart_rate, why.target_tempo)
    return FloorSong(
        title=push.song.title[:MAX_TEXT],
        artist=push.song.artist[:MAX_TEXT],
        tempo=_tenths(tempo),
        target_tempo=_tenths(target),
        distance=round(abs(tempo - target) / target, 4),
        ends_at_ms=session.end.ends_at_ms,
    )


def _tenths(number: float) -> float:
    """As finely as a coach reads, so that many people fit into one answer."""
    return round(number, 1)
