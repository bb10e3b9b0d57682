"""Which songs are the same: those of a list among each other, and those of a library before it."""

import sqlite3
from collections.abc import Iterable
from hashlib import blake2b
from types import TracebackType
from typing import NamedTuple, Self

import msgspec

from catalog.entries import Entry, name_key
from events.session import Song

CACHE_KB = 64 << 10
BETWEEN = "\x1f"
"""Other ids of a song."""


class Place(NamedTuple):
    """Where a song was read; row 0 of no file is the library."""

    file: str
    row: int


class Known(NamedTuple):
    """A song that is known by one of the names of another: its id, where it was read, its other
    names, and its content as `content_of` made it.
    """

    id: str
    place: Place
    aliases: frozenset[str]
    content: bytes


class Identity:
    """Songs by their names, on disk as soon as they are many: some 100 MB a million, in a file
    that is gone when this is closed.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            f"PRAGMA cache_size = -{CACHE_KB}",
            "CREATE TABLE songs (number INTEGER PRIMARY KEY, id, file, row, also, content)",
            "CREATE TABLE names (name INTEGER PRIMARY KEY, number)",
            "BEGIN",
        ):
            self._db.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()

    def find(self, entry: Entry) -> Known | None:
        """The song that has the entry's ISRC, else its source's id; of two where one has neither,
        that of the same artist, title and duration.
        """
        for name in _asked(entry):
            row = self._db.execute(
                "SELECT id, file, row, also, content FROM names JOIN songs USING (number) "
                "WHERE name = ?",
                (_number(name),),
            ).fetchone()
            if row is not None:
                song_id, file, number, also, content = row
                names = frozenset(also.split(BETWEEN)) - {""}
                return Known(song_id, Place(file, number), names, content)
        return None

    def add(self, entry: Entry, place: Place, content: bytes) -> None:
        """Remembers a song by all of its names, under the id that it has."""
        cursor = self._db.execute(
            "INSERT INTO songs (id, file, row, also, content) VALUES (?, ?, ?, ?, ?)",
            (entry.song.id, place.file, place.row, BETWEEN.join(entry.aliases), content),
        )
        for name in _told(entry):
            self._db.execute(
                "INSERT OR REPLACE INTO names VALUES (?, ?)", (_number(name), cursor.lastrowid)
            )


def content_of(song: Song, aliases: Iterable[str]) -> bytes:
    """Equal for equal songs that are known by the same names, as far as a table keeps them."""
    return blake2b(msgspec.json.encode([song, sorted(aliases)]), digest_size=8).digest()


def _asked(entry: Entry) -> list[str]:
    ids = entry.ids
    return [*ids, ("only " if ids else "name ") + _name(entry.song)]


def _told(entry: Entry) -> list[str]:
    ids = {entry.song.id, *entry.aliases}
    name = _name(entry.song)
    if ids == {name}:
        return [name, f"name {name}", f"only {name}"]
    return [*ids, f"name {name}"]


def _name(song: Song) -> str:
    return name_key(song.artist, song.title, song.duration_seconds)


def _number(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
