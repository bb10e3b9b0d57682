"""M3U playlists: which files of their own folder they name."""

from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from catalog.texts import encoding_of, lines_of, open_text


def named_files(playlist: Path, left_out: Callable[[str], None]) -> Iterator[Path]:
    """The files that a playlist names, in its order, whether they are there or not.

    Names count from the playlist's folder, with slashes either way. What lies outside of it,
    also through a link, or on another machine, goes to `left_out` as it is written.
    """
    folder = playlist.parent.resolve()
    for entry in entries(playlist):
        file = _inside(folder, entry)
        if file is None:
            left_out(entry)
        else:
            yield file


def entries(playlist: Path) -> Iterator[str]:
    """The lines of a playlist that name something, without its comments."""
    with open_text(playlist, encoding_of(playlist)) as text:
        for line in lines_of(text, playlist):
            entry = line.strip().lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")
            if entry and not entry.startswith("#"):
                yield entry


def _inside(folder: Path, entry: str) -> Path | None:
    if "\0" in entry:
        return None
    if entry.lower().startswith("file:"):
        entry = unquote(urlsplit(entry).path)
    elif "://" in entry:
        return None
    name = PurePosixPath(entry.replace("\\", "/"))
    if len(name.parts) > 0 and len(name.parts[0]) == 2 and name.parts[0][1] == ":":
        return None  # a drive of Windows
    try:
        file = (folder / name).resolve()
    except (OSError, RuntimeError):  # links that lead to each other
        return None
    return file if file.is_relative_to(folder) and file != folder else None
