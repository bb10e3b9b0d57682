"""song-requests → the next song: chooses it, notes when it ends, pushes it to the person."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from events import stream
from events.messages import Error
from events.session import Song, SongPush, Why
from lambdas.adapters import dead_letters, playlists, push, records, song_ends, songs
from lambdas.adapters.environment import read
from lambdas.adapters.song_ends import Session
from lambdas.adapters.telemetry import count, logger, metrics, traced
from lambdas.domain.choose import BEST, choose, fresh
from lambdas.domain.due import SongEnd, song_times
from lambdas.domain.target import max_heart_rate, target_tempo


class Environment(Struct, frozen=True):
    """Settings of this function."""

    session_gap_seconds: Annotated[int, Meta(ge=60, le=86_400)] = 900


environment = read(Environment)
NEAR = 2 * BEST
"""Songs looked at first; twice as many while too few of them are unplayed."""


@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Records are few and independent: the first that fails is the checkpoint of the batch."""
    count(Records=len(event["Records"]))
    batch, unreadable = records.decode(event, stream.decode_song_request)
    for raw in unreadable:
        dead_letters.send(raw)
    failures, pushed = [], 0
    for record in batch:
        try:
            pushed += _answer(record)
        except Exception:
            logger.exception("A song request failed and will be tried again.")
            failures.append({"itemIdentifier": record.sequence_number})
            break
    count(SongsPushed=pushed, Failed=len(failures), Unreadable=len(unreadable))
    return {"batchItemFailures": failures}


def _answer(record: records.Record[stream.SongRequest]) -> bool:
    user, request = record.key, record.value
    played = [one.song.id for one in playlists.read(user, request.session)]
    song: SongPush | None = _next_song(user, request, played)
    if song is None:
        push.notify(user, _empty(request.settings.library))
        return False
    try:
        _fill(record, song)
    except song_ends.ConflictError:
        song = _filled_before(user, request)
    if song is None:
        return False
    playlists.write(user, song)
    push.send(user, song)
    return True


def _filled_before(user: str, request: stream.SongRequest) -> SongPush | None:
    """The song that an earlier delivery chose for this slot.

    None when the session has gone on: whoever wrote then has asked again, where it was needed.
    """
    session = song_ends.read(user)
    song = session.song if session else None
    asked_for = (request.session, request.slot)
    return song if song and (song.session, song.slot) == asked_for else None


def _next_song(user: str, request: stream.SongRequest, played: list[str]) -> SongPush | None:
    settings = request.settings
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
        request.ends_at_ms, request.at_ms, int(choice.song.duration_seconds * 1000)
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


def _fill(record: records.Record[stream.SongRequest], song: SongPush) -> None:
    request = record.value
    end = SongEnd(song.session, song.slot, song.ends_at_ms)
    session = Session(end, request.settings, song, request.version)
    still_to_play_ms = song.ends_at_ms - request.at_ms
    expires_at = (record.arrived_ms + still_to_play_ms) // 1000 + environment.session_gap_seconds
    song_ends.write(record.key, session, expires_at)


def _empty(library: str) -> Error:
    return Error(
        code="empty_library",
        message=f"The library {library!r} has no songs: import some with "
        f"`tempofit songs import FILE --library {library}`, or start with another library.",
    )
