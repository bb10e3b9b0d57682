"""workout: tells a person their session so far."""

from typing import Any

from msgspec.structs import replace

from events.messages import TracePoint, Watch, Workout
from events.session import Settings, SongPush
from lambdas.adapters import connections, playlists, song_ends, traces, windows
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.adapters.websocket import Request, answer, message_of, request_of
from lambdas.domain.window import STALE_AFTER_MS, Window, average

HOUR_MS = 3_600_000


@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The newest folded sample, the line so far and the songs, of the sender and nobody else."""
    message = message_of(event, Watch)
    count(Workouts=1)
    request = request_of(event)
    # A push between $connect and the end of the handshake finds the connection gone.
    connections.add(request.user, request.connection_id)
    return answer(_workout(request, message))


def _workout(request: Request, watch: Watch) -> Workout:
    user = request.user
    session = song_ends.read(user)
    latest = _latest(windows.read([user], request.arrived_ms).get(user))
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
        athlete=None,
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


def _latest(window: Window | None) -> TracePoint | None:
    if window is None or not window.times_ms:
        return None
    return TracePoint(window.last_ms, window.heart_rates[-1], average(window))
