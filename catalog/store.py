"""Songs into the songs table of DynamoDB."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from random import Random
from typing import TYPE_CHECKING

from events.session import Song
from lambdas.adapters.songs import song_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestUnionTypeDef

BATCH = 25
"""Items that one BatchWriteItem call takes."""
ATTEMPTS = 10
BACKOFF_CAP_SECONDS = 5.0


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

    `written` is called with the number of songs so far. Raises StoreError when items are still
    unprocessed after ten attempts, and botocore's errors.
    """
    count = 0
    for batch in _batches(songs):
        requests: list[WriteRequestUnionTypeDef] = [
            {"PutRequest": {"Item": song_item(library, song)}} for song in batch
        ]
        _write(dynamodb, table, requests, backoff_seconds)
        count += len(batch)
        if written:
            written(count)
    return count


def _batches(songs: Iterable[Song]) -> Iterator[list[Song]]:
    rest = iter(songs)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _write(
    dynamodb: "DynamoDBClient",
    table: str,
    requests: "Sequence[WriteRequestUnionTypeDef]",
    backoff_seconds: float,
) -> None:
    jitter = Random()
    for attempt in range(ATTEMPTS):
        answer = dynamodb.batch_write_item(RequestItems={table: requests})
        requests = answer.get("UnprocessedItems", {}).get(table, [])
        if not requests:
            return
        time.sleep(jitter.uniform(0, min(BACKOFF_CAP_SECONDS, backoff_seconds * 2**attempt)))
    raise StoreError(
        f"Table {table!r} left {len(requests)} songs unwritten after {ATTEMPTS} attempts: "
        "try again when it is less busy."
    )
