"""floor: shows a coach who works out on a floor, and what each of them hears."""

from typing import Any

from msgspec.structs import replace

from events.messages import (
    Error,
    FloorPerson,
    FloorSong,
    FloorView,
    LookAtFloor,
    ServerMessage,
    TracePoint,
)
from events.session import Settings, SongPush
from lambdas.adapters import floors, song_ends, windows
from lambdas.adapters.song_ends import Session
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.adapters.websocket import Request, answer, fitting, message_of, request_of
from lambdas.domain.target import max_heart_rate, playable
from lambdas.domain.window import STALE_AFTER_MS, Window

MAX_PEOPLE = 200
MAX_TEXT = 80
"""Characters of a title or an artist."""


@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Only reads; whoever is no coach, by the token alone, is told so."""
    message = message_of(event, LookAtFloor)
    count(Floors=1)
    return answer(message, _floor(request_of(event), message.floor))


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
    people = [_person(user, session, seen.get(user)) for user, session in there.items()]
    view = FloorView(floor, [], total - len(users) + len(there), STALE_AFTER_MS)
    return replace(view, people=fitting(people, view))


def _person(user: str, session: Session, window: Window | None) -> FloorPerson:
    settings, latest = session.settings, windows.latest(window, session.end.session)
    return FloorPerson(
        user=user,
        alias=settings.alias,
        session=session.end.session,
        latest=latest
        and TracePoint(latest.at_ms, _tenths(latest.heart_rate), _tenths(latest.average)),
        resting_heart_rate=_tenths(settings.resting_heart_rate),
        max_heart_rate=_tenths(settings.max_heart_rate or max_heart_rate(settings.age)),
        song=_song(session.song, session, latest) if session.song else None,
    )


def _song(push: SongPush, session: Session, latest: TracePoint | None) -> FloorSong:
    tempo, target = push.why.tempo * push.why.octave, _target_now(push, session.settings, latest)
    return FloorSong(
        title=push.song.title[:MAX_TEXT],
        artist=push.song.artist[:MAX_TEXT],
        tempo=_tenths(tempo),
        target_tempo=_tenths(target),
        distance=round(abs(tempo - target) / target, 4),
        ends_at_ms=session.end.ends_at_ms,
    )


def _target_now(push: SongPush, settings: Settings, latest: TracePoint | None) -> float:
    """What would suit now: the lock, the newest heart rate in `pulse`, else what was aimed at."""
    if settings.lock is not None:
        return playable(settings.lock)
    pulse = settings.mode == "pulse" and latest
    return playable(pulse.heart_rate) if pulse else push.why.target_tempo


def _tenths(number: float) -> float:
    """As finely as a coach reads, so that many people fit into one answer."""
    return round(number, 1)
