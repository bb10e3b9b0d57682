"""Rows of Parquet files."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.cells import Unreadable

BATCH_ROWS = 16_384
NO_VALUE = (ValueError, OverflowError, LookupError, pa.ArrowException)
"""What pyarrow raises for what Python has no value for: no UTF-8, no such day, no such place."""


@contextmanager
def open_parquet(path: Path) -> Iterator[tuple[list[str], Any]]:
    """The headers of a file, and itself, for `parquet_rows`."""
    with pq.ParquetFile(path) as file:
        yield file.schema_arrow.names, file


def parquet_rows(file: Any, positions: Sequence[int]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Numbered rows, from 1, of the columns at these positions."""
    headers = file.schema_arrow.names
    selected = [headers[index] for index in positions]
    number = 0
    for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(set(selected))):
        there = batch.schema.names  # of two columns of one name both are read
        lists = [_values(batch.column(there.index(header))) for header in selected]
        for values in zip(*lists, strict=True):
            number += 1
            yield number, values


def _values(column: "pa.Array[Any]") -> list[Any]:
    """Times to the microsecond, as Python knows no more; what it knows nothing of, Unreadable."""
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    try:
        return column.to_pylist()
    except NO_VALUE:
        return [_value(scalar) for scalar in column]


def _value(scalar: "pa.Scalar[Any]") -> Any:
    try:
        return scalar.as_py()
    except NO_VALUE as error:
        return Unreadable(f"{scalar.type}: {first_line(error)}")


def first_line(error: Exception) -> str:
    """The first line of what a library says, which ends as it likes."""
    return str(error).partition("\n")[0].rstrip(". ")
