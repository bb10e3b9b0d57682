"""Where a reader of a shard begins, and the tokens by which it goes on."""

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TypeVar

import msgspec
from msgspec import json

from local.kinesis.requests import GetShardIterator, KinesisError, check_sequence_number
from local.kinesis.shards import Shard, Stream
from local.project import ACCOUNT

TOKEN_SECONDS = 300
"""How long a shard iterator, or a token of a next page, is good for."""

T = TypeVar("T")


def token(*parts: str | int) -> str:
    """Text that `parts_of` makes these parts of again, while it is good."""
    return urlsafe_b64encode(json.encode((time.time(), parts))).decode()


def parts_of(token: str, kind: type[T]) -> tuple[T, bool]:
    """The parts of a token, and whether it is too old; raises ValueError when it is none."""
    try:
        issued_at, parts = json.decode(urlsafe_b64decode(token), type=tuple[float, kind])  # type: ignore[valid-type]
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None
    return parts, time.time() - issued_at > TOKEN_SECONDS


def start(shard: Shard, stream: Stream, request: GetShardIterator) -> int:
    """The position that an iterator of this kind begins at.

    Raises KinesisError for a sequence number where there must be none, or none where there must
    be one, one that is not of this shard, and a time that is missing or to come.
    """
    kind, number = request.shard_iterator_type, request.starting_sequence_number
    if number is not None:
        check_sequence_number("startingSequenceNumber", number)
    if kind == "AT_TIMESTAMP":
        return shard.position_at(_past(request.timestamp))
    if (number is None) == kind.endswith("SEQUENCE_NUMBER"):
        given = "no" if number is None else "also a"
        raise KinesisError(
            "InvalidArgumentException",
            "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and "
            "StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. "
            f"Request specified {kind} and {given} StartingSequenceNumber.",
        )
    if number is None:
        return shard.first if kind == "TRIM_HORIZON" else shard.end
    try:
        position = shard.position(number)
        if position > shard.end:
            raise ValueError("it is a number to come")
    except ValueError:
        raise KinesisError(
            "InvalidArgumentException",
            f"StartingSequenceNumber {number} used in GetShardIterator on shard "
            f"{shard.shard_id} in stream {stream.name} under account {ACCOUNT} is invalid.",
        ) from None
    return position + (kind == "AFTER_SEQUENCE_NUMBER")


def _past(timestamp: float | None) -> float:
    if timestamp is None:
        raise KinesisError(
            "InvalidArgumentException",
            "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current "
            "request has no timestamp parameter.",
        )
    at_ms, now_ms = int(timestamp * 1000), time.time_ns() // 1_000_000
    if at_ms > now_ms:
        raise KinesisError(
            "InvalidArgumentException",
            "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. "
            f"timestampInMillis: {at_ms}, currentTimestampInMillis: {now_ms}",
        )
    return timestamp
