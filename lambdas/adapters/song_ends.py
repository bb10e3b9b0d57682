"""The song-ends table: one item a person, removed by its TTL some time after the last song.

Every write is conditional on the version that was read, so of two writers one starts again.
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
_decode_settings = json.Decoder(Settings).decode


class ConflictError(Exception):
    """The item changed between the read and the write."""


@dataclass(frozen=True, slots=True)
class Session:
    """A person's session: when its last song ends, how songs are chosen, and that song."""

    end: SongEnd
    settings: Settings = field(default_factory=Settings)
    song: SongPush | None = None
    version: int = 0


def read(users: Sequence[str]) -> dict[str, Session]:
    """The sessions of those who have one."""
    table = os.environ["SONG_ENDS_TABLE"]
    sessions: dict[str, Session] = {}
    for start in range(0, len(users), MAX_KEYS):
        keys: Any = [{"user_id": {"S": user}} for user in users[start : start + MAX_KEYS]]
        while keys:
            answer = clients.dynamodb().batch_get_item(
                RequestItems={table: {"Keys": keys, "ConsistentRead": True}}
            )
            for item in answer["Responses"].get(table, []):
                sessions[item["user_id"]["S"]] = _session_of(item)
            unprocessed = answer.get("UnprocessedKeys", {})
            keys = unprocessed[table]["Keys"] if table in unprocessed else None
    return sessions


def write(user: str, before: Session | None, after: Session, expires_at: int) -> Session:
    """Replace what was read and answer what is stored.

    `expires_at` is the TTL, epoch seconds of the wall clock. Raises ConflictError when somebody
    else wrote since.
    """
    dynamodb = clients.dynamodb()
    after = replace(after, version=(before.version if before else 0) + 1)
    item = _item(user, after, expires_at)
    condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(user_id)"}
    if before is not None:
        condition = {
            "ConditionExpression": "version = :version",
            "ExpressionAttributeValues": {":version": {"N": str(before.version)}},
        }
    try:
        dynamodb.put_item(TableName=os.environ["SONG_ENDS_TABLE"], Item=item, **condition)
    except dynamodb.exceptions.ConditionalCheckFailedException:
        raise ConflictError("Somebody else wrote this song end first: read it again.") from None
    return after


def _item(user: str, session: Session, expires_at: int) -> dict[str, Any]:
    end = session.end
    item = {
        "user_id": {"S": user},
        "session": {"N": str(end.session)},
        "slot": {"N": str(end.slot)},
        "ends_at_ms": {"N": str(end.ends_at_ms)},
        "settings": {"S": json.encode(session.settings).decode()},
        "version": {"N": str(session.version)},
        "expires_at": {"N": str(expires_at)},
    }
    if end.asked_slot is not None:
        item["asked_slot"] = {"N": str(end.asked_slot)}
        item["asked_at_ms"] = {"N": str(end.asked_at_ms)}
    if session.song is not None:
        item["song"] = {"S": json.encode(session.song).decode()}
    return item


def _session_of(item: dict[str, Any]) -> Session:
    return Session(
        end=SongEnd(
            session=int(item["session"]["N"]),
            slot=int(item["slot"]["N"]),
            ends_at_ms=int(item["ends_at_ms"]["N"]),
            asked_slot=int(item["asked_slot"]["N"]) if "asked_slot" in item else None,
            asked_at_ms=int(item["asked_at_ms"]["N"]) if "asked_at_ms" in item else None,
        ),
        settings=_decode_settings(item["settings"]["S"].encode()),
        song=decode_song_push(item["song"]["S"].encode()) if "song" in item else None,
        version=int(item["version"]["N"]),
    )
