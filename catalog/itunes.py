"""The library that iTunes and Music export as XML."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalog.markup import pieces

COLUMNS = {
    "Persistent ID": "persistent",
    "Name": "title",
    "Artist": "artist",
    "Total Time": "duration_ms",
    "BPM": "tempo",
    "Genre": "genre",
    "Year": "year",
}
TRACK_DEPTH = 3
"""A dictionary in that of all tracks, in that of the library."""
SOUNDLESS = frozenset({"Movie", "Podcast", "TV Show", "Has Video"})


def tracks(path: Path) -> Iterator[dict[str, Any]]:
    """Its tracks without films and podcasts; playlists only name tracks, and are left out."""
    depth, key, part = 0, "", ""
    row: dict[str, Any] = {}
    for piece in pieces(path):
        if piece.name == "dict":
            depth += 1 if piece.starts else -1
            if piece.starts and depth == TRACK_DEPTH:
                row = {}
            elif not piece.starts and depth == TRACK_DEPTH - 1 and part == "Tracks" and row:
                if not SOUNDLESS & row.keys():
                    yield _track(row)
                row = {}
        elif piece.name == "key" and not piece.starts:
            key = piece.text
            part = key if depth == 1 else part
        elif not piece.starts and depth == TRACK_DEPTH:
            row[key] = piece.text


def _track(found: dict[str, Any]) -> dict[str, Any]:
    row = {ours: found.get(theirs) for theirs, ours in COLUMNS.items()}
    persistent = row.pop("persistent")
    return {**row, "id": f"itunes:{persistent}" if persistent else None}
