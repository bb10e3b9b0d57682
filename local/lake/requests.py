"""Requests to Firehose and Secrets Manager in their JSON protocol, and what AWS refuses in them."""

from binascii import Error as Base64Error
from binascii import a2b_base64

from msgspec import Struct

from local.project import ACCOUNT

MAX_RECORDS = 500
MAX_RECORD_BYTES = 1_000 << 10
MAX_CALL_BYTES = 4 << 20
"""Of PutRecordBatch, decoded."""


class RefusedError(Exception):
    """AWS's error name and the sentence that goes with it."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name


class Record(Struct, rename="pascal"):
    data: str


class PutRecordBatch(Struct, rename="pascal"):
    delivery_stream_name: str
    records: list[Record]


class GetSecretValue(Struct, rename="pascal"):
    secret_id: str


def not_found(name: str) -> RefusedError:
    """What is said of a delivery stream that is not there."""
    return RefusedError(
        "ResourceNotFoundException", f"Firehose {name} under account {ACCOUNT} not found."
    )


def decoded(request: PutRecordBatch) -> list[bytes]:
    """The data of each record. Raises RefusedError for what AWS would take nothing of."""
    if not 1 <= len(request.records) <= MAX_RECORDS:
        raise RefusedError(
            "ValidationException",
            f"1 validation error detected: {len(request.records)} records at 'records' failed to "
            f"satisfy constraint: Member must have length from 1 to {MAX_RECORDS}.",
        )
    found = [_data(record, at) for at, record in enumerate(request.records, 1)]
    if (size := sum(map(len, found))) > MAX_CALL_BYTES:
        raise RefusedError(
            "InvalidArgumentException",
            f"Records size {size} exceeds {MAX_CALL_BYTES >> 20} MB limit; send fewer records in "
            "one request.",
        )
    return found


def _data(record: Record, at: int) -> bytes:
    try:
        data = a2b_base64(record.data, strict_mode=True) if record.data else b""
    except (Base64Error, ValueError):
        raise RefusedError(
            "SerializationException", f"Value at 'records.{at}.data' is not valid base64."
        ) from None
    if len(data) > MAX_RECORD_BYTES:
        raise RefusedError(
            "ValidationException",
            f"1 validation error detected: Value at 'records.{at}.data' failed to satisfy "
            f"constraint: {len(data)} bytes; Member must have length less than or equal to "
            f"{MAX_RECORD_BYTES}.",
        )
    return data
