"""Tables in one file of SQLite: what was written is there after the process was killed.

An item is a row: its key and those of its indexes as bytes that sort as DynamoDB sorts them, and
the item as JSON. So a query reads what it answers, however many items there are.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path

import msgspec
from msgspec import json

from local.tables.definition import Table, TableDefinition, not_found
from local.tables.refused import Item, RefusedError

FILE = "tables.sqlite"
CACHE_KIB = 32 << 10
MAPPED_BYTES = 1 << 30
"""Of the file, read without a call of the system for each item."""
MOST_LOG_PAGES = 16_000
"""Of the log of writes, 64 MB: the call that passes it works it into the file."""
SWEPT_AT_ONCE = 1_000
LAYOUT = 1
"""How tables and items are laid out in the file; counts up with what an older version could not
read, or this one not of it."""
OLDEST_EXPIRY_SECONDS = 5 * 365 * 86_400
"""DynamoDB leaves what expired longer ago: its time is taken for a mistake."""

Place = tuple[bytes, bytes]
"""Partition key and sort key, b"" in a table without one."""
Bound = tuple[str, bytes]
"""An operator of SQL and what to compare the sort key with."""

_decode = json.Decoder(Item).decode
_decode_definition = json.Decoder(TableDefinition).decode


class LayoutError(Exception):
    """The file was written by a version that lays tables out in another way."""


class Store:
    """The tables of a directory, for one thread.

    What was written is there after a crash of the process; if `lasting`, of the machine too, for
    a call of the disk with each write. Raises LayoutError.
    """

    def __init__(self, directory: Path, *, lasting: bool = False) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = directory / FILE
        self._database = sqlite3.connect(self._file, isolation_level=None, cached_statements=512)
        self._run = self._database.execute
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={'FULL' if lasting else 'NORMAL'}",
            f"cache_size=-{CACHE_KIB}",
            f"mmap_size={MAPPED_BYTES}",
            f"wal_autocheckpoint={MOST_LOG_PAGES}",
        ):
            self._run(f"PRAGMA {pragma}")
        self._check_layout()
        self._run(
            "CREATE TABLE IF NOT EXISTS definitions "
            "(number INTEGER PRIMARY KEY, name TEXT UNIQUE, definition BLOB)"
        )
        self._rows = {
            name: Rows(self._database, number, Table(_decode_definition(definition)))
            for number, name, definition in self._run("SELECT * FROM definitions")
        }

    def _check_layout(self) -> None:
        ((layout,),) = self._run("PRAGMA user_version")
        ((tables,),) = self._run("SELECT count(*) FROM sqlite_schema")
        if tables and layout != LAYOUT:
            self.close()
            raise LayoutError(f"they have layout {layout}, this version of TempoFit has {LAYOUT}")
        self._run(f"PRAGMA user_version={LAYOUT}")

    def close(self) -> None:
        self._database.close()

    def names(self) -> list[str]:
        return sorted(self._rows)

    def __getitem__(self, name: str) -> "Rows":
        """The rows of a table. Raises RefusedError when there is no such table."""
        try:
            return self._rows[name]
        except KeyError:
            raise not_found() from None

    def create(self, definition: TableDefinition) -> None:
        """Raises RefusedError when there is a table of this name."""
        name = definition.table_name
        if name in self._rows:
            raise RefusedError("ResourceInUseException", f"Table already exists: {name}")
        with self.together():
            number = self._run(
                "INSERT INTO definitions (name, definition) VALUES (?, ?)",
                (name, json.encode(definition)),
            ).lastrowid
            assert number is not None
            rows = Rows(self._database, number, Table(definition))
            rows.create()
        self._rows[name] = rows

    def drop(self, name: str) -> None:
        rows = self[name]
        with self.together():
            self._run("DELETE FROM definitions WHERE name = ?", (name,))
            rows.drop()
        del self._rows[name]

    def expire_by(self, name: str, attribute: str | None) -> None:
        """Let items go at the time, epoch seconds, that this attribute of theirs says."""
        rows = self[name]
        definition = msgspec.structs.replace(rows.table.definition, time_to_live=attribute)
        with self.together():
            self._run(
                "UPDATE definitions SET definition = ? WHERE name = ?",
                (json.encode(definition), name),
            )
            rows.table = Table(definition)
            for place, item in rows.all():
                rows.put(place, _decode(item), item)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Writes that are there all or none."""
        self._run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._run("ROLLBACK")
            raise
        self._run("COMMIT")

    def sweep(self, now: float) -> int:
        """Delete some of what has expired by `now`, epoch seconds; how many items."""
        return sum(rows.sweep(now) for rows in self._rows.values())

    @property
    def changes(self) -> int:
        """Rows that were written since the start."""
        return self._database.total_changes

    def checkpoint(self) -> None:
        """Work the log of writes into the file; may run in another thread."""
        with closing(sqlite3.connect(self._file)) as database:
            database.execute("PRAGMA wal_checkpoint(PASSIVE)")


