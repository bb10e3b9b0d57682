"""What is in a library, as the songs table holds it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from catalog.entries import Entry
from lambdas.adapters import batch_writes
from lambdas.adapters.songs import song_item, song_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ALSO = "also"
"""The attribute of a song's other ids: by its ISRC or its source's id it is found again."""
ATTEMPTS = 10
"""In a row without one song written. A library is one partition of the table, which takes 1,000
songs a second however many the table takes, so a large import on AWS is throttled for sure."""


def entry_item(library: str, entry: Entry) -> dict[str, Any]:
    """A song as an item of the songs table, with its other ids."""
    item = song_item(library, entry.song)
    return {**item, ALSO: {"SS": list(entry.aliases)}} if entry.aliases else item


def entries_in(dynamodb: "DynamoDBClient", table: str, library: str) -> Iterator[Entry]:
    """All songs of a library by their ids, a page at a time. Raises botocore's errors."""
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="library = :library",
        ExpressionAttributeValues={":library": {"S": library}},
    )
    for page in pages:
        for item in page["Items"]:
            if (entry := _entry(item)) is not None:
                yield entry


def find_entry(dynamodb: "DynamoDBClient", table: str, library: str, song_id: str) -> Entry | None:
    """The song of that id; None when it is not in the library."""
    answer = dynamodb.get_item(
        TableName=table, Key={"library": {"S": library}, "song_id": {"S": song_id}}
    )
    return _entry(answer["Item"]) if "Item" in answer else None


def remove_songs(
    dynamodb: "DynamoDBClient", table: str, library: str, song_ids: Sequence[str]
) -> None:
    """Takes songs of different ids out of a library. Raises BusyError, and botocore's errors."""
    batch_writes.write(
        table,
        [
            {"DeleteRequest": {"Key": {"library": {"S": library}, "song_id": {"S": song_id}}}}
            for song_id in song_ids
        ],
        attempts=ATTEMPTS,
        dynamodb=dynamodb,
    )


def _entry(item: Any) -> Entry | None:
    """None of an item that is no song, which is never chosen either."""
    try:
        song = song_of(item)
    except (KeyError, ValueError, TypeError):
        return None
    return Entry(song, (song.id, *item.get(ALSO, {}).get("SS", [])))
