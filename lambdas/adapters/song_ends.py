"""The song-ends table: one item a person, removed by its TTL some time after the last song.

Every write is conditional on the version that was read, so of two writers one is told.
TTL only sweeps: whoever reads compares `ends_at_ms`. An item that cannot be read is taken as a
session that ended long ago, so that the next one takes its place.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from msgspec import Meta, Struct, json

from events import checked
from events.messages import decode_song_push
from events.session import Settings
from lambdas.adapters import batch_get as people
from lambdas.adapters import clients, environment, stored
from lambdas.domain.due import SongEnd
from lambdas.domain.session import Session

END = "user_id, slot, ends_at_ms, starts_at_ms, tempo, target, settings, version, #session"
NAMES = {"#session": "session"}
Item = dict[str, Any]
_decode_settings = json.Decoder(Settings).decode


class Table(Struct, frozen=True):
    """Where song ends are."""

    song_ends_table: str


class SessionGap(Struct, frozen=True):
    """After how long without a song a session is over, and its song end is swept."""

    session_gap_seconds: Annotated[int, Meta(ge=60, le=86_400)]


class ConflictError(Exception):
    """The item changed between the read and the write."""


def read_all(users: Sequence[str], *, songs: bool = False) -> dict[str, Session]:
    """The sessions of those who have one; without their songs, unless these are asked for."""
    items = people.read_items(
        environment.read(Table).song_ends_table,
        users,
        ConsistentRead=True,
        ProjectionExpression=f"{END}, song" if songs else END,
        ExpressionAttributeNames=NAMES,
    )
    return {user: _readable(item) for user, item in items.items()}


def read(user: str) -> Session | None:
    """The session of a person, if they have one."""
    answer = clients.dynamodb().get_item(
        TableName=environment.read(Table).song_ends_table,
        Key={"user_id": {"S": user}},
        ConsistentRead=True,
    )
    return _readable(answer["Item"]) if "Item" in answer else None


def check(user: str, version: int) -> None:
    """Raise ConflictError unless the item is of this version still."""
    session = read(user)
    if (session.version if session else 0) != version:
        raise ConflictError("Somebody else wrote this song end first: read it again.")


def write(user: str, session: Session, *, at_ms: int, arrived_ms: int) -> Session:
    """Replace the version that the session names, and answer what is stored.

    `at_ms` is now in the time of the workout, `arrived_ms` on the clock, by which the TTL goes.
    Raises ConflictError when somebody else wrote since, and msgspec.ValidationError on what could
    not be read again.
    """
    dynamodb = clients.dynamodb()
    gap_seconds = environment.read(SessionGap).session_gap_seconds
    expires_at = (arrived_ms + max(0, session.end.ends_at_ms - at_ms)) // 1000 + gap_seconds
    # Never a version twice, even when TTL has swept the item in between.
    written = replace(session, version=max(session.version + 1, session.end.session))
    try:
        dynamodb.put_item(
            TableName=environment.read(Table).song_ends_table,
            Item=_item(user, written, expires_at),
            **_condition(session.version),
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        raise ConflictError("Somebody else wrote this song end first: read it again.") from None
    return written


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


def _item(user: str, session: Session, expires_at: int) -> Item:
    end = session.end
    item: Item = {
        "user_id": {"S": user},
        "session": _number(end.session),
        "slot": _number(end.slot),
        "starts_at_ms": _number(end.starts_at_ms),
        "ends_at_ms": _number(end.ends_at_ms),
        "settings": {"S": checked.encode(session.settings).decode()},
        "version": _number(session.version),
        "expires_at": _number(expires_at),
    }
    for name, value in (("tempo", end.tempo), ("target", end.target)):
        if value is not None:
            item[name] = _number(value)
    if session.song is not None:
        item["song"] = {"S": checked.encode(session.song).decode()}
    return item


def _readable(item: Item) -> Session:
    session = stored.readable(_session_of, item)
    if session is not None:
        return session
    version = stored.readable(_version_of, item) or 0
    return Session(SongEnd(session=0, slot=-1, ends_at_ms=0), version=version)


def _session_of(item: Item) -> Session:
    return Session(
        SongEnd(
            session=int(item["session"]["N"]),
            slot=int(item["slot"]["N"]),
            ends_at_ms=int(item["ends_at_ms"]["N"]),
            starts_at_ms=int(item["starts_at_ms"]["N"]),
            tempo=float(item["tempo"]["N"]) if "tempo" in item else None,
            target=float(item["target"]["N"]) if "target" in item else None,
        ),
        _decode_settings(item["settings"]["S"].encode()),
        decode_song_push(item["song"]["S"].encode()) if "song" in item else None,
        _version_of(item),
    )


def _version_of(item: Item) -> int:
    return int(item["version"]["N"])
