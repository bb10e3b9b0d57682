"""A person's own songs, in the songs table: a library that nobody else can name."""

from collections.abc import Callable, Collection, Iterator, Sequence
from heapq import nsmallest
from typing import Any

from events.session import OWN, Song
from lambdas.adapters import batch_writes, clients, environment, stored
from lambdas.adapters.songs import Item, Table, song_item, song_of

ATTEMPTS = 5
"""In a row without one song written: a person waits."""
MAX_SONGS = 2_000
"""Of one person, because all are read whenever one of them is chosen."""

Near = Callable[[float, int], list[Song]]


class FullError(Exception):
    """A library would have more than MAX_SONGS; `count` is how many."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} songs are too many.")
        self.count = count


def library_of(user: str) -> str:
    """The name in the table; no library that a client can name has a colon."""
    return f"{OWN}:{user}"


def write(user: str, songs: Sequence[Song], remove: Sequence[str]) -> None:
    """Put songs of different ids in, and take others out.

    Raises FullError, and then none is there that was not, and batch_writes.BusyError.
    """
    library = library_of(user)
    puts: list[Any] = [{"PutRequest": {"Item": song_item(library, song)}} for song in songs]
    deletes = [_delete(library, song_id) for song_id in remove]
    if not songs:
        _write(deletes)
        return
    before = _all_ids(user)
    _check((before | {song.id for song in songs}).difference(remove))
    _write(puts + deletes)
    try:
        _check(_all_ids(user))  # others may have written since: the last to look sees them all
    except FullError:
        _write([_delete(library, song.id) for song in songs if song.id not in before])
        raise


def _check(ids: Collection[str]) -> None:
    if len(ids) > MAX_SONGS:
        raise FullError(len(ids))


def shelf(user: str) -> tuple[Near, set[str]]:
    """How to find the songs nearest to a tempo, and the ids of all that are there.

    Nothing is kept for the next time, so what was just added is found.
    """
    found = (stored.readable(song_of, item) for items in _pages(user) for item in items)
    songs = [song for song in found if song is not None]

    def nearest(tempo: float, count: int) -> list[Song]:
        return nsmallest(count, songs, key=lambda song: abs(song.tempo - tempo))

    return nearest, {song.id for song in songs}


def delete_all(user: str) -> int:
    """Delete the whole library; how many songs there were. Raises batch_writes.BusyError."""
    library, count = library_of(user), 0
    for ids in _ids(user):
        requests = [_delete(library, song_id) for song_id in ids]
        _write(requests)
        count += len(requests)
    return count


def _write(requests: list[Any]) -> None:
    batch_writes.write(_table(), requests, attempts=ATTEMPTS)


def _table() -> str:
    return environment.read(Table).songs_table


def _all_ids(user: str) -> set[str]:
    return {song_id for ids in _ids(user) for song_id in ids}


def _ids(user: str) -> Iterator[list[str]]:
    for items in _pages(user, ProjectionExpression="song_id"):
        yield [item["song_id"]["S"] for item in items]


def _pages(user: str, **options: Any) -> Iterator[list[Item]]:
    while True:
        page = clients.dynamodb().query(
            TableName=_table(),
            KeyConditionExpression="#library = :library",
            ExpressionAttributeNames={"#library": "library"},
            ExpressionAttributeValues={":library": {"S": library_of(user)}},
            ConsistentRead=True,
            **options,
        )
        yield page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        options["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _delete(library: str, song_id: str) -> Any:
    key = {"library": {"S": library}, "song_id": {"S": song_id}}
    return {"DeleteRequest": {"Key": key}}
