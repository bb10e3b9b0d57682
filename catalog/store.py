"""Songs into the songs table of DynamoDB."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from catalog.entries import Entry
from catalog.library import ATTEMPTS, entry_item
from events.session import Song
from lambdas.adapters import batch_writes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


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
    entries = (Entry(song) for song in songs)
    return store_entries(
        dynamodb, table, library, entries, written=written, backoff_seconds=backoff_seconds
    )


def store_entries(
    dynamodb: "DynamoDBClient",
    table: str,
    library: str,
    entries: Iterable[Entry],
    *,
    written: Callable[[int], None] | None = None,
    backoff_seconds: float = 0.05,
) -> int:
    """As `store_songs`, songs with the other ids that they are known by."""
    count = 0
    for batch in _batches(entries):
        requests: list[Any] = [
            {"PutRequest": {"Item": entry_item(library, entry)}} for entry in batch
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


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    rest = iter(entries)
    while batch := list(islice(rest, batch_writes.BATCH)):
        yield batch
