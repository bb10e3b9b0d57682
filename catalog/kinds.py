"""What kind of file one is, by what it holds; its name says nothing."""

import re
from enum import Enum
from pathlib import Path

from catalog.errors import FileError, NoSongsError
from catalog.texts import read_head, without_mark

HEAD_BYTES = 4096


class Kind(Enum):
    """Each with what it is called."""

    TABLE = "CSV"
    PARQUET = "Parquet"
    JSON = "JSON"
    HDF5 = "HDF5"
    SQLITE = "an SQLite database"
    REKORDBOX = "rekordbox XML"
    TRAKTOR = "Traktor NML"
    ITUNES = "an iTunes library"
    PLAYLIST = "an M3U playlist"
    SOUND = "a sound"


_MAGIC = (
    (b"PAR1", Kind.PARQUET),
    (b"\x89HDF\r\n\x1a\n", Kind.HDF5),
    (b"SQLite format 3\0", Kind.SQLITE),
    (b"ID3", Kind.SOUND),
    (b"fLaC", Kind.SOUND),
    (b"OggS", Kind.SOUND),
    (b"RIFF", Kind.SOUND),
    (b"FORM", Kind.SOUND),
    (b"\xff\xfb", Kind.SOUND),
    (b"\xff\xf3", Kind.SOUND),
)
_OTHER = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
)
_ROOTS = {"dj_playlists": Kind.REKORDBOX, "nml": Kind.TRAKTOR, "plist": Kind.ITUNES}
_ELEMENT = re.compile(r"<([a-z][\w.-]*)")
_SKIPPED = re.compile(r"<\?.*?\?>|<!--.*?-->", re.DOTALL)
_SOUND_NAME = re.compile(r"\.(mp3|m4a|m4b|aac|flac|ogg|oga|opus|wav|aif|aiff|wma|alac)$", re.I)


def kind_of(path: Path) -> Kind:
    """The kind of a file. NoSongsError when it is one that holds no songs, which is named."""
    head = read_head(path, HEAD_BYTES)
    if not head:
        raise NoSongsError(f"{path} is empty.")
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[4:8] == b"ftyp":
        return Kind.SOUND
    if head.startswith(b"PK\x03\x04"):
        raise _archive(path, head)
    for magic, name in _OTHER:
        if head.startswith(magic):
            raise NoSongsError(f"{path} is {name}, not a list of songs.")
    return _kind_of_text(path, _letters(path, head))


def _archive(path: Path, head: bytes) -> FileError:
    if b"[Content_Types].xml" in head or b"xl/" in head:
        return FileError(f"{path} is an Excel workbook: save it as CSV UTF-8, and give that.")
    return FileError(f"{path} is a ZIP archive: unpack it, and give its folder.")


def _letters(path: Path, head: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if head.startswith(mark):
            return head.decode(encoding, "replace")
    if unmarked := without_mark(head):
        return head.decode(unmarked, "replace")
    if b"\0" in head:
        raise NoSongsError(f"{path} is no text, and of no kind that songs are read from.")
    return head.decode("utf-8-sig", "replace")


def _kind_of_text(path: Path, head: str) -> Kind:
    start = head.lstrip("\N{ZERO WIDTH NO-BREAK SPACE} \t\r\n")
    if start.startswith("<"):
        return _kind_of_markup(path, start.lower())
    if start.startswith("#EXTM3U"):
        return Kind.PLAYLIST
    if re.match(r"\{\s*[\"}]|\[\s*[\[{\]\"]", start):
        return Kind.JSON
    named = [line.strip() for line in start.splitlines()[:-1] or [start]]
    named = [line for line in named if line and not line.startswith("#")]
    if named and all(_SOUND_NAME.search(line) for line in named):
        return Kind.PLAYLIST
    return Kind.TABLE


def _kind_of_markup(path: Path, start: str) -> Kind:
    if "<!doctype html" in start[:1000] or "<html" in start[:1000]:
        raise FileError(
            f"{path} is a web page, not a list of songs: what was saved is the page that shows the "
            "file or asks to log in. Download the file itself."
        )
    element = _ELEMENT.search(_SKIPPED.sub("", start))
    kind = _ROOTS.get(element[1]) if element else None
    if kind is None:
        raise NoSongsError(
            f"{path} is XML of no program that is known here: rekordbox, Traktor, iTunes and "
            "Music are."
        )
    return kind
