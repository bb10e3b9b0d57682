"""The tastes table: one item a person, with what they think of songs and their last settings.

Each song has attributes of its own, so two writers never undo each other. Of more songs than an
item may hold the oldest go.
"""

import time
from collections.abc import Sequence
from typing import Any

from msgspec import Struct, convert, json

from events import checked
from events.samples import MAX_HEART_RATE, HeartRate
from events.session import Opinion, Settings, Song
from lambdas.adapters import batch_get as people
from lambdas.adapters import clients, environment, stored
from lambdas.adapters.optional import optional
from lambdas.domain.choose import SKIPS as COUNTED_SKIPS
from lambdas.domain.session import lasting
from lambdas.domain.taste import Taste

MAX_SONGS = 500
MAX_BYTES = 300_000
"""Of an item, which DynamoDB lets have 400 KB; the rest is for those who write at one time."""
REMOVED_AT_ONCE = 100
OPINION, SKIPS, SETTINGS = "opinion#", "skips#", "settings"
Item = dict[str, Any]


class Table(Struct, frozen=True):
    """Where tastes are."""

    tastes_table: str


class _Kept(Struct, frozen=True):
    """An opinion and, as its tempo may be far from the index's, the song and its library."""

    opinion: Opinion
    library: str
    song: Song
    at: int
    """When it was given, epoch seconds."""


_decode = json.Decoder(_Kept).decode
_decode_settings = json.Decoder(Settings).decode


def read_all(users: Sequence[str], *, opinions: bool = True) -> dict[str, Taste]:
    """The tastes of those who have one; if without opinions, only what a session begins with."""
    return tastes_of(people.read(users, wanted() if opinions else _beginnings()))


def wanted() -> people.Tables:
    """What `tastes_of` needs of the table: whole items."""
    return {environment.read(Table).tastes_table: {}}


def _beginnings() -> people.Tables:
    options = {
        "ProjectionExpression": "user_id, max_heart_rate, #settings",
        "ExpressionAttributeNames": {"#settings": SETTINGS},
    }
    return {environment.read(Table).tastes_table: options}


def tastes_of(found: people.Found) -> dict[str, Taste]:
    """The tastes of those who have one."""
    items = found[environment.read(Table).tastes_table]
    return {user: _taste_of(item) for user, item in items.items()}


def keep(user: str, settings: Settings) -> None:
    """Keep how a person wants songs chosen, for their next session; best effort."""
    kept = checked.encode(lasting(settings)).decode()
    change = {
        "UpdateExpression": "SET #settings = :kept",
        "ExpressionAttributeValues": {":kept": {"S": kept}},
    }
    with optional("the settings of the next session"):
        _update(user, {"#settings": SETTINGS}, change)


def rate(user: str, library: str, song: Song, opinion: Opinion) -> None:
    """Keep what a person thinks of a song; nothing, if they think nothing of it any more."""
    change: dict[str, Any] = {"UpdateExpression": "REMOVE #song"}
    if opinion != Opinion():
        kept = checked.encode(_Kept(opinion, library, song, int(time.time()))).decode()
        change = {
            "UpdateExpression": "SET #song = :kept",
            "ExpressionAttributeValues": {":kept": {"S": kept}},
        }
    _update(user, {"#song": OPINION + song.id}, change)


def count_skip(user: str, song_id: str) -> None:
    """Remember that a person skipped a song once more, as often as a skip counts."""
    change = {
        "UpdateExpression": "SET #song = list_append(if_not_exists(#song, :none), :now)",
        "ConditionExpression": "attribute_not_exists(#song) OR size(#song) < :most",
        "ExpressionAttributeValues": {
            ":none": {"L": []},
            ":now": {"L": [{"N": str(int(time.time()))}]},
            ":most": {"N": str(COUNTED_SKIPS)},
        },
    }
    _update_if(user, {"#song": SKIPS + song_id}, change)


def raise_maximum(user: str, heart_rate: float) -> None:
    """Keep the highest heart rate, beats/min, that was seen of a person."""
    change = {
        "UpdateExpression": "SET #maximum = :seen",
        "ConditionExpression": "attribute_not_exists(#maximum) OR "
        "NOT #maximum BETWEEN :seen AND :highest",
        "ExpressionAttributeValues": {
            ":seen": {"N": str(convert(heart_rate, HeartRate))},
            ":highest": {"N": str(MAX_HEART_RATE)},
        },
    }
    _update_if(user, {"#maximum": "max_heart_rate"}, change)


def _update_if(user: str, names: dict[str, str], change: dict[str, Any]) -> None:
    """Update unless the condition says that as much, or more, is known."""
    try:
        _update(user, names, change)
    except clients.dynamodb().exceptions.ConditionalCheckFailedException:
        return


def _update(user: str, names: dict[str, str], change: dict[str, Any]) -> None:
    item = _updated(user, names, change)
    if surplus := _oldest(item):
        names = {f"#song{index}": name for index, name in enumerate(surplus)}
        _updated(user, names, {"UpdateExpression": f"REMOVE {', '.join(names)}"})


def _updated(user: str, names: dict[str, str], change: dict[str, Any]) -> Item:
    answer = clients.dynamodb().update_item(
        TableName=environment.read(Table).tastes_table,
        Key={"user_id": {"S": user}},
        ExpressionAttributeNames=names,
        ReturnValues="ALL_NEW",
        **change,
    )
    return answer["Attributes"]


def _oldest(item: Item) -> list[str]:
    """The names of what is too much in an item: opinions and skips, those of longest ago."""
    names = [name for name in item if name.startswith((OPINION, SKIPS))]
    surplus, size = len(names) - MAX_SONGS, len(json.encode(item)) - MAX_BYTES
    if surplus <= 0 and size <= 0:
        return []
    oldest: list[str] = []
    for name in sorted(names, key=lambda name: stored.readable(_time_of, item[name]) or 0):
        if len(oldest) == REMOVED_AT_ONCE or (len(oldest) >= surplus and size <= 0):
            break
        oldest.append(name)
        size -= len(json.encode({name: item[name]}))
    return oldest


def _time_of(value: Any) -> int:
    """Of an opinion or of the last of some skips, epoch seconds."""
    return _decode(value["S"]).at if "S" in value else int(value["L"][-1]["N"])


def _taste_of(item: Item) -> Taste:
    """What can be read of an item; each song by itself."""
    taste = Taste()
    for name, value in item.items():
        if name == "max_heart_rate":
            taste.max_heart_rate = stored.readable(_heart_rate_of, value)
        elif name == SETTINGS:
            taste.settings = stored.readable(_settings_of, value)
        elif name.startswith(SKIPS) and (skips := stored.readable(_skips_of, value)):
            taste.skips[name.removeprefix(SKIPS)] = skips
        elif name.startswith(OPINION) and (kept := stored.readable(_kept_of, value)):
            taste.opinions[kept.song.id] = kept.opinion
            if kept.opinion.tempo is not None:
                taste.corrected.append((kept.library, kept.song))
    return taste


def _heart_rate_of(value: Any) -> float:
    return convert(float(value["N"]), HeartRate)


def _settings_of(value: Any) -> Settings:
    return _decode_settings(value["S"])


def _skips_of(value: Any) -> int:
    return len(value["L"])


def _kept_of(value: Any) -> _Kept:
    return _decode(value["S"])
