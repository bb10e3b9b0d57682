"""The song-ends table: one item a person, removed by its TTL some time after the last song.

Every write is conditional on the version that was read, so of two writers one is told.
TTL only sweeps: whoever reads compares `ends_at_ms`.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec import json

from events.messages import decode_song_push
from events.session import Settings, SongPush
from lambdas.adapters import clients
from lambdas.domain.due import SongEnd

MAX_KEYS = 100
END = "user_id, slot, ends_at_ms, asked_slot, asked_at_ms, version, #session"
NAMES = {"#session": "session"}
Item = dict[str, Any]
_decode_settings = json.Decoder(Settings).decode


class ConflictError(Exception):
    """The item changed between the read and the write."""


@dataclass(frozen=True, slots=True)
class Mark:
    """When a person's last song ends, as of a version of their item; version 0: no item."""

    end: SongEnd
    version: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """A person's session: its mark, how songs are chosen, and the last song."""

    mark: Mark
    settings: Settings = field(default_factory=Settings)
    song: SongPush | None = None

    @property
    def end(self) -> SongEnd:
        """When the last song ends."""
        return self.mark.end


def read_marks(users: Sequence[str]) -> dict[str, Mark]:
    """The marks of those who have one: all that is needed to see whether a song is due."""
    projection = {"ProjectionExpression": END, "ExpressionAttributeNames": NAMES}
    items: dict[str, Item] = {}
    for start in range(0, len(users), MAX_KEYS):
        items |= _batch(users[start : start + MAX_KEYS], projection)
    return {user: _mark_of(item) for user, item in items.items()}


def read(user: str) -> Session | None:
    """The session of a person, if they have one."""
    answer = clients.dynamodb().get_item(
        TableName=os.environ["SONG_ENDS_TABLE"],
        Key={"user_id": {"S": user}},
        ConsistentRead=True,
    )
    return _session_of(answer["Item"]) if "Item" in answer else None


def write(user: str, session: Session, expires_at: int) -> Session:
    """Replace the version that the session's mark names, and answer what is stored.

    `expires_at` is the TTL, epoch seconds of the wall clock. Raises ConflictError when somebody
    else wrote since.
    """
    dynamodb = clients.dynamodb()
    # Never a version twice, even when TTL has swept the item in between.
    version = max(session.mark.version + 1, session.end.session)
    stored = replace(session, mark=Mark(session.end, version))
    try:
        dynamodb.put_item(
            TableName=os.environ["SONG_ENDS_TABLE"],
            Item=_item(user, stored, expires_at),
            **_condition(session.mark.version),
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        raise _conflict() from None
    return stored


def ask(user: str, mark: Mark, asked: SongEnd, expires_at: int) -> Session:
    """Note in the item of a mark that its next slot was asked for; answers the whole session.

    Raises ConflictError when somebody else wrote since.
    """
    dynamodb = clients.dynamodb()
    try:
        answer = dynamodb.update_item(
            TableName=os.environ["SONG_ENDS_TABLE"],
            Key={"user_id": {"S": user}},
            UpdateExpression="SET asked_slot = :slot, asked_at_ms = :at, version = :next, "
            "expires_at = :expires",
            ConditionExpression="version = :version",
            ExpressionAttributeValues={
                ":slot": _number(asked.asked_slot),
                ":at": _number(asked.asked_at_ms),
                ":version": _number(mark.version),
                ":next": _number(mark.version + 1),
                ":expires": _number(expires_at),
            },
            ReturnValues="ALL_NEW",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        raise _conflict() from None
    return _session_of(answer["Attributes"])


def _batch(users: Sequence[str], projection: dict[str, Any]) -> dict[str, Item]:
    table = os.environ["SONG_ENDS_TABLE"]
    keys: Any = [{"user_id": {"S": user}} for user in users]
    items: dict[str, Item] = {}
    while keys:
        request: Any = {table: {"Keys": keys, "ConsistentRead": True, **projection}}
        answer = clients.dynamodb().batch_get_item(RequestItems=request)
        items |= {item["user_id"]["S"]: item for item in answer["Responses"].get(table, [])}
        unprocessed = answer.get("UnprocessedKeys", {})
        keys = unprocessed[table]["Keys"] if table in unprocessed else None
    return items


def _condition(version: int) -> dict[str, Any]:
    if version == 0:
        return {"ConditionExpression": "attribute_not_exists(user_id)"}
    return {
        "ConditionExpression": "version = :version",
        "ExpressionAttributeValues": {":version": _number(version)},
    }


def _conflict() -> ConflictError:
    return ConflictError("Somebody else wrote this song end first: read it again.")


def _number(value: int | None) -> Any:
    return {"N": str(value)}


def _item(user: str, session: Session, expires_at: int) -> Item:
    end = session.end
    item: Item = {
        "user_id": {"S": user},
        "session": _number(end.session),
        "slot": _number(end.slot),
        "ends_at_ms": _number(end.ends_at_ms),
        "settings": {"S": json.encode(session.settings).decode()},
        "version": _number(session.mark.version),
        "expires_at": _number(expires_at),
    }
    if end.asked_slot is not None:
        item["asked_slot"] = _number(end.asked_slot)
        item["asked_at_ms"] = _number(end.asked_at_ms)
    if session.song is not None:
        item["song"] = {"S": json.encode(session.song).decode()}
    return item


def _mark_of(item: Item) -> Mark:
    end = SongEnd(
        session=int(item["session"]["N"]),
        slot=int(item["slot"]["N"]),
        ends_at_ms=int(item["ends_at_ms"]["N"]),
        asked_slot=int(item["asked_slot"]["N"]) if "asked_slot" in item else None,
        asked_at_ms=int(item["asked_at_ms"]["N"]) if "asked_at_ms" in item else None,
    )
    return Mark(end, int(item["version"]["N"]))


def _session_of(item: Item) -> Session:
    return Session(
        _mark_of(item),
        _decode_settings(item["settings"]["S"].encode()),
        decode_song_push(item["song"]["S"].encode()) if "song" in item else None,
    )
