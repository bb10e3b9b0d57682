"""The collection that rekordbox exports as XML."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalog.markup import pieces

COLUMNS = {
    "title": "Name",
    "artist": "Artist",
    "duration_seconds": "TotalTime",
    "tempo": "AverageBpm",
    "genre": "Genre",
    "year": "Year",
}


def tracks(path: Path) -> Iterator[dict[str, Any]]:
    """Its tracks; those of its playlists only name them by key, and are left out.

    A TrackID counts from 1 in every collection, so a track is known by its place instead.
    """
    for piece in pieces(path):
        if piece.starts and piece.name == "TRACK" and "Key" not in piece.attributes:
            row = {ours: piece.attributes.get(theirs) for ours, theirs in COLUMNS.items()}
            yield {**row, "place": piece.attributes.get("Location")}
