"""The song-ends table: one item a person, kept as long as the plays, of which it holds the last.

Every write is conditional on the version that was read, so of two writers one is told. A session
that is over stays, so whoever reads compares `ends_at_ms`. An item that cannot be read is taken as
a session that ended long ago, so that the next one takes its place.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Annotated, Any, NamedTuple

from msgspec import Meta, Struct, json

from events import checked
from events.messages import decode_song_push
from events.session import Settings
from lambdas.adapters import batch_get as people
from lambdas.adapters import clients, environment, keeping, statements, stored
from lambdas.domain.due import SongEnd
from lambdas.domain.session import Session

CHANGED = "Somebody else wrote this song end first: read it again."
END = (
    "user_id, slot, ends_at_ms, starts_at_ms, tempo, target, settings, version, #session, "
    "ended_ms, over_at, expires_at"
)
NAMES = {"#session": "session"}
Item = dict[str, Any]
_decode_settings = json.Decoder(Settings).decode


class Table(Struct, frozen=True):
    """Where song ends are."""

    song_ends_table: str


class SessionGap(Struct, frozen=True):
    """After how long without a song a session is over."""

    session_gap_seconds: Annotated[int, Meta(ge=60, le=86_400)]


class ConflictError(Exception):
    """The item changed between the read and the write."""


def read_all(users: Sequence[str], *, songs: bool = False) -> dict[str, Session]:
    """The sessions of those who have one; without their songs, unless these are asked for."""
    return sessions_of(people.read(users, wanted(songs=songs)))


def glance(users: Sequence[str]) -> Iterator[tuple[str, Session | None]]:
    """The sessions, or None, of those of whom that is known in less than a second.

    Raises botocore's errors, after those who were known by then.
    """
    for known, found in people.glance(users, wanted(songs=False)):
        sessions = sessions_of(found)
        for user in known:
            yield user, sessions.get(user)


def wanted(*, songs: bool) -> people.Tables:
    """What `sessions_of` needs of the table."""
    options = {
        "ConsistentRead": True,
        "ProjectionExpression": f"{END}, song" if songs else END,
        "ExpressionAttributeNames": NAMES,
    }
    return {environment.read(Table).song_ends_table: options}


def sessions_of(found: people.Found) -> dict[str, Session]:
    """The sessions of those who have one."""
    items = found[environment.read(Table).song_ends_table]
    return {user: _readable(item) for user, item in items.items()}


def read(user: str) -> Session | None:
    """The session of a person, if they have one."""
    answer = clients.dynamodb().get_item(
        TableName=environment.read(Table).song_ends_table,
        Key={"user_id": {"S": user}},
        ConsistentRead=True,
    )
    return _readable(answer["Item"]) if "Item" in answer else None


class Write(NamedTuple):
    """An item that is ready to be stored in the place of a version; 0: where there is none."""

    item: Item
    version: int


def ready(user: str, session: Session, *, at_ms: int, arrived_ms: int) -> Write:
    """What stores a session in the place of the version that it names.

    `at_ms` is now in the time of the workout, `arrived_ms` on the clock, by which it is kept.
    Raises msgspec.ValidationError on what could not be read again.
    """
    gap_seconds = environment.read(SessionGap).session_gap_seconds
    over_at = (arrived_ms + max(0, session.end.ends_at_ms - at_ms)) // 1000 + gap_seconds
    return Write(_item(user, _next_version(session), over_at), session.version)


def write(user: str, session: Session, *, at_ms: int, arrived_ms: int) -> Session:
    """Store one as `ready` says, and answer what is stored.

    Raises ConflictError when somebody else wrote since, and what `ready` raises.
    """
    _put(ready(user, session, at_ms=at_ms, arrived_ms=arrived_ms))
    return _next_version(session)


def write_all(
    writes: Sequence[Write], beside: Sequence[Any] = ()
) -> tuple[list[Exception | None], list[Exception | None]]:
    """Store sessions of different people, each with a song; what kept each from being stored.

    That is ConflictError when somebody else wrote since, or as `statements.execute` says. And what
    kept the statements `beside` from being carried out, which go with them.
    """
    refusals = statements.execute([_statement(write) for write in writes], beside)
    outcomes = [_outcome(write, refusal) for write, refusal in zip(writes, refusals, strict=False)]
    return outcomes, refusals[len(writes) :]


def _outcome(write: Write, refusal: Exception | None) -> Exception | None:
    code = refusal.code if isinstance(refusal, statements.RefusedError) else None
    if code == "ConditionalCheckFailed":
        return ConflictError(CHANGED)
    if code != "DuplicateItem":
        return refusal
    try:
        _put(write)  # over an item whose version nobody can read
    except Exception as error:  # noqa: BLE001 - it is told
        return error
    return None


def _statement(write: Write) -> Any:
    names = tuple(name for name in write.item if name != "user_id")
    values = [write.item[name] for name in names]
    user = write.item["user_id"]
    table = environment.read(Table).song_ends_table
    if write.version == 0:
        return {"Statement": _insert(table, names), "Parameters": [user, *values]}
    parameters = [*values, user, _number(write.version)]
    return {"Statement": _update(table, names), "Parameters": parameters}


@cache
def _insert(table: str, names: tuple[str, ...]) -> str:
    pairs = ", ".join(f"'{name}': ?" for name in ("user_id", *names))
    return f'INSERT INTO "{table}" VALUE {{{pairs}}}'


@cache
def _update(table: str, names: tuple[str, ...]) -> str:
    """All that an item with a song has is set, so nothing of the item before is left."""
    changes = " ".join(f'SET "{name}" = ?' for name in names)
    return f'UPDATE "{table}" {changes} WHERE "user_id" = ? AND "version" = ?'


def _next_version(session: Session) -> Session:
    """Never a version twice, even when TTL has swept the item in between."""
    return replace(session, version=max(session.version + 1, session.end.session))


def _put(write: Write) -> None:
    dynamodb = clients.dynamodb()
    try:
        dynamodb.put_item(
            TableName=environment.read(Table).song_ends_table,
            Item=write.item,
            **_condition(write.version),
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        raise ConflictError(CHANGED) from None


def _condition(version: int) -> dict[str, Any]:
    if version == 0:
        return {
            "ConditionExpression": "attribute_not_exists(user_id) "
            "OR NOT attribute_type(version, :number)",
            "ExpressionAttributeValues": {":number": {"S": "N"}},
        }
    return {
        "ConditionExpression": "version = :version",
        "ExpressionAttributeValues": {":version": _number(version)},
    }


def _number(value: float) -> Any:
    return {"N": str(value)}


def _item(user: str, session: Session, over_at: int) -> Item:
    end = session.end
    item: Item = {
        "user_id": {"S": user},
        "session": _number(end.session),
        "slot": _number(end.slot),
        "starts_at_ms": _number(end.starts_at_ms),
        "ends_at_ms": _number(end.ends_at_ms),
        "settings": {"S": checked.encode(session.settings).decode()},
        "version": _number(session.version),
        "over_at": _number(over_at),
        # Always: an update leaves the attributes that it does not set.
        "expires_at": _number(keeping.expires_at(over_at) or keeping.NEVER),
    }
    for name, value in (("tempo", end.tempo), ("target", end.target), ("ended_ms", end.ended_ms)):
        if value is not None:
            item[name] = _number(value)
    song = session.song or session.before
    if song is not None:
        item["song"] = {"S": checked.encode(song).decode()}
    return item


def _readable(item: Item) -> Session:
    session = stored.readable(_session_of, item)
    if session is not None:
        return session
    version = stored.readable(_version_of, item) or 0
    return Session(SongEnd(session=0, slot=-1, ends_at_ms=0), version=version)


def _session_of(item: Item) -> Session:
    session = int(item["session"]["N"])
    song = decode_song_push(item["song"]["S"].encode()) if "song" in item else None
    is_before = song is not None and song.session != session
    return Session(
        SongEnd(
            session=session,
            slot=int(item["slot"]["N"]),
            ends_at_ms=int(item["ends_at_ms"]["N"]),
            starts_at_ms=int(item["starts_at_ms"]["N"]),
            tempo=float(item["tempo"]["N"]) if "tempo" in item else None,
            target=float(item["target"]["N"]) if "target" in item else None,
            ended_ms=_ended_ms(item, session),
        ),
        _decode_settings(item["settings"]["S"].encode()),
        None if is_before else song,
        _version_of(item),
        before=song if is_before else None,
        over_ms=1000 * int((item.get("over_at") or item.get("expires_at", {"N": "0"}))["N"]),
    )


def _ended_ms(item: Item, session: int) -> int | None:
    """When the session was ended; what is left of one before it does not count."""
    ended_ms = int(item["ended_ms"]["N"]) if "ended_ms" in item else -1
    return ended_ms if ended_ms >= session else None


def _version_of(item: Item) -> int:
    return int(item["version"]["N"])
