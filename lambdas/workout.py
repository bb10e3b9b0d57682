"""workout: tells a person their session so far, and a coach that of somebody on a floor."""

from msgspec.structs import replace

from events.messages import Error, ServerMessage, Workout, WorkoutQuery
from events.session import SongPush
from lambdas.adapters import (
    clients,
    connections,
    floors,
    playlists,
    plays,
    song_ends,
    tastes,
    traces,
    windows,
)
from lambdas.adapters.answering import answers
from lambdas.adapters.environment import need
from lambdas.adapters.optional import optional
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.adapters.websocket import Request, fitting
from lambdas.domain.played import MOST_MS
from lambdas.domain.session import Session
from lambdas.domain.taste import Taste
from lambdas.domain.window import STALE_AFTER_MS

need(clients.PushAddress, clients.RedisAddress, plays.Table, song_ends.Table, tastes.Table)


@traced
@metrics.log_metrics
@answers(WorkoutQuery)
def handler(request: Request, query: WorkoutQuery) -> ServerMessage:
    """The newest folded sample, the line so far and the songs; of others, for coaches only."""
    count(Workouts=1)
    # A push between $connect and the end of the handshake finds the connection gone.
    connections.add(request.user, request.connection_id)
    return _workout(request, query)


def _workout(request: Request, query: WorkoutQuery) -> ServerMessage:
    athlete = query.athlete
    if athlete is None:
        session = song_ends.read(request.user)
        if query.since_ms == 0:
            with optional("what was heard"):
                _recall(request, session)
        return _workout_of(request, query, request.user, session)
    if not request.is_coach:
        return Error(
            "coaches_only",
            f"Only coaches see the workout of {athlete!r}: leave out athlete to see your own, "
            "or ask to be made a coach and connect again.",
        )
    session = song_ends.read(athlete)
    floor = session.settings.floor if session else None
    if session is None or floor is None or not floors.holds(floor, athlete, request.arrived_ms):
        return Error(
            "not_on_a_floor",
            f"{athlete!r} is on no floor now, so their workout is not shown: "
            "they choose a floor in their settings.",
        )
    return _workout_of(request, query, athlete, session, from_ms=session.end.session)


def _recall(request: Request, session: Session | None) -> None:
    """What was heard in two weeks, where Redis came back empty: who connects asks for all."""
    if playlists.has_heard(request.user):
        return
    heard = plays.heard(request.user, request.arrived_ms - playlists.HEARD_SECONDS * 1000)
    for last in (session.before, session.song) if session else ():
        if last is not None:
            heard[last.song.id] = last.why.at_ms
    if heard:
        playlists.recall(request.user, heard)


def _workout_of(
    request: Request, query: WorkoutQuery, user: str, session: Session | None, *, from_ms: int = 0
) -> Workout:
    """The newest songs as far as they fit; of heart rates nothing before `from_ms`."""
    window = windows.read([user], request.arrived_ms).get(user)
    latest = windows.latest(window, from_ms)
    trace = []
    if window is not None and latest is not None:
        since_ms = max(query.since_ms, from_ms - 1)
        trace = traces.read(user, since_ms, latest.at_ms, (window.minute, window.line))
    workout = Workout(
        athlete=query.athlete,
        session=session.end.session if session else None,
        settings=session.settings if session else tastes.read_all([user]).get(user, Taste()).coming,
        latest=latest,
        trace=trace,
        songs=[],
        stale_after_ms=STALE_AFTER_MS,
        ended_ms=session.end.ended_ms if session else None,
    )
    newest_first = _songs(user, session, query.since_ms)[::-1] if session else []
    return replace(workout, songs=fitting(newest_first, workout)[::-1])


def _songs(user: str, session: Session, since_ms: int) -> list[SongPush]:
    """The songs of a session that end after `since_ms`, by slot; none that never began.

    What played when the session was ended, ended with it.
    """
    songs = {song.slot: song for song in playlists.read(user, session.end.session)}
    if session.song is not None:
        songs[session.song.slot] = _moved(session.song, songs.get(session.song.slot))
    ended_ms = session.end.ended_ms or MOST_MS
    return [
        replace(song, ends_at_ms=min(song.ends_at_ms, ended_ms))
        for song in songs.values()
        if min(song.ends_at_ms, ended_ms) > since_ms and song.starts_at_ms < ended_ms
    ]


def _moved(stored: SongPush, played: SongPush | None) -> SongPush:
    """The last song: a skip may have moved what is stored, an opinion changed what was played."""
    return replace(stored, opinion=played.opinion) if played else stored
