"""A person's own songs, in the songs table: a library that nobody else can name."""

import os
from collections.abc import Callable, Iterator, Sequence
from heapq import nsmallest
from typing import Any

from events.session import OWN, Song
from lambdas.adapters import batch_writes, clients
from lambdas.adapters.songs import Runs, near, song_item, song_of

ATTEMPTS = 5
"""In a row without one song written: a person waits."""
READ_WHOLE = 500
"""Songs that are read at once, which costs less than as many looks at the index by tempo."""

Near = Callable[[float, int], list[Song]]


def library_of(user: str) -> str:
    """The name in the table; no library that a client can name has a colon."""
    return f"{OWN}:{user}"


def write(user: str, songs: Sequence[Song], remove: Sequence[str]) -> None:
    """Put songs of different ids in, and take others out. Raises batch_writes.BusyError."""
    library = library_of(user)
    puts: list[Any] = [{"PutRequest": {"Item": song_item(library, song)}} for song in songs]
    deletes = [_delete(library, song_id) for song_id in remove]
    batch_writes.write(os.environ["SONGS_TABLE"], puts + deletes, attempts=ATTEMPTS)


def shelf(user: str) -> tuple[Near, set[str]]:
    """How to find the songs nearest to a tempo, and which of them are known to be there.

    Nothing is kept for the next time, so what was just added is found: all of it in a library of
    up to 500 songs; in a larger one as soon as the index has it, and none is known beforehand.
    """
    page = _page(user, Limit=READ_WHOLE)
    if "LastEvaluatedKey" in page:
        runs: Runs = {}
        return lambda tempo, count: near(library_of(user), tempo, count, runs), set()
    songs = [song_of(item) for item in page["Items"]]

    def nearest(tempo: float, count: int) -> list[Song]:
        return nsmallest(count, songs, key=lambda song: abs(song.tempo - tempo))

    return nearest, {song.id for song in songs}


def delete_all(user: str) -> int:
    """Delete the whole library; how many songs there were. Raises batch_writes.BusyError."""
    library, count = library_of(user), 0
    for ids in _ids(user):
        requests = [_delete(library, song_id) for song_id in ids]
        batch_writes.write(os.environ["SONGS_TABLE"], requests, attempts=ATTEMPTS)
        count += len(requests)
    return count


def _ids(user: str) -> Iterator[list[str]]:
    options: dict[str, Any] = {"ProjectionExpression": "song_id"}
    while True:
        page = _page(user, **options)
        yield [item["song_id"]["S"] for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            return
        options["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _page(user: str, **options: Any) -> Any:
    return clients.dynamodb().query(
        TableName=os.environ["SONGS_TABLE"],
        KeyConditionExpression="#library = :library",
        ExpressionAttributeNames={"#library": "library"},
        ExpressionAttributeValues={":library": {"S": library_of(user)}},
        ConsistentRead=True,
        **options,
    )


def _delete(library: str, song_id: str) -> Any:
    key = {"library": {"S": library}, "song_id": {"S": song_id}}
    return {"DeleteRequest": {"Key": key}}
