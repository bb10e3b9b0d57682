"""song-requests → the next songs: chosen, noted with their ends, pushed to their people."""

from collections.abc import Iterator
from functools import partial
from time import monotonic
from typing import Any

from events import stream
from events.messages import Error
from events.session import OWN, Song, SongPush
from lambdas.adapters import (
    clients,
    dead_letters,
    floods,
    keeping,
    lake,
    listeners,
    own_songs,
    plays,
    records,
    song_ends,
    songs,
    tastes,
)
from lambdas.adapters.environment import need
from lambdas.adapters.failures import may_pass
from lambdas.adapters.optional import optional
from lambdas.adapters.push import Pushes, pushes
from lambdas.adapters.telemetry import count, logger, metrics, took, traced
from lambdas.domain.allowance import Allowances, Verdict
from lambdas.domain.choose import EmptyLibraryError
from lambdas.domain.next_song import Near
from lambdas.domain.played import played
from lambdas.domain.turn import Standing, Turn

need(
    clients.PushAddress,
    clients.RedisAddress,
    dead_letters.Queue,
    keeping.Keeping,
    lake.Plays,
    plays.Table,
    song_ends.SessionGap,
    song_ends.Table,
    songs.Table,
    tastes.Table,
)

ATTEMPTS = 3
"""How often slots are filled anew whose sessions changed meanwhile."""
CHOOSING_SECONDS = 10.0
"""To read a library of one's own whole takes up to a second; the rest of a batch comes again."""

_Record = records.Record[stream.SongRequest]
_Chosen = tuple[Turn, SongPush, song_ends.Write, plays.Item | None]
"""A song, what stores it, and the play of the song before it."""


