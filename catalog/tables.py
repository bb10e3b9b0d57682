"""Rows of any list under the names that we use, whatever their headers say."""

import csv
import gzip
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from catalog import itunes, rekordbox, traktor
from catalog.delimited import open_delimited
from catalog.errors import FileError, NoSongsError, Refused
from catalog.hdf5 import hdf5_rows
from catalog.headers import Synonyms, match_columns, require_columns
from catalog.json_lines import json_headers, json_rows
from catalog.kinds import Kind, kind_of
from catalog.parquet import first_line, open_parquet, parquet_rows
from catalog.sqlite_rows import open_sqlite

Row = tuple[int, dict[str, Any]]
"""The row's number and its values by our names, without those of absent columns.

CSV rows are numbered as a spreadsheet does (the header is row 1), others from 1.
"""
BROKEN = "broken"
"""Stands for all columns of a row that holds none; its value is the reason."""


class Table(NamedTuple):
    """A list: what its headers are, which of our columns they mean, and its rows, to read once."""

    headers: Sequence[str]
    columns: Sequence[str]
    rows: Iterator[Row]


_TRACKS = {
    Kind.REKORDBOX: rekordbox.tracks,
    Kind.TRAKTOR: traktor.tracks,
    Kind.ITUNES: itunes.tracks,
    Kind.HDF5: hdf5_rows,
}


def read_rows(path: Path, synonyms: Synonyms, needed: Iterable[tuple[str, ...]]) -> Iterator[Row]:
    """The rows of a CSV, Parquet or JSON file, also packed with gzip, a few at a time.

    Of each tuple in `needed` one column must be there. Raises FileError with a sentence when the
    file is missing, unreadable, of another kind, or lacks a needed column.
    """
    with open_rows(path, synonyms) as table:
        require_columns(path, table.headers, table.columns, needed)
        yield from table.rows


@contextmanager
def open_rows(path: Path, synonyms: Synonyms) -> Iterator[Table]:
    """A list with its rows. FileError with a sentence when the file cannot be used."""
    with readable(path, "a list"):
        kind = kind_of(path)
    with readable(path, kind.value), _open(path, kind, synonyms) as table:
        yield table


def _open(path: Path, kind: Kind, synonyms: Synonyms) -> AbstractContextManager[Table]:
    if kind in _TRACKS:
        return _open_tracks(path, kind)
    if kind is Kind.PLAYLIST:
        raise NoSongsError(
            f"{path} is a playlist, which names sound files and no tempo: import their folder."
        )
    if kind is Kind.SOUND:
        raise NoSongsError(f"{path} is a sound, not a list of songs: import its folder.")
    opener = {
        Kind.PARQUET: _open_parquet,
        Kind.JSON: _open_json,
        Kind.SQLITE: _open_sqlite,
        Kind.TABLE: _open_delimited,
    }
    return opener[kind](path, synonyms)


@contextmanager
def _open_tracks(path: Path, kind: Kind) -> Iterator[Table]:
    rows = enumerate(_TRACKS[kind](path), start=1)
    first = next(rows, None)
    if first is None:
        raise FileError(f"{path} is {kind.value} without a song.")
    columns = list(first[1])
    yield Table(columns, columns, _after(first, rows))


def _after(first: Row, rest: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from rest


@contextmanager
def _open_parquet(path: Path, synonyms: Synonyms) -> Iterator[Table]:
    with open_parquet(path) as (headers, file):
        columns = match_columns(headers, synonyms)
        names = list(columns)
        rows = (
            (number, dict(zip(names, values, strict=True)))
            for number, values in parquet_rows(file, list(columns.values()))
        )
        yield Table(headers, names, rows)


@contextmanager
def _open_json(path: Path, synonyms: Synonyms) -> Iterator[Table]:
    headers = json_headers(path)
    columns = {headers[index]: name for name, index in match_columns(headers, synonyms).items()}

    def rows() -> Iterator[Row]:
        for number, row in json_rows(path):
            if isinstance(row, str):
                yield number, {BROKEN: row}
            else:
                yield number, {ours: row.get(theirs) for theirs, ours in columns.items()}

    yield Table(headers, list(columns.values()), rows())


@contextmanager
def _open_sqlite(path: Path, synonyms: Synonyms) -> Iterator[Table]:
    with open_sqlite(path, lambda headers: len(match_columns(headers, synonyms))) as opened:
        yield _table(*opened, synonyms)


@contextmanager
def _open_delimited(path: Path, synonyms: Synonyms) -> Iterator[Table]:
    with open_delimited(path, lambda headers: len(match_columns(headers, synonyms))) as opened:
        yield _table(*opened, synonyms)


def _table(
    headers: Sequence[str], rows: Iterator[tuple[int, Sequence[Any]]], synonyms: Synonyms
) -> Table:
    columns = match_columns(headers, synonyms)
    places = list(columns.items())

    def named() -> Iterator[Row]:
        for number, cells in rows:
            width = len(cells)
            yield number, {name: cells[at] if at < width else "" for name, at in places}

    return Table(headers, list(columns), named())


@contextmanager
def readable(path: Path, kind: str) -> Iterator[None]:
    """Turns whatever the file cannot be read for into a FileError: it is away, damaged, no text.

    `kind` is what it should be: `CSV`, say.
    """
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise FileError(
            f"{path} cannot be unpacked: {first_line(error)}. It is damaged, cut short or not "
            "packed: get it again, or give it unpacked."
        ) from None
    except UnicodeDecodeError as error:
        raise FileError(
            f"{path} cannot be read as {kind}: byte {error.object[error.start]:#04x} is no UTF-8. "
            "Save it as UTF-8."
        ) from None
    except (pa.ArrowException, csv.Error) as error:
        raise FileError(
            f"{path} cannot be read as {kind}: {first_line(error)}. Export it again."
        ) from None
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror or first_line(error)}.") from None


def first_few(refused: Sequence[Refused], count: int = 10) -> list[str]:
    """A line for each of the first refused rows, and one that says how many more there are."""
    lines = [_line(row) for row in islice(refused, count)]
    if len(refused) > count:
        lines.append(f"and {len(refused) - count} more")
    return lines


def _line(bad: Refused) -> str:
    if not bad.row:
        return f"{bad.value} {bad.reason}."
    where = f"{bad.file} row" if bad.file else "row"
    return f"{where} {bad.row}: {bad.reason} ({bad.value!r})"
