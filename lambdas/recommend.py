"""song-requests → the next song: chooses it, notes when it ends, pushes it to the person."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from events import stream
from events.messages import Error
from events.pulse import Pulse
from events.session import OWN, Settings, Song, SongPush
from lambdas.adapters import (
    clients,
    dead_letters,
    floods,
    listeners,
    own_songs,
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
from lambdas.domain.choose import EmptyLibraryError, Listener
from lambdas.domain.next_song import Ask, NextSong, next_song
from lambdas.domain.session import Session, Standing, standing, with_maximum
from lambdas.domain.song_push import song_push

need(
    clients.PushAddress,
    clients.RedisAddress,
    dead_letters.Queue,
    song_ends.SessionGap,
    song_ends.Table,
    songs.Table,
    tastes.Table,
)

DEFAULTS = Settings()
ATTEMPTS = 3
"""How often slots are filled anew whose sessions changed meanwhile."""


@dataclass(slots=True)
class _Turn:
    """A person's newest request of a batch, what is known of them, and what became of it."""

    record: records.Record[stream.SongRequest]
    known: listeners.Known
    song: SongPush | None = None
    """To be told."""
    refused: bool = False
    error: Exception | None = None

    @property
    def request(self) -> stream.SongRequest:
        return self.record.value

    @property
    def session(self) -> Session | None:
        """The session that was asked for, unless this is its first song."""
        session = self.known.session
        return session if session and session.end.session == self.request.session else None

    @property
    def pulse(self) -> Pulse:
        """At the newest sample: a song that comes late is one for now, and starts now."""
        asked, newest = self.request.pulse, self.known.newest
        return newest if newest and newest.at_ms > asked.at_ms else asked

    @property
    def settings(self) -> Settings:
        """With a maximum heart rate no lower than what was seen."""
        return with_maximum(self.chosen, self.pulse.peak)

    @property
    def chosen(self) -> Settings:
        """By the person, for the session."""
        return self.session.settings if self.session else DEFAULTS