class Rows:
    """The items of one table."""

    def __init__(self, database: sqlite3.Connection, number: int, table: Table) -> None:
        self.table = table
        self._run = database.execute
        self._name = f"table_{number}"

    @cached_property
    def _columns(self) -> list[str]:
        places = [(f"hash_{at}", f"sort_{at}") for at in range(len(self.table.indexes))]
        return ["pk", "sk", "item", "expires", *(name for pair in places for name in pair)]

    @cached_property
    def _get(self) -> str:
        return f"SELECT item FROM {self._name} WHERE pk = ? AND sk = ?"  # noqa: S608 - our names

    @cached_property
    def _put(self) -> str:
        marks = ", ".join("?" for _ in self._columns)
        replaced = ", ".join(f"{name} = excluded.{name}" for name in self._columns[2:])
        return (
            f"INSERT INTO {self._name} VALUES ({marks}) "  # noqa: S608
            f"ON CONFLICT (pk, sk) DO UPDATE SET {replaced}"
        )

    def create(self) -> None:
        kinds = {"pk": "BLOB NOT NULL", "sk": "BLOB NOT NULL", "expires": "INTEGER"}
        columns = ", ".join(f"{name} {kinds.get(name, 'BLOB')}" for name in self._columns)
        self._run(f"CREATE TABLE {self._name} ({columns}, PRIMARY KEY (pk, sk))")
        for at in range(len(self.table.indexes)):
            self._index(f"index_{at}", f"hash_{at}, sort_{at}, pk, sk", f"hash_{at}")
        self._index("expiry", "expires", "expires")

    def _index(self, name: str, columns: str, there: str) -> None:
        self._run(
            f"CREATE INDEX {self._name}_{name} ON {self._name} ({columns}) "
            f"WHERE {there} IS NOT NULL"
        )

    def drop(self) -> None:
        self._run(f"DROP TABLE {self._name}")

    def count(self) -> int:
        (count,) = self._run(f"SELECT count(*) FROM {self._name}").fetchone()  # noqa: S608
        return int(count)

    def get(self, place: Place) -> bytes | None:
        """The item there as JSON."""
        row = self._run(self._get, place).fetchone()
        return row[0] if row else None

    def put(self, place: Place, item: Item, written: bytes) -> None:
        """Put an item, `written` as JSON. Raises RefusedError for a key of an index of another
        type."""
        indexed = [part for index in self.table.indexes for part in index.of_item(item)]
        self._run(self._put, (*place, written, self._expiry(item), *indexed))

    def delete(self, place: Place) -> None:
        self._run(f"DELETE FROM {self._name} WHERE pk = ? AND sk = ?", place)  # noqa: S608

    def all(self) -> list[tuple[Place, bytes]]:
        found = self._run(f"SELECT pk, sk, item FROM {self._name}")  # noqa: S608
        return [((pk, sk), item) for pk, sk, item in found]

    def read(
        self,
        index: int | None = None,
        *,
        partition: bytes | None = None,
        bounds: Sequence[Bound] = (),
        after: Sequence[bytes] = (),
        forward: bool = True,
        limit: int = -1,
    ) -> Iterator[bytes]:
        """Items in the order of the table or of an index, as JSON; of one partition or of all.

        `after` is the place where the last reading ended: the sort key in its index, if in one, and
        the key in the table; before these the index's partition, when all are read.
        """
        order = ["pk", "sk"] if index is None else [f"hash_{index}", f"sort_{index}", "pk", "sk"]
        wheres, values = [], []
        if partition is not None:
            wheres.append(f"{order[0]} = ?")
            values.append(partition)
            wheres += [f"{order[1]} {operator} ?" for operator, _ in bounds]
            values += [value for _, value in bounds]
            order = order[1:]
        elif index is not None:
            wheres.append(f"{order[0]} IS NOT NULL")
        if after:
            marks = ", ".join("?" for _ in order)
            wheres.append(f"({', '.join(order)}) {'>' if forward else '<'} ({marks})")
            values += after
        where = f"WHERE {' AND '.join(wheres)} " if wheres else ""
        sorting = ", ".join(f"{name} {'ASC' if forward else 'DESC'}" for name in order)
        query = f"SELECT item FROM {self._name} {where}ORDER BY {sorting} LIMIT ?"  # noqa: S608
        for (item,) in self._run(query, (*values, limit)):
            yield item

    def sweep(self, now: float) -> int:
        """Delete some of what has expired by `now`, epoch seconds; how many items."""
        if self.table.definition.time_to_live is None:
            return 0
        return self._run(
            f"DELETE FROM {self._name} WHERE rowid IN (SELECT rowid FROM {self._name} "  # noqa: S608
            "WHERE expires < ? AND expires > ? LIMIT ?)",
            (int(now), int(now) - OLDEST_EXPIRY_SECONDS, SWEPT_AT_ONCE),
        ).rowcount

    def _expiry(self, item: Item) -> int | None:
        """When the item expires, epoch seconds, if ever."""
        attribute = self.table.definition.time_to_live
        number = item.get(attribute, {}).get("N") if attribute else None
        whole = number.partition(".")[0] if number else ""
        return int(whole) if 0 < len(whole) <= len(str(1 << 62)) - 1 else None
