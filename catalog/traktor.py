"""Traktor's collection.nml."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalog.markup import pieces


def tracks(path: Path) -> Iterator[dict[str, Any]]:
    """The entries of its collection; those of playlists only name them, and are left out."""
    row: dict[str, Any] | None = None
    inside = False
    for piece in pieces(path):
        if piece.name == "COLLECTION":
            inside = piece.starts
        elif piece.name == "ENTRY" and inside:
            if piece.starts:
                row = {"title": piece.attributes.get("TITLE"), "tempo": None}
                row["artist"] = piece.attributes.get("ARTIST")
            elif row is not None:
                yield row
                row = None
        elif piece.starts and row is not None:
            _add(row, piece.name, piece.attributes)


def _add(row: dict[str, Any], name: str, found: Any) -> None:
    if name == "INFO":
        row["duration_seconds"] = found.get("PLAYTIME_FLOAT") or found.get("PLAYTIME")
        row["genre"], row["year"] = found.get("GENRE"), found.get("RELEASE_DATE")
    elif name == "TEMPO":
        row["tempo"] = found.get("BPM")
    elif name == "LOCATION":
        parts = [found.get(part, "") for part in ("VOLUME", "DIR", "FILE")]
        row["place"] = "".join(parts) or None
        row["title"] = row["title"] or parts[2].rpartition(".")[0] or None
