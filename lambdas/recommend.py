"""song-requests → the next song: chooses it, notes when it ends, pushes it to the person."""

from dataclasses import replace
from typing import Annotated, Any

from msgspec import Meta, Struct

from events import stream
from events.messages import Error
from events.session import Song, SongPush, Why
from lambdas.adapters import dead_letters, playlists, push, records, song_ends, songs
from lambdas.adapters.environment import read
from lambdas.adapters.song_ends import Session
from lambdas.adapters.telemetry import count, logger, metrics, tracer
from lambdas.domain.choose import BEST, choose, fresh
from lambdas.domain.due import SongEnd, song_times
from lambdas.domain.target import max_heart_rate, target_tempo


class Environment(Struct, frozen=True):
    """Settings of this function."""

    session_gap_seconds: Annotated[int, Meta(ge=60, le=86_400)] = 900


environment = read(Environment)
NEAR = 2 * BEST
"""Songs looked at first; twice as many while too few of them are unplayed."""


@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Records are few and independent: the first that fails is the checkpoint of the batch."""
    count(Records=len(event["Records"]))
    batch, unreadable = records.decode(event, stream.decode_song_request)
    for raw in unreadable:
        dead_letters.send(raw)
    sessions = song_ends.read(sorted({record.key for record in batch}))
    failures, pushed = [], 0
    for record in batch:
        try:
            pushed += _answer(record, sessions)
        except Exception:
            logger.exception("A song request failed and will be tried again.")
            failures.append({"itemIdentifier": record.sequence_number})
            break
    count(SongsPushed=pushed, Failed=len(failures), Unreadable=len(unreadable))
    return {"batchItemFailures": failures}


def _answer(record: records.Record[stream.SongRequest], sessions: dict[str, Session]) -> bool:
    user, request = record.key, record.value
    session = sessions.get(user)
    if session is None or session.end.session != request.session:
        return False  # the session is over
    if request.slot == session.end.slot + 1:
        played = playlists.read(user, request.session)
        song = _next_song(user, request, session, [one.song.id for one in played])
        if song is None:
            push.notify(user, _empty(session.settings.library))
            return False
        session = sessions[user] = _fill(record, session, song)
    song = session.song
    if song is None or song.slot != request.slot:
        return False  # the playlist has gone on
    playlists.write(user, song)
    push.send(user, song)
    return True


def _next_song(
    user: str, request: stream.SongRequest, session: Session, played: list[str]
) -> SongPush | None:
    settings = session.settings
    target = target_tempo(
        settings.mode,
        request.average,
        resting=settings.resting_heart_rate,
        maximum=settings.max_heart_rate or max_heart_rate(settings.age),
    )
    near = _candidates(settings.library, target, played)
    if not near:
        return None
    choice = choose(near, target, played, seed=f"{user} {request.session} {request.slot}")
    starts_at_ms, ends_at_ms = song_times(
        session.end, request.at_ms, int(choice.song.duration_seconds * 1000)
    )
    return SongPush(
        session=request.session,
        slot=request.slot,
        song=choice.song,
        starts_at_ms=starts_at_ms,
        ends_at_ms=ends_at_ms,
        why=Why(
            mode=settings.mode,
            at_ms=request.at_ms,
            heart_rate=request.heart_rate,
            average=request.average,
            target_tempo=target,
            distance=choice.distance,
            decided_by=choice.decided_by,
        ),
    )


def _candidates(library: str, target: float, played: list[str]) -> list[Song]:
    wanted = NEAR
    while True:
        near = songs.near(library, target, wanted)
        if len(fresh(near, played)) >= BEST or len(near) < wanted:
            return near
        wanted *= 2


def _fill(record: records.Record[stream.SongRequest], session: Session, song: SongPush) -> Session:
    end = SongEnd(song.session, song.slot, song.ends_at_ms)
    still_to_play_ms = song.ends_at_ms - record.value.at_ms
    expires_at = (record.arrived_ms + still_to_play_ms) // 1000 + environment.session_gap_seconds
    return song_ends.write(record.key, session, replace(session, end=end, song=song), expires_at)


def _empty(library: str) -> Error:
    return Error(
        code="empty_library",
        message=f"The library {library!r} has no songs: import some with "
        f"`tempofit songs import FILE --library {library}`, or start with another library.",
    )