@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What the people of a batch need is read at once, and what they get is written at once.

    Of a person's requests only the newest counts, and no more than they may make. What will not
    pass, whenever it is tried, costs the person whose it is. The first that may is the batch's
    checkpoint: who has a song by then costs no more than this look.
    """
    count(Records=len(event["Records"]))
    batch, unreadable = records.decode(event, stream.decode_song_request)
    turns = _turns(batch)
    with pushes() as under_way:
        _answer(turns, under_way)
        told = [(turn, turn.song) for turn in turns if turn.song is not None]
        for turn, song in told:
            under_way.song(turn.record.key, turn.known.connected, song, turn.request.arrived_ms)
    with optional("the playlists"):
        listeners.write([_told(turn, song) for turn, song in told])
    for since_ms, taken_ms in under_way.taken():
        took(SampleToPushMs=since_ms, until_ms=taken_ms)
    failures = [turn.record.sequence_number for turn in turns if _may_pass(turn)]
    unusable = [turn.record.raw for turn in turns if turn.error and not _may_pass(turn)]
    dead_letters.send(unreadable)
    dead_letters.send(unusable, dead_letters.UNUSABLE)
    count(
        SongsPushed=len(told),
        Failed=len(failures),
        TooManyRequests=sum(turn.refused for turn in turns),
        Unreadable=len(unreadable),
        Unusable=len(unusable),
    )
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failures[:1]]}


def _turns(batch: list[records.Record[stream.SongRequest]]) -> list[_Turn]:
    newest = {record.key: record for record in batch}
    asked = [record for record in batch if record is newest[record.key]]
    known = listeners.read(
        [
            listeners.Asked(record.key, record.value.session, record.value.slot, record.arrived_ms)
            for record in asked
        ]
    )
    return [_Turn(*both, error=both[1].error) for both in zip(asked, known, strict=True)]


def _may_pass(turn: _Turn) -> bool:
    return turn.error is not None and may_pass(turn.error)


def _answer(turns: list[_Turn], under_way: Pushes) -> None:
    """Each turn that is due has its song, or an error, or nothing that it needs to be told."""
    due = [turn for turn in turns if _is_due(turn) and _is_taken(turn)]
    for _ in range(ATTEMPTS):
        due = _fill(due, under_way)
        if not due:
            break
        sessions = song_ends.read_all([turn.record.key for turn in due], songs=True)
        for turn in due:
            turn.known = turn.known._replace(session=sessions.get(turn.record.key))
        due = [turn for turn in due if _is_due(turn)]
    # Who goes on changing it is asked for again in a while.
    for turn in turns:
        if turn.error is not None:
            logger.error("A song request failed.", exc_info=turn.error)
        if _may_pass(turn):
            _allowance_of(turn).give_back(turn.record.key)


def _is_due(turn: _Turn) -> bool:
    """Whether a slot is to be filled; one that is, and perhaps was not told, is told again."""
    request, session = turn.request, turn.known.session
    stands = standing(session, request.session, request.slot, request.version)
    if stands is Standing.FILLED and session and not turn.known.before.holds_slot:
        turn.song = session.song
    return stands is Standing.DUE and turn.error is None


def _is_taken(turn: _Turn) -> bool:
    verdict = _allowance_of(turn).judge(turn.record.key, turn.record.arrived_ms)
    turn.refused = verdict is not Verdict.TAKEN
    return not turn.refused


def _allowance_of(turn: _Turn) -> Allowance:
    return floods.OWN_SONGS if turn.settings.library == OWN else floods.SONGS


def _fill(due: list[_Turn], under_way: Pushes) -> list[_Turn]:
    """Choose and store songs; the turns whose session changed meanwhile."""
    chosen: list[tuple[_Turn, SongPush, song_ends.Write]] = []
    for turn in due:
        try:
            chosen += _chosen(turn, under_way)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others get their songs
            turn.error = error
            if may_pass(error):
                break  # the checkpoint, from which on all come again
    changed: list[_Turn] = []
    refusals = song_ends.write_all([write for _, _, write in chosen])
    for (turn, song, _), refusal in zip(chosen, refusals, strict=True):
        if refusal is None:
            turn.song = song
        elif isinstance(refusal, song_ends.ConflictError):
            changed.append(turn)
        else:
            turn.error = refusal
    return changed


def _chosen(turn: _Turn, under_way: Pushes) -> Iterator[tuple[_Turn, SongPush, song_ends.Write]]:
    """A turn's song, if there is one, and what stores it."""
    user, known = turn.record.key, turn.known
    try:
        found = _next_song(turn)
    except EmptyLibraryError:
        under_way.notice(user, _empty(turn.settings.library))
        return
    if found is None:
        return
    song = song_push(found, turn.settings, turn.pulse, known.taste.opinions)
    version = known.session.version if known.session else 0
    times = {"at_ms": turn.request.pulse.at_ms, "arrived_ms": turn.record.arrived_ms}
    filled = Session(found.end, turn.settings, song, version)
    yield turn, song, song_ends.ready(user, filled, **times)
    if turn.settings is not turn.chosen:
        with optional("the maximum heart rate"):
            tastes.raise_maximum(user, turn.pulse.peak)


def _next_song(turn: _Turn) -> NextSong[Song] | None:
    user, request, known = turn.record.key, turn.request, turn.known
    ends_at_ms, previous_target = request.ends_at_ms, None
    if turn.session is not None:
        ends_at_ms = min(ends_at_ms, turn.session.end.ends_at_ms)
        previous_target = turn.session.end.target
    heard, artists, *_ = known.before
    opinions, skips = known.taste.opinions, known.taste.skips
    near, corrected = _shelf(user, turn.settings.library, known.taste)
    return next_song(
        Ask(request.session, request.slot, ends_at_ms, previous_target, request.playing_tempo),
        turn.settings,
        turn.pulse,
        Listener(turn.pulse.at_ms, request.session, heard, artists, opinions, skips),
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


def _told(turn: _Turn, song: SongPush) -> listeners.Told:
    """Also the song before it, when its playlist has lost it."""
    last = turn.session.song if turn.session and not turn.known.before.holds_last else None
    songs = [last, song] if last and last.slot == song.slot - 1 else [song]
    return listeners.Told(turn.record.key, songs, turn.settings.floor, turn.record.arrived_ms)


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
