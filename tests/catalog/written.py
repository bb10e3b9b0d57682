"""Lists of songs as other programs write them, made up."""

from pathlib import Path
from typing import Any

from catalog.errors import FileError, Refused
from catalog.files import Read, read_entries, read_songs
from events.session import Song


def read(path: Path) -> tuple[list[Song], list[Refused]]:
    """The songs of a file, and what is refused."""
    refused: list[Refused] = []
    return list(read_songs(path, refused.append)), refused


def read_all(*paths: Path) -> tuple[list[Read], list[Refused], list[str]]:
    """The songs of several files, what is refused, and why files were not read."""
    refused: list[Refused] = []
    unread: list[FileError] = []
    reads = list(read_entries(paths, refused.append, unread.append))
    return reads, refused, [str(error) for error in unread]


def write(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    """The path, with that in it, byte by byte."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def summary(path: Path, songs: list[dict[str, Any]], *, without: str = "") -> Path:
    """The Million Song Dataset's layout, of one song or of many; one group may be left out."""
    import h5py
    import numpy as np

    columns: dict[str, list[tuple[str, Any]]] = {
        "metadata": [("song_id", "S32"), ("title", "S1024"), ("artist_name", "S1024")],
        "analysis": [
            *[("track_id", "S32"), ("duration", "f8"), ("tempo", "f8")],
            *[("time_signature", "i4"), ("energy", "f8")],
        ],
        "musicbrainz": [("year", "i4")],
    }
    with h5py.File(path, "w") as file:
        for group, kinds in columns.items():
            if group == without:
                continue
            table = np.zeros(len(songs), dtype=kinds)
            for name, _ in kinds:
                table[name] = [song.get(name, 0) for song in songs]
            file.create_dataset(f"{group}/songs", data=table)
    return path
