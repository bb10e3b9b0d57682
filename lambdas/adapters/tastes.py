"""The tastes table: one item a person, which holds what they think of songs, for good.

Each song has attributes of its own, so two writers never undo each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct, json

from events.session import Opinion, Song
from lambdas.adapters import batch_get as people
from lambdas.adapters import clients, environment

OPINION, SKIPS = "opinion#", "skips#"
Item = dict[str, Any]


class Table(Struct, frozen=True):
    """Where tastes are."""

    tastes_table: str


class _Kept(Struct, frozen=True):
    """An opinion and, as its tempo may be far from the index's, the song and its library."""

    opinion: Opinion
    library: str
    song: Song


_decode = json.Decoder(_Kept).decode


@dataclass(slots=True)
class Taste:
    """What a person thinks of songs, by song id, and the highest heart rate seen."""

    max_heart_rate: float | None = None
    opinions: dict[str, Opinion] = field(default_factory=dict)
    skips: dict[str, int] = field(default_factory=dict)
    corrected: list[tuple[str, Song]] = field(default_factory=list)
    """Songs whose tempo the person corrected, each with its library."""


def read_all(users: Sequence[str]) -> dict[str, Taste]:
    """The tastes of those who have one."""
    items = people.read_items(environment.read(Table).tastes_table, users)
    return {user: _taste_of(item) for user, item in items.items()}


def rate(user: str, library: str, song: Song, opinion: Opinion) -> None:
    """Keep what a person thinks of a song; nothing, if they think nothing of it any more."""
    change: dict[str, Any] = {"UpdateExpression": "REMOVE #song"}
    if opinion != Opinion():
        kept = json.encode(_Kept(opinion, library, song)).decode()
        change = {
            "UpdateExpression": "SET #song = :kept",
            "ExpressionAttributeValues": {":kept": {"S": kept}},
        }
    _update(user, {"#song": OPINION + song.id}, change)


def count_skip(user: str, song_id: str) -> None:
    """Remember that a person skipped a song once more."""
    change = {
        "UpdateExpression": "ADD #song :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    _update(user, {"#song": SKIPS + song_id}, change)


def raise_maximum(user: str, heart_rate: float) -> None:
    """Keep the highest heart rate, beats/min, that was seen of a person."""
    dynamodb = clients.dynamodb()
    change = {
        "UpdateExpression": "SET #maximum = :seen",
        "ConditionExpression": "attribute_not_exists(#maximum) OR #maximum < :seen",
        "ExpressionAttributeValues": {":seen": {"N": str(heart_rate)}},
    }
    try:
        _update(user, {"#maximum": "max_heart_rate"}, change)
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return  # a higher one is known


def _update(user: str, names: dict[str, str], change: dict[str, Any]) -> None:
    clients.dynamodb().update_item(
        TableName=environment.read(Table).tastes_table,
        Key={"user_id": {"S": user}},
        ExpressionAttributeNames=names,
        **change,
    )


def _taste_of(item: Item) -> Taste:
    taste = Taste()
    for name, value in item.items():
        if name == "max_heart_rate":
            taste.max_heart_rate = float(value["N"])
        elif name.startswith(SKIPS):
            taste.skips[name.removeprefix(SKIPS)] = int(value["N"])
        elif name.startswith(OPINION):
            kept = _decode(value["S"].encode())
            taste.opinions[kept.song.id] = kept.opinion
            if kept.opinion.tempo is not None:
                taste.corrected.append((kept.library, kept.song))
    return taste