@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What the people of a batch need is read at once, and what they get is written at once.

    Of a person's requests only the newest counts, and no more than they may make. What will not
    pass, whenever it is tried, costs the person whose it is. The first that may is the batch's
    checkpoint: who has a song by then costs no more than a look.
    """
    count(Records=len(event["Records"]))
    batch, unreadable = records.decode(event, stream.decode_song_request)
    newest = _newest(batch)
    turns = listeners.read([record for record in batch if record is newest[record.key]])
    with pushes() as under_way:
        _answer(turns, under_way)
    told = [turn for turn in turns if turn.song is not None]
    with optional("the playlists"):
        listeners.write(told)
    with optional("plays"):
        plays.write([item for turn in turns if turn.unkept and (item := _play(turn))])
    if lake.is_on():
        with optional("plays for the lake"):
            lake.deliver_plays(list(_over(told)))
    for since_ms, taken_ms in under_way.taken():
        took(SampleToPushMs=since_ms, until_ms=taken_ms)
    failed = [newest[turn.user] for turn in turns if _may_pass(turn)]
    unusable = [newest[turn.user].raw for turn in turns if turn.error and not _may_pass(turn)]
    dead_letters.send(unreadable)
    dead_letters.send(unusable, dead_letters.UNUSABLE)
    count(
        SongsPushed=len(told),
        SongsUndelivered=under_way.undelivered,
        Failed=len(failed),
        TooManyRequests=sum(turn.refused for turn in turns),
        Unreadable=len(unreadable),
        Unusable=len(unusable),
    )
    return {"batchItemFailures": [{"itemIdentifier": one.sequence_number} for one in failed[:1]]}


def _newest(batch: list[_Record]) -> dict[str, _Record]:
    """By person, the request of whoever has seen most of the session; the last of several such.

    Not just the last: what `schedule` has read before a skip may be put after the skip's request.
    Nor that of the later session: who asks before any is stored names one by what is known then.
    """
    newest: dict[str, _Record] = {}
    for record in batch:
        if record.key not in newest or _seen(record) >= _seen(newest[record.key]):
            newest[record.key] = record
    return newest


def _seen(record: _Record) -> tuple[int, int, int]:
    return record.value.version, record.value.session, record.value.slot


def _may_pass(turn: Turn) -> bool:
    return turn.error is not None and may_pass(turn.error)


def _answer(turns: list[Turn], under_way: Pushes) -> None:
    """Each turn has its song, or an error, or nothing that it needs to be told."""
    due = [turn for turn in turns if _is_due(turn, under_way) and _is_taken(turn)]
    until = monotonic() + CHOOSING_SECONDS
    failure: Exception | None = None
    for part in _parts(due):
        if failure is None and monotonic() > until:
            failure = TimeoutError("There is no time for the songs of all: the rest comes again.")
        if failure is None:
            _fill(part, under_way)
            failure = next((turn.error for turn in part if _may_pass(turn)), None)
        else:
            _fail(part, failure)
    for turn in turns:
        if _may_pass(turn):
            logger.error("A song request failed and will be tried again.", exc_info=turn.error)
            _allowance_of(turn).give_back(turn.user)
        elif turn.error is not None:
            logger.error("A song request failed for good.", exc_info=turn.error)


def _parts(due: list[Turn]) -> Iterator[list[Turn]]:
    """Those who chose a catalog together; then one by one those whose own songs are all read."""
    yield [turn for turn in due if turn.settings.library != OWN]
    yield from ([turn] for turn in due if turn.settings.library == OWN)


def _is_due(turn: Turn, under_way: Pushes) -> bool:
    """Whether a slot is to be filled; one that is, and perhaps was not told, is told again."""
    if turn.error is not None:
        return False
    filled = turn.session.song if turn.session and turn.standing is Standing.FILLED else None
    if filled is not None and not turn.before.holds_slot:
        _tell(turn, filled, under_way)
    return turn.standing is Standing.DUE


def _is_taken(turn: Turn) -> bool:
    verdict = _allowance_of(turn).judge(turn.user, turn.arrived_ms)
    turn.refused = verdict is not Verdict.TAKEN
    return not turn.refused


def _allowance_of(turn: Turn) -> Allowances:
    return floods.OWN_SONGS if turn.settings.library == OWN else floods.SONGS


def _fill(due: list[Turn], under_way: Pushes) -> None:
    """Whoever goes on changing their session meanwhile is asked for again in a while."""
    for _ in range(ATTEMPTS):
        due = _store(_choose(due, under_way), under_way)
        if not due:
            break
        sessions = song_ends.read_all([turn.user for turn in due], songs=True)
        for turn in due:
            turn.session = sessions.get(turn.user)
        due = [turn for turn in due if _is_due(turn, under_way)]


def _choose(due: list[Turn], under_way: Pushes) -> list[_Chosen]:
    chosen: list[_Chosen] = []
    for place, turn in enumerate(due):
        try:
            chosen += _chosen(turn, under_way)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others get their songs
            if may_pass(error):
                _fail(due[place:], error)
                break
            turn.error = error
    return chosen


def _store(chosen: list[_Chosen], under_way: Pushes) -> list[Turn]:
    """Store songs, and plays with them, and tell the songs; the turns whose session changed."""
    changed: list[Turn] = []
    over = [turn for turn, *_, play in chosen if play is not None]
    refusals, unkept = song_ends.write_all(
        [write for _, _, write, _ in chosen],
        [plays.insertion(play) for *_, play in chosen if play is not None],
    )
    for (turn, song, *_), refusal in zip(chosen, refusals, strict=True):
        if refusal is None:
            _tell(turn, song, under_way)
        elif isinstance(refusal, song_ends.ConflictError):
            changed.append(turn)
        else:
            turn.error = refusal
    for turn, refusal in zip(over, unkept, strict=True):
        turn.unkept = refusal is not None and turn.song is not None
    return changed


def _fail(turns: list[Turn], error: Exception) -> None:
    for turn in turns:
        turn.error = error


def _tell(turn: Turn, song: SongPush, under_way: Pushes) -> None:
    turn.song = song
    under_way.song(turn.user, turn.connected, song, turn.request.arrived_ms)


def _chosen(turn: Turn, under_way: Pushes) -> Iterator[_Chosen]:
    """A turn's song, if there is one, and what stores it."""
    try:
        found = turn.next_song(*_shelf(turn))
    except EmptyLibraryError:
        under_way.notice(turn.user, _empty(turn.settings.library))
        return
    if found is None:
        return
    filled = turn.filled(found)
    assert filled.song
    times = {"at_ms": turn.request.pulse.at_ms, "arrived_ms": turn.arrived_ms}
    turn.ended = turn.ending(filled.end)
    yield turn, filled.song, song_ends.ready(turn.user, filled, **times), _play(turn)
    if turn.settings != turn.chosen:
        with optional("the maximum heart rate"):
            tastes.raise_maximum(turn.user, turn.pulse.peak)


def _play(turn: Turn) -> plays.Item | None:
    """The item of the song that has ended; its failing costs nobody a song."""
    if turn.ended is None:
        return None
    with optional("a play"):
        song = turn.ended.song
        play = played(turn.ended, turn.line)
        return plays.item_of(turn.user, song.session, song.slot, play, turn.arrived_ms)
    return None


def _over(turns: list[Turn]) -> Iterator[lake.Over]:
    """The plays that the songs of these turns have put an end to."""
    for turn in turns:
        if turn.ended is not None:
            yield turn.user, turn.ended, played(turn.ended, turn.line), turn.arrived_ms


def _shelf(turn: Turn) -> tuple[Near[Song], list[Song]]:
    """How to find songs by tempo, and those whose tempo the person corrected, if still there."""
    library = turn.settings.library
    corrected = [song for where, song in turn.taste.corrected if where == library]
    if library != OWN:
        return partial(songs.near, library), corrected
    near, ids = own_songs.shelf(turn.user)
    return near, [song for song in corrected if song.id in ids]


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
