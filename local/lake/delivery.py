"""One delivery stream: what it was given waits, and is written as one file.

A file is written when enough waits, or the oldest has waited for long enough; its folder is the
day on which the oldest came, by UTC, as in AWS.
"""

import re
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import json

from local.files import store
from local.lake.rows import Row, RowError, rows_of, schema
from local.template.stack import Delivery

CONVERSION_FAILED = "format-conversion-failed"
"""What the error prefix calls records that are no rows."""
EXPRESSION = re.compile(r"!\{(\w+):([^}]*)\}")
DAY = "yyyy-MM-dd"


@dataclass
class Buffer:
    """What waits for one delivery, below `folder`. Times are epoch seconds."""

    delivery: Delivery
    folder: Path
    seconds: float
    """After which it is written, however little it is."""
    records: list[tuple[float, bytes]] = field(default_factory=list)
    size: int = 0

    def add(self, records: list[bytes], now: float) -> None:
        """Takes records that came at this moment."""
        self.records += [(now, record) for record in records]
        self.size += sum(map(len, records))

    def is_due(self, now: float) -> bool:
        """Whether what waits is to be written."""
        if not self.records:
            return False
        return self.size >= self.delivery.buffer_bytes or now - self.records[0][0] >= self.seconds

    def take(self) -> list[tuple[float, bytes]]:
        """What waits, oldest first; afterwards nothing does."""
        records, self.records, self.size = self.records, [], 0
        return records

    def write(self, records: list[tuple[float, bytes]]) -> list[Path]:
        """Writes records of which there is at least one; the files. Raises OSError."""
        rows: list[Row] = []
        failed: list[bytes] = []
        for came_at, record in records:
            try:
                rows += rows_of(record, self.delivery.columns)
            except RowError as error:
                failed.append(_failure(came_at, record, error))
        oldest = datetime.fromtimestamp(records[0][0], UTC)
        name = f"{self.delivery.name}-1-{oldest:%Y-%m-%d-%H-%M-%S}-{uuid4()}"
        written = []
        if rows:
            written.append(self._path(self.delivery.prefix, oldest, f"{name}.parquet"))
            store(written[-1], _parquet(rows, self.delivery))
        if failed:
            written.append(self._path(self.delivery.error_prefix, oldest, name))
            store(written[-1], b"".join(failed))
        return written

    def _path(self, prefix: str, at: datetime, name: str) -> Path:
        return self.folder / evaluated(prefix, at) / name


def evaluated(prefix: str, at: datetime) -> str:
    """A prefix at a moment. Raises ValueError for an expression that is not known here."""

    def value(match: re.Match[str]) -> str:
        match match.groups():
            case ("timestamp", "yyyy-MM-dd"):
                return at.strftime("%Y-%m-%d")
            case ("firehose", "error-output-type"):
                return CONVERSION_FAILED
        raise ValueError(f"the prefix {prefix!r} has {match[0]!r}, which is not known here")

    return EXPRESSION.sub(value, prefix)


def _parquet(rows: list[Row], delivery: Delivery) -> bytes:
    table = pa.Table.from_pylist(rows, schema=schema(delivery.columns))
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="snappy")
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _failure(came_at: float, record: bytes, error: RowError) -> bytes:
    """A line of the file of errors, with the names that Firehose gives."""
    told = {
        "attemptsMade": 1,
        "arrivalTimestamp": int(came_at * 1000),
        "lastErrorCode": error.code,
        "lastErrorMessage": str(error),
        "rawData": b64encode(record).decode(),
    }
    return json.encode(told) + b"\n"
