"""Rows of SQLite databases, such as the Million Song Dataset's track_metadata.db."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from catalog.errors import FileError, NoSongsError


@contextmanager
def open_sqlite(
    path: Path, known: Callable[[list[str]], int]
) -> Iterator[tuple[list[str], Iterator[tuple[int, tuple[Any, ...]]]]]:
    """The headers and the rows, from 1, of the table whose headers `known` counts most of."""
    try:
        with closing(
            sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
        ) as db:
            db.text_factory = lambda data: data.decode("utf-8", "replace")
            tables = [
                name
                for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            headers = {name: _headers(db, name) for name in tables}
            best = max(tables, key=lambda name: known(headers[name]), default=None)
            if best is None or not known(headers[best]):
                raise NoSongsError(
                    f"{path} is a database without a table of songs. Its tables are: "
                    f"{', '.join(tables[:20]) or 'none'}."
                )
            yield headers[best], _rows(db, best)
    except sqlite3.Error as error:
        raise FileError(f"{path} cannot be read as an SQLite database: {error}.") from None


def _headers(db: sqlite3.Connection, table: str) -> list[str]:
    return [column[1] for column in db.execute(f"PRAGMA table_info({_quoted(table)})")]


def _rows(db: sqlite3.Connection, table: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
    return enumerate(db.execute(f"SELECT * FROM {_quoted(table)}"), start=1)  # noqa: S608 - quoted


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
