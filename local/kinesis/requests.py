"""Requests to Kinesis in its JSON protocol, and what AWS refuses in them."""

from binascii import Error as Base64Error
from binascii import a2b_base64
from typing import Literal

from msgspec import Struct, field

MAX_RECORDS = 500
MAX_RECORD_BYTES = 1 << 20
MAX_REQUEST_BYTES = 10 << 20
"""Of PutRecords and of one GetRecords answer: data and partition keys, decoded."""
MAX_READ_RECORDS = 10_000


class KinesisError(Exception):
    """AWS's error name and the sentence that goes with it."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name


class Named(Struct, rename="pascal", kw_only=True):
    """A request that names a stream, either way."""

    stream_name: str | None = None
    stream_arn: str | None = field(name="StreamARN", default=None)


class ListStreams(Struct, rename="pascal"):
    limit: int = 100
    exclusive_start_stream_name: str = ""
    next_token: str = ""


class ListShards(Named):
    exclusive_start_shard_id: str = ""


class Entry(Struct, rename="pascal", gc=False):
    data: str
    partition_key: str
    explicit_hash_key: str | None = None


class PutRecord(Named):
    data: str
    partition_key: str
    explicit_hash_key: str | None = None


class PutRecords(Named):
    records: list[Entry]


class GetShardIterator(Named):
    shard_id: str
    shard_iterator_type: Literal[
        "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "AT_TIMESTAMP", "TRIM_HORIZON", "LATEST"
    ]
    starting_sequence_number: str = ""
    timestamp: float | None = None


class GetRecords(Struct, rename="pascal"):
    shard_iterator: str
    limit: int = MAX_READ_RECORDS


def checked_size(entry: Entry | PutRecord, where: str = "") -> int:
    """Bytes of data and partition key; `where` is the entry's place in the request.

    Raises KinesisError when AWS would refuse the entry.
    """
    if not 1 <= len(entry.partition_key) <= 256:
        raise KinesisError(
            "ValidationException",
            f"1 validation error detected: Value at '{where}partitionKey' failed to satisfy "
            f"constraint: it has {len(entry.partition_key)} characters, not 1 to 256.",
        )
    try:
        # Strict, as the text goes unchanged into events.
        size = len(a2b_base64(entry.data, strict_mode=True)) if entry.data else 0
    except (Base64Error, ValueError):
        raise KinesisError(
            "SerializationException", f"Value at '{where}data' is not valid base64."
        ) from None
    if size > MAX_RECORD_BYTES:
        raise KinesisError(
            "ValidationException",
            f"1 validation error detected: Value at '{where}data' failed to satisfy constraint: "
            f"{size} bytes; Member must have length less than or equal to {MAX_RECORD_BYTES}.",
        )
    return size + len(entry.partition_key)
