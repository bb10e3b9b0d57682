"""Rows of CSV and Parquet files under the names that we use, whatever their headers say."""

import csv
import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct

from catalog.cells import Unreadable

Synonyms = Mapping[str, Sequence[str]]
"""Our name of a column and the headers that mean it: lower case, `_` for anything else."""
Row = tuple[int, dict[str, Any]]
"""The row's number and its values by our names, without those of absent columns.

CSV rows are numbered as a spreadsheet does (the header is row 1), Parquet rows from 1.
"""

BATCH_ROWS = 65_536


class FileError(Exception):
    """A file cannot be used at all; the text is a sentence for the person who gave it."""


class Refused(Struct, frozen=True):
    """A row that was not taken: its number, the value that was wrong, and why.

    Of a music file the number is 0 and the value its name.
    """

    row: int
    value: str
    reason: str


def read_rows(path: Path, synonyms: Synonyms, needed: Iterable[tuple[str, ...]]) -> Iterator[Row]:
    """The rows of a `.csv` (also `.csv.gz`, `.tsv`) or `.parquet` file, a few at a time.

    Of each tuple in `needed` one column must be there. Raises FileError with a sentence when the
    file is missing, unreadable, of another type, or lacks a needed column.
    """
    suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
    with readable(path, suffix[1:]):
        if suffix == ".parquet":
            yield from _parquet_rows(path, synonyms, needed)
        elif suffix in (".csv", ".tsv", ".txt"):
            yield from _csv_rows(path, synonyms, needed)
        else:
            raise FileError(f"{path} is neither CSV nor Parquet, as far as its name says.")


@contextmanager
def readable(path: Path, kind: str) -> Iterator[None]:
    """Turns whatever the file cannot be read for into a FileError: it is away, damaged, no text.

    `kind` is what it should be: `csv`, say.
    """
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise FileError(
            f"{path} cannot be unpacked: {_words(error)}. It is damaged, cut short or not packed: "
            "get it again, or give it unpacked."
        ) from None
    except UnicodeDecodeError as error:
        raise FileError(
            f"{path} cannot be read as {kind}: byte {error.object[error.start]:#04x} is no UTF-8. "
            "Save it as UTF-8."
        ) from None
    except (pa.ArrowException, csv.Error) as error:
        raise FileError(
            f"{path} cannot be read as {kind}: {_words(error)}. Export it again."
        ) from None
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror or _words(error)}.") from None


def _words(error: Exception) -> str:
    """The first line of what a library says, which ends as it likes."""
    return str(error).partition("\n")[0].rstrip(". ")


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """The text of a file, UTF-8 with or without a byte order mark, unpacked when it is `.gz`."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield file


def find_columns(
    path: Path, headers: Sequence[str], synonyms: Synonyms, needed: Iterable[tuple[str, ...]]
) -> dict[str, int]:
    """The position of each of our columns that the file has; FileError when one is missing."""
    plain = [re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_") for header in headers]
    found = {
        name: plain.index(match)
        for name, others in synonyms.items()
        if (match := next((word for word in (name, *others) if word in plain), None)) is not None
    }
    missing = [" or ".join(names) for names in needed if not any(name in found for name in names)]
    if missing:
        raise FileError(
            f"{path} has no column for {', '.join(missing)}. "
            f"Its columns are: {', '.join(headers) or 'none'}."
        )
    return found


def _parquet_rows(
    path: Path, synonyms: Synonyms, needed: Iterable[tuple[str, ...]]
) -> Iterator[Row]:
    with pq.ParquetFile(path) as file:
        headers = file.schema_arrow.names
        columns = find_columns(path, headers, synonyms, needed)
        names = list(columns)
        selected = [headers[index] for index in columns.values()]
        number = 0
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(set(selected))):
            there = batch.schema.names  # of two columns of one name both are read
            lists = [_values(batch.column(there.index(header))) for header in selected]
            for values in zip(*lists, strict=True):
                number += 1
                yield number, dict(zip(names, values, strict=True))


NO_VALUE = (ValueError, OverflowError, LookupError, pa.ArrowException)
"""What pyarrow raises for what Python has no value for: no UTF-8, no such day, no such place."""


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
        return Unreadable(f"{scalar.type}: {_words(error)}")


def _csv_rows(path: Path, synonyms: Synonyms, needed: Iterable[tuple[str, ...]]) -> Iterator[Row]:
    with open_text(path) as file:
        first = file.readline()
        delimiter = max(",;\t", key=first.count)
        headers = next(csv.reader([first], delimiter=delimiter), [])
        columns = find_columns(path, headers, synonyms, needed)
        for number, cells in enumerate(csv.reader(file, delimiter=delimiter), start=2):
            if cells:
                yield (
                    number,
                    {
                        name: cells[index] if index < len(cells) else ""
                        for name, index in columns.items()
                    },
                )


def first_few(refused: Sequence[Refused], count: int = 10) -> list[str]:
    """A line for each of the first refused rows, and one that says how many more there are."""
    lines = [
        f"row {row.row}: {row.reason} ({row.value!r})" if row.row else f"{row.value} {row.reason}."
        for row in islice(refused, count)
    ]
    if len(refused) > count:
        lines.append(f"and {len(refused) - count} more")
    return lines
