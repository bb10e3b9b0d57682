"""The plays table: one item for each song of each session, by person and then by time.

An item is written once, when its song is over. The sort key is the session and the slot, so that a
query backwards tells the newest first.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from msgspec import Struct, msgpack, structs

from lambdas.adapters import batch_writes, clients, environment, keeping, stored
from lambdas.domain.played import Played, line_of

ATTEMPTS = 5
"""In a row without one item written."""
QUERY_ITEMS = 300
"""Of one query: a few more than twenty workouts have songs."""
MOST_ITEMS = 5_000
"""Of a page of workouts, however many songs somebody skips."""
Item = dict[str, Any]
Slots = list[tuple[int, Played]]
"""Songs of one session, by slot, first to last."""
_encode = msgpack.Encoder().encode
_decode = msgpack.Decoder(Played).decode


class Table(Struct, frozen=True):
    """Where plays are."""

    plays_table: str


def item_of(user: str, session: int, slot: int, play: Played, arrived_ms: int) -> Item:
    """The item of a play that was over at `arrived_ms`, on the clock."""
    item = _key(user, session, slot) | {"packed": {"B": _encode(play)}}
    expires_at = keeping.expires_at(arrived_ms // 1000)
    return item if expires_at is None else item | {"expires_at": {"N": str(expires_at)}}


def insertion(item: Item) -> Any:
    """The statement that puts an item where there is none."""
    pairs = ", ".join(f"'{name}': ?" for name in item)
    text = f'INSERT INTO "{_table()}" VALUE {{{pairs}}}'
    return {"Statement": text, "Parameters": list(item.values())}


def write(items: Sequence[Item]) -> None:
    """Put items of different plays, in the place of what was there. Raises as batch_writes does."""
    requests: list[Any] = [{"PutRequest": {"Item": item}} for item in items]
    batch_writes.write(_table(), requests, attempts=ATTEMPTS)


def cut(user: str, session: int, slot: int, ends_at_ms: int) -> None:
    """Note that a song ended earlier than its play says; nothing where there is no play."""
    dynamodb = clients.dynamodb()
    try:
        dynamodb.update_item(
            TableName=_table(),
            Key=_key(user, session, slot),
            UpdateExpression="SET cut_ms = :ms",
            ConditionExpression="attribute_exists(packed)",
            ExpressionAttributeValues={":ms": {"N": str(ends_at_ms)}},
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return


def newest(user: str, before_ms: int, count: int) -> tuple[dict[int, Slots], bool]:
    """The newest `count` sessions of a person that began before then, and whether there are more.

    Newest first; what cannot be read is left out.
    """
    items, sessions = 0, dict[int, Slots]()
    for page in _backwards(user, before_ms):
        items += len(page)
        for session, group in groupby(page, key=lambda item: _place(item)[0]):
            sessions[session] = sessions.get(session, []) + _readable(group)
        if len(sessions) > count or (items >= MOST_ITEMS and len(sessions) > 1):
            del sessions[min(sessions)]  # of which some may be missing
            newest_first = sorted(sessions, reverse=True)[:count]
            return {one: sorted(sessions[one]) for one in newest_first}, True
    return {one: sorted(songs) for one, songs in sessions.items()}, False


def of_session(user: str, session: int) -> Slots:
    """The songs of one session, first to last; what cannot be read is left out."""
    return [
        play
        for page in _pages(
            user,
            KeyConditionExpression="user_id = :user AND begins_with(play, :session)",
            values={":session": {"S": _prefix(session)}},
        )
        for play in _readable(page)
    ]


def heard(user: str, since_ms: int) -> dict[str, int]:
    """When each song of the sessions since then was played last, epoch ms."""
    found: dict[str, int] = {}
    pages = _pages(
        user,
        KeyConditionExpression="user_id = :user AND play > :since",
        values={":since": {"S": _prefix(max(0, since_ms))}},
    )
    for _, play in (song for page in pages for song in _readable(page)):
        found[play.song.id] = max(play.starts_at_ms, found.get(play.song.id, 0))
    return found


def delete_all(user: str) -> int:
    """Delete all plays of a person; how many there were. Raises batch_writes.BusyError."""
    count = 0
    for items in _pages(user, ProjectionExpression="user_id, play"):
        requests: list[Any] = [{"DeleteRequest": {"Key": key}} for key in items]
        batch_writes.write(_table(), requests, attempts=ATTEMPTS)
        count += len(requests)
    return count


def _table() -> str:
    return environment.read(Table).plays_table


def _key(user: str, session: int, slot: int) -> Item:
    return {"user_id": {"S": user}, "play": {"S": f"{_prefix(session)}{slot:07d}"}}


def _prefix(session: int) -> str:
    return f"{session:013d}#"


def _place(item: Item) -> tuple[int, int]:
    session, _, slot = item["play"]["S"].partition("#")
    return int(session), int(slot)


def _backwards(user: str, before_ms: int) -> Iterator[list[Item]]:
    return _pages(
        user,
        KeyConditionExpression="user_id = :user AND play < :before",
        values={":before": {"S": _prefix(before_ms)}},
        ScanIndexForward=False,
        Limit=QUERY_ITEMS,
    )


def _pages(
    user: str,
    *,
    KeyConditionExpression: str = "user_id = :user",  # noqa: N803 - boto3
    values: Item | None = None,
    **options: Any,
) -> Iterator[list[Item]]:
    while True:
        page = clients.dynamodb().query(
            TableName=_table(),
            KeyConditionExpression=KeyConditionExpression,
            ExpressionAttributeValues={":user": {"S": user}, **(values or {})},
            **options,
        )
        yield page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        options["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _readable(items: Any) -> Slots:
    found = (stored.readable(_play_of, item) for item in items)
    return [play for play in found if play is not None]


def _play_of(item: Item) -> tuple[int, Played]:
    play = _decode(item["packed"]["B"])
    line_of(play)  # raises what is caught where there is none
    if "cut_ms" in item:
        ends_at_ms = max(play.starts_at_ms, min(play.ends_at_ms, int(item["cut_ms"]["N"])))
        play = structs.replace(play, ends_at_ms=ends_at_ms)
    return _place(item)[1], play
