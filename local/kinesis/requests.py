"""Requests to Kinesis in its JSON protocol, and what AWS refuses in them."""

from binascii import Error as Base64Error
from binascii import a2b_base64
from re import fullmatch
from typing import Literal

from msgspec import Struct, field

from local.project import ACCOUNT, REGION

MAX_RECORDS = 500
MAX_RECORD_BYTES = 1 << 20
MAX_REQUEST_BYTES = 10 << 20
"""Of PutRecords and of one GetRecords answer: data and partition keys, decoded."""
MAX_READ_RECORDS = 10_000
MAX_PAGE = 10_000
"""Of streams and of shards, if a request asks for so many."""
MAX_SHARDS_DESCRIBED = 100
MAX_SHARDS_LISTED = 1_000
"""If it does not say how many."""
MAX_NAME = 128
ACCOUNT_SHARDS = 20_000
"""The quota that us-east-1 begins with."""
STREAM_NAME = "[a-zA-Z0-9_.-]+"
SEQUENCE_NUMBER = r"0|([1-9]\d{0,128})"


class KinesisError(Exception):
    """AWS's error name and the sentence that goes with it."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name


class Named(Struct, rename="pascal", kw_only=True):
    """A request that names a stream, either way."""

    stream_name: str | None = None
    stream_arn: str | None = field(name="StreamARN", default=None)


class DescribeStream(Named):
    limit: int = MAX_SHARDS_DESCRIBED
    exclusive_start_shard_id: str = ""


class ListStreams(Struct, rename="pascal"):
    limit: int = 100
    exclusive_start_stream_name: str = ""
    next_token: str = ""


class ListShards(Named):
    exclusive_start_shard_id: str = ""
    max_results: int = MAX_SHARDS_LISTED
    next_token: str = ""


class Entry(Struct, rename="pascal", gc=False):
    data: str
    partition_key: str
    explicit_hash_key: str | None = None


class PutRecord(Named):
    data: str
    partition_key: str
    explicit_hash_key: str | None = None
    sequence_number_for_ordering: str | None = None


class PutRecords(Named):
    records: list[Entry]


class GetShardIterator(Named):
    shard_id: str
    shard_iterator_type: Literal[
        "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "AT_TIMESTAMP", "TRIM_HORIZON", "LATEST"
    ]
    starting_sequence_number: str | None = None
    timestamp: float | None = None


class GetRecords(Struct, rename="pascal"):
    shard_iterator: str
    limit: int = MAX_READ_RECORDS


def check_page(field: str, count: int) -> None:
    """Raises KinesisError unless a page may have so many entries."""
    if count < 1:
        raise _invalid(count, field, "have value greater than or equal to 1")
    if count > MAX_PAGE:
        raise _invalid(count, field, f"have value less than or equal to {MAX_PAGE}")


def check_sequence_number(field: str, number: str) -> None:
    """Raises KinesisError when the text can be no sequence number of any stream."""
    if not fullmatch(SEQUENCE_NUMBER, number):
        raise _invalid(number, field, f"satisfy regular expression pattern: {SEQUENCE_NUMBER}")


def check_stream(name: str, shards: int, used: int) -> None:
    """Raises KinesisError when CreateStream would refuse a stream beside `used` shards."""
    if not fullmatch(STREAM_NAME, name):
        raise _invalid(name, "streamName", f"satisfy regular expression pattern: {STREAM_NAME}")
    if len(name) > MAX_NAME:
        raise _invalid(name, "streamName", f"have length less than or equal to {MAX_NAME}")
    if shards < 1:
        raise _invalid(shards, "shardCount", "have value greater than or equal to 1")
    if used + shards > ACCOUNT_SHARDS:
        raise KinesisError(
            "LimitExceededException",
            f"This request would exceed the shard limit for the account {ACCOUNT} in {REGION}. "
            f"Current shard count for the account: {used}. Limit: {ACCOUNT_SHARDS}. Number of "
            f"additional shards that would have resulted from this request: {shards}.",
        )


def _invalid(value: object, field: str, constraint: str) -> KinesisError:
    return KinesisError(
        "ValidationException",
        f"1 validation error detected: Value '{value}' at '{field}' failed to satisfy "
        f"constraint: Member must {constraint}",
    )


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
