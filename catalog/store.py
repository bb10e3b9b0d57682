"""Songs into the songs table of DynamoDB."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from random import Random
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from events.session import Song
from lambdas.adapters.songs import song_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestUnionTypeDef

BATCH = 25
"""Items that one BatchWriteItem call takes."""
ATTEMPTS = 10
"""In a row without one song written. A library is one partition of the table, which takes 1,000
songs a second however many the table takes, so a large import on AWS is throttled for sure."""
BACKOFF_CAP_SECONDS = 5.0
THROTTLED = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
    }
)


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
    attempt = 0
    while attempt < ATTEMPTS:
        left = _left(dynamodb, table, requests)
        if not left:
            return
        attempt = attempt + 1 if len(left) == len(requests) else 1
        requests = left
        time.sleep(jitter.uniform(0, min(BACKOFF_CAP_SECONDS, backoff_seconds * 2**attempt)))
    raise StoreError(
        f"Table {table!r} left {len(requests)} songs unwritten after {ATTEMPTS} attempts: "
        "try again when it is less busy."
    )


def _left(
    dynamodb: "DynamoDBClient", table: str, requests: "Sequence[WriteRequestUnionTypeDef]"
) -> "Sequence[WriteRequestUnionTypeDef]":
    """What one call leaves unwritten: all of it when DynamoDB throttles the whole batch."""
    try:
        answer = dynamodb.batch_write_item(RequestItems={table: requests})
    except ClientError as error:
        if error.response["Error"]["Code"] in THROTTLED:
            return requests
        raise
    return answer.get("UnprocessedItems", {}).get(table, [])
