"""end: closes the session, and the song that plays with it."""

from events.history import End, Ended
from events.messages import Error, ServerMessage
from lambdas.adapters import (
    clients,
    floors,
    keeping,
    lake,
    plays,
    song_ends,
    traces,
    windows,
)
from lambdas.adapters.answering import answers
from lambdas.adapters.batch_writes import BusyError
from lambdas.adapters.environment import need, read
from lambdas.adapters.optional import optional
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.adapters.websocket import Request, in_the_future
from lambdas.domain.played import ended, is_open, last_song, played
from lambdas.domain.session import Session
from lambdas.domain.window import Window

need(
    clients.PushAddress,
    clients.RedisAddress,
    keeping.Keeping,
    lake.Plays,
    plays.Table,
    song_ends.SessionGap,
    song_ends.Table,
)
SESSION_GAP_MS = read(song_ends.SessionGap).session_gap_seconds * 1000


@traced
@metrics.log_metrics
@answers(End)
def handler(request: Request, end: End) -> ServerMessage:
    """The play of the last song is stored first: said again, the end stores it once more."""
    count(Ends=1)
    try:
        return _end(request, end)
    except song_ends.ConflictError:
        return Error("busy", "The session changed meanwhile: end it again.")
    except BusyError:
        return Error("busy", "The last song could not be kept yet: end the session again.")


def _end(request: Request, end: End) -> ServerMessage:
    if refused := in_the_future(end.at_ms, request.arrived_ms):
        return refused
    session = song_ends.read(request.user)
    if session is None or not is_open(session, end.at_ms, SESSION_GAP_MS):
        return Error(
            "no_session", f"No session ran at at_ms={end.at_ms}, so there is nothing to end."
        )
    if session.end.ended_ms is not None:
        return Ended(session.end.session, session.end.ended_ms)
    window = windows.read([request.user], request.arrived_ms).get(request.user)
    closed = ended(session, end.at_ms, window.last_ms if window else 0)
    assert closed.end.ended_ms is not None
    _keep(request, session, closed.end.ended_ms, window)
    times = {"at_ms": closed.end.ended_ms, "arrived_ms": request.arrived_ms}
    song_ends.write(request.user, closed, **times)
    if closed.settings.floor is not None:
        with optional("leaving the floor"):
            floors.leave(closed.settings.floor, request.user)
    return Ended(closed.end.session, closed.end.ended_ms)


def _keep(request: Request, session: Session, ended_ms: int, window: Window | None) -> None:
    """Store the play of the last song; or, where that has not begun, when the one before ended."""
    last = last_song(session, ended_ms)
    if last is not None:
        points = traces.of_song(request.user, last, window)
        song = last.song
        play = played(last, points)
        plays.write(
            [plays.item_of(request.user, song.session, song.slot, play, request.arrived_ms)]
        )
        if lake.is_on():
            with optional("a play for the lake"):
                lake.deliver_plays([(request.user, last, play, request.arrived_ms)])
    elif session.song is not None and session.song.starts_at_ms > ended_ms:
        plays.cut(request.user, session.song.session, session.song.slot - 1, ended_ms)
