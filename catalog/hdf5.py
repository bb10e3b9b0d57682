"""The Million Song Dataset's HDF5 files: one track, or all of them in a summary.

Its layout: T. Bertin-Mahieux and others, The Million Song Dataset, ISMIR 2011.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalog.errors import FileError

BATCH_ROWS = 10_000
GROUPS = {
    "metadata/songs": {"song_id": "id", "title": "title", "artist_name": "artist"},
    "analysis/songs": {
        "track_id": "track_id",
        "duration": "duration_seconds",
        "tempo": "tempo",
        "time_signature": "meter",
    },
    "musicbrainz/songs": {"year": "year"},
}
"""Of each table, its columns and ours. Its energy is 0 everywhere, never computed: left out."""
OPTIONAL = "musicbrainz/songs"
INSTALL = "make hdf5"


def hdf5_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The songs of a file. FileError when it is damaged, of another layout, or h5py is missing."""
    try:
        import h5py
    except ImportError:
        raise FileError(
            f"{path} is HDF5, which needs the package h5py: install it with `{INSTALL}`."
        ) from None
    try:
        with h5py.File(path, "r") as file:
            yield from _rows(path, file)
    except (OSError, RuntimeError) as error:
        raise FileError(
            f"{path} cannot be read as HDF5: {str(error).rstrip('. ')}. It is damaged or cut "
            "short: get it again."
        ) from None


def _rows(path: Path, file: Any) -> Iterator[dict[str, Any]]:
    tables = {group: _table(path, file, group) for group in GROUPS}
    count = min(len(table) for table in tables.values() if table is not None)
    for start in range(0, count, BATCH_ROWS):
        columns: dict[str, list[Any]] = {}
        for group, names in GROUPS.items():
            table = tables[group]
            if table is None:
                continue
            part = table[start : min(start + BATCH_ROWS, count)]
            for theirs, ours in names.items():
                columns[ours] = part[theirs].tolist()
        for values in zip(*columns.values(), strict=True):
            yield dict(zip(columns, values, strict=True))


def _table(path: Path, file: Any, group: str) -> Any:
    table = file.get(group)
    names = getattr(getattr(table, "dtype", None), "names", None) or ()
    lacking = [name for name in GROUPS[group] if name not in names]
    if not lacking:
        return table
    if group == OPTIONAL:
        return None
    raise FileError(
        f"{path} is HDF5 of another layout than the Million Song Dataset's: it has no "
        f"{'table' if table is None else 'column ' + lacking[0] + ' in'} /{group}."
    )
