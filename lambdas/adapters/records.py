"""Records of a Kinesis event: base64 and JSON in, typed values out."""

from binascii import a2b_base64
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")


class Record(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """One readable record; `arrived_ms` is when the stream took it, epoch ms, `raw` as it came."""

    key: str
    value: T
    arrived_ms: int
    sequence_number: str
    raw: dict[str, Any]


def decode(
    event: dict[str, Any], decoder: Callable[[bytes], T]
) -> tuple[list[Record[T]], list[dict[str, Any]]]:
    """The readable records of an event, in order, and the raw ones that are not."""
    readable, unreadable = [], []
    for raw in event["Records"]:
        kinesis = raw["kinesis"]
        try:
            value = decoder(a2b_base64(kinesis["data"]))
        except Exception:  # noqa: BLE001 - whatever a decoder raises, it is unreadable
            unreadable.append(raw)
            continue
        readable.append(
            Record(
                kinesis["partitionKey"],
                value,
                int(kinesis["approximateArrivalTimestamp"] * 1000),
                kinesis["sequenceNumber"],
                raw,
            )
        )
    return readable, unreadable
