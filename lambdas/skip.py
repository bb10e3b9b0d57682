"""skip: ends the song that plays and asks for the next one."""

from dataclasses import replace

import msgspec
from msgspec import Struct

from events import stream
from events.messages import Error, ServerMessage, Skip, Skipped
from events.pulse import Pulse
from events.session import SongPush, Why
from lambdas.adapters import clients, keeping, playlists, plays, song_ends, streams, tastes, windows
from lambdas.adapters.answering import answers
from lambdas.adapters.environment import need, read
from lambdas.adapters.optional import optional
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.adapters.websocket import Request, in_the_future
from lambdas.domain.session import Session
from lambdas.domain.window import emit, is_stale


class Environment(Struct, frozen=True):
    """Settings of this function."""

    requests_stream: str


environment = read(Environment)
need(
    clients.PushAddress,
    clients.RedisAddress,
    keeping.Keeping,
    plays.Table,
    song_ends.SessionGap,
    song_ends.Table,
    tastes.Table,
)


@traced
@metrics.log_metrics
@answers(Skip)
def handler(request: Request, skip: Skip) -> ServerMessage:
    """Answers `skipped` and leaves the choice to `recommend`, or moves the song chosen already."""
    count(Skips=1)
    try:
        return _skip(request, skip)
    except song_ends.ConflictError:
        return Error("busy", f"Slot {skip.slot} changed meanwhile: skip again.")


def _skip(request: Request, skip: Skip) -> ServerMessage:
    if refused := in_the_future(skip.at_ms, request.arrived_ms):
        return refused
    session = song_ends.read(request.user)
    song = session.song if session else None
    ended = session is not None and session.end.ended_ms is not None
    if session is None or song is None or ended or skip.slot > song.slot:
        return Error("nothing_to_skip", f"Slot {skip.slot} does not play, so nothing was skipped.")
    at_ms = max(skip.at_ms, song.why.at_ms)  # whatever a clock says, it was chosen by then
    if skip.slot == song.slot:
        return _end(request, session, song, at_ms)
    is_skipped = session.end.ends_at_ms < song.ends_at_ms  # and is not brought back
    if skip.slot == song.slot - 1 and at_ms < song.starts_at_ms and not is_skipped:
        return _bring_forward(request, session, song, at_ms)
    return Skipped(skip.slot)  # it has ended already


def _end(request: Request, session: Session, song: SongPush, skipped_ms: int) -> ServerMessage:
    """The song that plays ends now, and the next one is asked for as `schedule` would ask.

    A slot is skipped once: said again, whenever, it is the same skip, and is only asked for again.
    """
    at_ms, stored = session.end.ends_at_ms, session
    if skipped_ms < song.ends_at_ms <= at_ms:
        at_ms = max(song.starts_at_ms, skipped_ms)
        ended = replace(session, end=replace(session.end, ends_at_ms=at_ms))
        times = {"at_ms": skipped_ms, "arrived_ms": request.arrived_ms}
        stored = song_ends.write(request.user, ended, **times)
        tastes.count_skip(request.user, song.song.id)
    asked = stream.SongRequest(
        session=session.end.session,
        slot=song.slot + 1,
        pulse=_pulse(request, skipped_ms, song.why, at_ms),
        ends_at_ms=at_ms,
        playing_tempo=None,
        version=stored.version,
        arrived_ms=request.arrived_ms,
    )
    streams.put(environment.requests_stream, [streams.entry(request.user, stream.encode(asked))])
    return Skipped(song.slot)


def _pulse(request: Request, skipped_ms: int, why: Why, at_ms: int) -> Pulse:
    """What is known of the heart rate at a skip; what the skipped song was chosen by, if stale."""
    window = windows.read([request.user], request.arrived_ms).get(request.user)
    if window and window.samples and not is_stale(window.last_ms, skipped_ms):
        return msgspec.structs.replace(emit(window), at_ms=at_ms, peak=0.0)
    average = why.average
    return Pulse(at_ms, 0, why.heart_rate, average, average, average, peak=0.0)


def _bring_forward(request: Request, session: Session, song: SongPush, at_ms: int) -> ServerMessage:
    """The next song is known already: it starts now."""
    moved = _moved(song, at_ms)
    end = replace(session.end, starts_at_ms=moved.starts_at_ms, ends_at_ms=moved.ends_at_ms)
    forward = replace(session, end=end, song=moved)
    song_ends.write(request.user, forward, at_ms=at_ms, arrived_ms=request.arrived_ms)
    with optional("the playlist"):
        playlists.move(request.user, moved)
    with optional("the play of the song before"):
        plays.cut(request.user, moved.session, moved.slot - 1, moved.starts_at_ms)
    return moved


def _moved(song: SongPush, starts_at_ms: int) -> SongPush:
    """The same song of the same slot, starting earlier; where a plan has it make way, it does."""
    ends_at_ms = starts_at_ms + int(song.song.duration_seconds * 1000)
    return msgspec.structs.replace(
        song, starts_at_ms=starts_at_ms, ends_at_ms=min(ends_at_ms, song.ends_at_ms)
    )
