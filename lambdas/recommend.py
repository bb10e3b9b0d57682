"""song-requests → the next song: chooses it, notes when it ends, pushes it to the person."""

from functools import partial
from typing import Any

from msgspec.structs import replace

from events import stream
from events.messages import Error
from events.session import OWN, Opinion, Song, SongPush, Why
from lambdas.adapters import (
    clients,
    dead_letters,
    floods,
    floors,
    own_songs,
    playlists,
    records,
    song_ends,
    songs,
    tastes,
)
from lambdas.adapters.environment import need
from lambdas.adapters.failures import may_pass
from lambdas.adapters.optional import optional
from lambdas.adapters.push import Pushes, pushes
from lambdas.adapters.tastes import Taste
from lambdas.adapters.telemetry import count, logger, metrics, took, traced
from lambdas.domain.allowance import Allowance, Verdict
from lambdas.domain.bend import tempo_range
from lambdas.domain.choose import EmptyLibraryError, Listener
from lambdas.domain.next_song import Ask, NextSong, next_song
from lambdas.domain.session import Session, with_maximum

need(
    clients.PushAddress,
    clients.RedisAddress,
    dead_letters.Queue,
    song_ends.SessionGap,
    song_ends.Table,
    songs.Table,
    tastes.Table,
)

ATTEMPTS = 3
"""How often a slot is filled anew when the session changed meanwhile."""


@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Records are few and independent: the first that may pass later is the batch's checkpoint.

    What will not pass, whenever it is tried, costs the person whose it is; of a person's requests
    only the newest counts, and no more than they may make.
    """
    count(Records=len(event["Records"]))
    batch, unreadable = records.decode(event, stream.decode_song_request)
    known = tastes.read_all(sorted({record.key for record in batch}))
    newest = {record.key: record for record in batch}
    failures, unusable, pushed, refused = [], [], 0, 0
    with pushes() as under_way:
        for record in batch:
            if record is not newest[record.key]:
                continue
            if _allowance_of(record).judge(record.key, record.arrived_ms) is not Verdict.TAKEN:
                refused += 1
                continue
            try:
                pushed += _answer(record, known.get(record.key, Taste()), under_way)
            except Exception as error:  # noqa: BLE001 - whatever fails, those before it are done
                if may_pass(error):
                    logger.exception("A song request failed and will be tried again.")
                    _allowance_of(record).give_back(record.key)
                    failures.append({"itemIdentifier": record.sequence_number})
                    break
                logger.exception("A song request failed for good.")
                unusable.append(record.raw)
    for since_ms, taken_ms in under_way.taken():
        took(SampleToPushMs=since_ms, until_ms=taken_ms)
    dead_letters.send(unreadable)
    dead_letters.send(unusable, dead_letters.UNUSABLE)
    count(
        SongsPushed=pushed,
        Failed=len(failures),
        TooManyRequests=refused,
        Unreadable=len(unreadable),
        Unusable=len(unusable),
    )
    return {"batchItemFailures": failures}


def _allowance_of(record: records.Record[stream.SongRequest]) -> Allowance:
    return floods.OWN_SONGS if record.value.settings.library == OWN else floods.SONGS


def _answer(record: records.Record[stream.SongRequest], taste: Taste, under_way: Pushes) -> bool:
    user, request = record.key, _learned(record.key, record.value)
    heard, artists = playlists.before(user, request.session, request.slot)
    listener = Listener(
        request.pulse.at_ms, request.session, heard, artists, taste.opinions, taste.skips
    )
    for _ in range(ATTEMPTS):
        try:
            if request.settings.library == OWN:  # read whole for each choice, so not in vain
                song_ends.check(user, request.version)
            found = _next_song(user, request, taste, listener)
            if found is None:
                return False
            song = _pushed(request, found, taste)
            chosen = Session(found.end, request.settings, song, request.version)
            times = {"at_ms": request.pulse.at_ms, "arrived_ms": record.arrived_ms}
            song_ends.write(user, chosen, **times)
            break
        except EmptyLibraryError:
            under_way.notice(user, _empty(request.settings.library))
            return False
        except song_ends.ConflictError:
            session = song_ends.read(user)
            if session is None or session.end.session != request.session:
                return False  # the session is over: its person has begun another
            if session.song is not None and session.end.slot == request.slot:
                song = session.song  # chosen by an earlier delivery, and perhaps not pushed
                break
            if session.end.slot != request.slot - 1:
                return False  # the session has gone on
            request = _renewed(request, session)
    else:
        return False  # who goes on changing it is asked for again in a while
    under_way.song(user, song, request.arrived_ms)
    with optional("the playlist"):
        playlists.write(user, song)
    if request.settings.floor is not None:
        with optional("the floor"):
            floors.join(request.settings.floor, user, record.arrived_ms)
    return True


def _learned(user: str, request: stream.SongRequest) -> stream.SongRequest:
    """The request with a maximum heart rate no lower than what was seen; kept if it is new."""
    settings = with_maximum(request.settings, request.pulse.peak)
    if settings is request.settings:
        return request
    with optional("the maximum heart rate"):
        tastes.raise_maximum(user, request.pulse.peak)
    return replace(request, settings=settings)


def _renewed(request: stream.SongRequest, session: Session) -> stream.SongRequest:
    """The same request of a session that was changed or skipped since it was made."""
    return replace(
        request,
        ends_at_ms=min(request.ends_at_ms, session.end.ends_at_ms),
        previous_target=session.end.target,
        settings=session.settings,
        version=session.version,
    )


def _next_song(
    user: str, request: stream.SongRequest, taste: Taste, listener: Listener
) -> NextSong[Song] | None:
    near, corrected = _shelf(user, request.settings.library, taste)
    return next_song(
        Ask(
            request.session,
            request.slot,
            request.ends_at_ms,
            request.previous_target,
            request.playing_tempo,
        ),
        request.settings,
        request.pulse,
        listener,
        near,
        corrected,
        seed=f"{user} {request.session} {request.slot}",
    )


def _shelf(user: str, library: str, taste: Taste) -> tuple[own_songs.Near, list[Song]]:
    """How to find songs by tempo, and those whose tempo the person corrected, if still there."""
    corrected = [song for where, song in taste.corrected if where == library]
    if library != OWN:
        return partial(songs.near, library), corrected
    near, ids = own_songs.shelf(user)
    return near, [song for song in corrected if song.id in ids]


def _pushed(request: stream.SongRequest, found: NextSong[Song], taste: Taste) -> SongPush:
    choice, end = found.choice, found.end
    return SongPush(
        session=end.session,
        slot=end.slot,
        song=choice.song,
        library=request.settings.library,
        starts_at_ms=end.starts_at_ms,
        ends_at_ms=end.ends_at_ms,
        tempo_range=tempo_range(choice.tempo),
        opinion=taste.opinions.get(choice.song.id, Opinion()),
        why=Why(
            mode=request.settings.mode,
            at_ms=request.pulse.at_ms,
            heart_rate=request.pulse.heart_rate,
            average=request.pulse.average,
            target_tempo=found.target,
            tempo=choice.tempo,
            octave=choice.octave,
            distance=choice.distance,
            terms=choice.terms,
            decided_by=choice.decided_by,
            lock=request.settings.lock,
        ),
    )


def _empty(library: str) -> Error:
    if library == OWN:
        return Error(
            code="empty_library",
            message="You have no songs of your own yet: add some on the page, or choose "
            "another library.",
        )
    return Error(
        code="empty_library",
        message=f"The library {library!r} has no songs: import some with "
        f"`tempofit songs import FILE --library {library}`, or start with another library.",
    )
