"""Songs into the songs table of DynamoDB."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from events.session import Song
from lambdas.adapters import batch_writes
from lambdas.adapters.songs import song_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestUnionTypeDef

ATTEMPTS = 10
"""In a row without one song written. A library is one partition of the table, which takes 1,000
songs a second however many the table takes, so a large import on AWS is throttled for sure."""


class StoreError(Exception):
    """The table refused songs again and again; the text says which table and how many."""


def store_songs(
    dynamodb: "DynamoDBClient",
    table: str,
    library: str,
    songs: Iterable[Song],
    *,
    written: Callable[[int], None] | None = None,
    backoff_seconds: float = 0.05,
) -> int:
    """Writes songs of different ids into `library`; how many. A song of the same id is replaced.

    `written` is called with the number of songs so far. What is throttled is tried again, later
    each time. Raises StoreError when ten attempts in a row wrote nothing, and botocore's errors.
    """
    count = 0
    for batch in _batches(songs):
        requests: list[WriteRequestUnionTypeDef] = [
            {"PutRequest": {"Item": song_item(library, song)}} for song in batch
        ]
        try:
            batch_writes.write(
                table,
                requests,
                attempts=ATTEMPTS,
                dynamodb=dynamodb,
                backoff_seconds=backoff_seconds,
            )
        except batch_writes.BusyError as error:
            raise StoreError(
                f"Table {table!r} left {error.left} songs unwritten after {ATTEMPTS} attempts: "
                "try again when it is less busy."
            ) from None
        count += len(batch)
        if written:
            written(count)
    return count


def _batches(songs: Iterable[Song]) -> Iterator[list[Song]]:
    rest = iter(songs)
    while batch := list(islice(rest, batch_writes.BATCH)):
        yield batch
