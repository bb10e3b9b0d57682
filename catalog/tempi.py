"""Tempi of one list for the songs of another, which has none."""

import re
import sqlite3
from collections.abc import Iterator
from hashlib import blake2b
from types import TracebackType
from typing import Any, NamedTuple, Self

from catalog.cells import CellError, text, words
from catalog.entries import isrc_of, source_of
from catalog.headers import plain


class Measured(NamedTuple):
    """Of a song: beats a minute as they are written, and seconds where they are known."""

    tempo: Any
    duration_seconds: float | None


class Tempi:
    """By ISRC, id, track id, or artist and title; on disk as soon as they are many."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("CREATE TABLE tempi (name INTEGER PRIMARY KEY, tempo, seconds)")
        self._db.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()

    def add(self, row: dict[str, Any], tempo: float, duration_seconds: float | None) -> None:
        """Keeps a row's tempo under all of its names; of two the first counts."""
        for name in _names(row):
            self._db.execute(
                "INSERT OR IGNORE INTO tempi VALUES (?, ?, ?)",
                (_number(name), tempo, duration_seconds),
            )

    def find(self, row: dict[str, Any]) -> Measured | None:
        """The tempo of the song that has one of the row's names, the surest name first."""
        for name in _names(row):
            found = self._db.execute(
                "SELECT tempo, seconds FROM tempi WHERE name = ?", (_number(name),)
            ).fetchone()
            if found is not None:
                return Measured(*found)
        return None


def _names(row: dict[str, Any]) -> Iterator[str]:
    if isrc := isrc_of(row):
        yield isrc
    try:
        source = source_of(row)
    except CellError:
        source = ""
    if source:
        yield source
    if (track := words(row.get("track_id"))) and track != source:
        yield track
    title, artist = words(row.get("title")), text(row.get("artist"))
    if title and artist:
        first = re.split(r"[,;&]|\bfeat\b", artist)[0]
        yield f"song {plain.__wrapped__(title)} {plain.__wrapped__(first)}"


def _number(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
