"""workout: tells a person their session so far, and a coach that of somebody on a floor."""

from typing import Any

from msgspec.structs import replace

from events.messages import Error, ServerMessage, Watch, Workout
from events.session import Settings, SongPush
from lambdas.adapters import connections, playlists, song_ends, traces, windows
from lambdas.adapters.song_ends import Session
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.adapters.websocket import Request, answer, message_of, request_of
from lambdas.domain.window import STALE_AFTER_MS

HOUR_MS = 3_600_000


@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The newest folded sample, the line so far and the songs; of others, for coaches only."""
    message = message_of(event, Watch)
    count(Workouts=1)
    request = request_of(event)
    # A push between $connect and the end of the handshake finds the connection gone.
    connections.add(request.user, request.connection_id)
    return answer(_watch(request, message))


def _watch(request: Request, watch: Watch) -> ServerMessage:
    athlete = watch.athlete
    if athlete is None:
        return _workout(request.user, song_ends.read(request.user), request, watch)
    if not request.is_coach:
        return Error(
            "coaches_only",
            f"Only coaches see the workout of {athlete!r}: leave out athlete to see your own, "
            "or ask to be made a coach and connect again.",
        )
    session = song_ends.read(athlete)
    if session is None or session.settings.floor is None:
        return Error(
            "not_on_a_floor",
            f"{athlete!r} is on no floor now, so their workout is not shown: "
            "they choose a floor in their settings.",
        )
    return _workout(athlete, session, request, watch)


def _workout(user: str, session: Session | None, request: Request, watch: Watch) -> Workout:
    latest = windows.latest(windows.read([user], request.arrived_ms).get(user))
    trace = []
    if latest is not None:
        since_ms = max(watch.since_ms, latest.at_ms - HOUR_MS)
        trace = traces.read(user, since_ms, latest.at_ms)
    songs = {}
    if session is not None:
        songs = {song.slot: song for song in playlists.read(user, session.end.session)}
        if session.song is not None:
            songs[session.song.slot] = _moved(session.song, songs.get(session.song.slot))
    return Workout(
        athlete=watch.athlete,
        session=session.end.session if session else None,
        settings=session.settings if session else Settings(),
        latest=latest,
        trace=trace,
        songs=list(songs.values()),
        stale_after_ms=STALE_AFTER_MS,
    )


def _moved(stored: SongPush, played: SongPush | None) -> SongPush:
    """The last song: a skip may have moved what is stored, an opinion changed what was played."""
    return replace(stored, opinion=played.opinion) if played else stored
