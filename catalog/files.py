"""A person's own songs, from whatever lists of them there are: files, and folders of files."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from catalog.cells import CellError, is_empty, read_number, shown, words
from catalog.entries import UNKNOWN_ARTIST, Entry, duration_of, entry_of, tempo_of
from catalog.errors import FileError, NoSongsError, Refused
from catalog.headers import SONGS, require_columns, without_tempo
from catalog.identity import Identity, Place
from catalog.kinds import Kind, kind_of
from catalog.survey import PLAIN, Survey, survey
from catalog.tables import BROKEN, open_rows, readable
from catalog.tempi import Tempi
from events.session import Song

_NEEDED = (("title",), ("artist",), ("duration_seconds", "duration_ms"), ("tempo",))
_DURATIONS = frozenset({"duration_seconds", "duration_ms"})
_NAMES = frozenset({"id", "track_id", "isrc"})

Refuse = Callable[[Refused], None]
Told = Callable[[FileError], None]
TempoOf = Callable[[str, str, float], float | None]
"""The tempo of a song, by artist, title and seconds, where its row has none."""


class Read(NamedTuple):
    """A song with its names, and where it was read."""

    entry: Entry
    place: Place


class List(NamedTuple):
    """A list of songs: its file, its headers, the columns that have something, and their units."""

    path: Path
    headers: Sequence[str]
    columns: frozenset[str]
    empty: Sequence[str]
    survey: Survey

    @property
    def lacks_songs(self) -> bool:
        """It has tempi by some id, for the songs of other lists."""
        return "title" not in self.columns and "tempo" in self.columns

    @property
    def lacks_tempo(self) -> bool:
        """Its songs have no tempo, or no duration, which another list may have."""
        return "tempo" not in self.columns or not self.columns & _DURATIONS


def read_songs(path: Path, refused: Refuse) -> Iterator[Song]:
    """The songs of a file or of a folder's files; what is none goes to `refused` with the reason.

    Refused: no title, a tempo outside 40-250 beats a minute, a duration outside 45-900 s, either
    of them no number, a song that an earlier row has, an id or a text that is too long. Unreadable
    genre, energy, year and meter are left out, a missing artist is "Unknown artist". FileError when
    a file, or all of a folder, cannot be used.
    """
    errors: list[FileError] = []
    count = 0
    with Identity() as identity:
        for read in read_entries([path], refused, errors.append):
            if known := identity.find(read.entry):
                refused(same_song(read, known.place))
                continue
            identity.add(read.entry, read.place, b"")
            count += 1
            yield read.entry.song
    if errors and (path.is_file() or not count):
        raise errors[0]


def read_entries(
    paths: Sequence[Path], refused: Refuse, told: Told, heard: TempoOf | None = None
) -> Iterator[Read]:
    """The songs of all files, folders among them, with tempi of one for songs of another.

    For a song that has none, or 0, `heard` is asked. What cannot be used goes to `told`, and the
    rest goes on.
    """
    several = len(paths) > 1 or any(path.is_dir() for path in paths)
    waiting: list[List] = []
    bare: list[List] = []
    measured = 0
    for one in _lists(paths, told):
        if one.lacks_songs:
            bare.append(one)
        elif one.lacks_tempo and not (heard and one.columns & _DURATIONS):
            waiting.append(one)
        else:
            measured += 1
            yield from _entries(one, refused, told, several, heard=heard)
    if not waiting or not (measured or bare):
        for one in (*waiting, *bare):
            told(_useless(one))
        return
    with Tempi() as tempi:
        for one in _lists(paths, _pass):
            if not one.lacks_tempo or one.lacks_songs:
                _fill(tempi, one)
        for one in waiting:
            yield from _entries(one, refused, told, several, tempi)


def same_song(read: Read, earlier: Place) -> Refused:
    """The refusal of a song that an earlier row has, of this file or another."""
    of = f" of {earlier.file}" if earlier.file != read.place.file else ""
    value = f"{shown(read.entry.song.id)}, as row {earlier.row}{of}"
    return Refused(read.place.row, value, "an earlier row has the same song", read.place.file)


def _pass(error: FileError) -> None:
    """It was told before."""


def _lists(paths: Sequence[Path], told: Told) -> Iterator[List]:
    """Every list that is named, and those below a folder, where what is none is passed over."""
    for path in paths:
        if not path.is_dir():
            try:
                yield _look(path)
            except FileError as error:
                told(error)
            continue
        count = 0
        for file in _below(path):
            try:
                yield _look(file)
                count += 1
            except NoSongsError:
                continue
            except FileError as error:
                count += 1
                told(error)
        if not count:
            told(NoSongsError(f"{path} holds no list of songs that can be read."))


def _below(path: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(folder, name)
            if not name.startswith(".") and file.is_file():
                yield file


def _look(path: Path) -> List:
    """What a file holds, before its songs are read. FileError when that is no list of songs."""
    with readable(path, "a list"):
        if kind_of(path) is Kind.HDF5:  # each says so itself, and a million of them are read once
            return List(path, (), frozenset({"title", "tempo", "duration_seconds"}), (), PLAIN)
    with open_rows(path, SONGS) as table:
        columns, headers = frozenset(table.columns), table.headers
        is_list = {"title", "artist"} <= columns or ({"tempo"} <= columns and columns & _NAMES)
        if not is_list:
            require_columns(path, headers, columns, _NEEDED)
        found = survey(table.rows)
    if not found.rows:
        raise FileError(f"{path} has headers, and no song below them.")
    empty = [name for name in found.empty(columns) if name != "title"]
    return List(path, headers, columns - frozenset(empty), empty, found)


def _useless(one: List) -> FileError:
    """Why a list that waited for another one gives nothing."""
    if one.empty:
        rows = f"all {one.survey.rows:,} rows" if one.survey.rows > 1 else "its one row"
        names = " and ".join(name.partition("_")[0] for name in one.empty)
        hint = f" {without_tempo(one.headers)}" if "tempo" in one.empty else ""
        return FileError(f"{one.path} has nothing in its column for {names}, in {rows}.{hint}")
    try:
        require_columns(one.path, one.headers, one.columns, _NEEDED)
    except FileError as error:
        if one.lacks_songs:
            return FileError(f"{error} If it has only tempi, give the list of their songs with it.")
        return error
    raise AssertionError(one)


def _entries(
    one: List,
    refused: Refuse,
    told: Told,
    several: bool,
    tempi: Tempi | None = None,
    heard: TempoOf | None = None,
) -> Iterator[Read]:
    file = str(one.path) if several else ""
    try:
        with open_rows(one.path, SONGS) as table:
            for number, row in table.rows:
                try:
                    whole = _whole(row, tempi)
                    if heard:
                        whole = _heard(whole, one.survey, heard)
                    entry = entry_of(whole, one.survey)
                except CellError as bad:
                    refused(Refused(number, bad.value, bad.reason, file))
                else:
                    yield Read(entry, Place(file, number))
    except FileError as error:
        told(error)


def _whole(row: dict[str, Any], tempi: Tempi | None) -> dict[str, Any]:
    """A row with what another list knows of its song."""
    if reason := row.get(BROKEN):
        raise CellError("", reason)
    if tempi is None:
        return row
    found = tempi.find(row)
    if found is None:
        raise CellError(row.get("title"), "no tempo in any of the files")
    row = row | {"tempo": found.tempo}
    if found.duration_seconds is not None and not any(row.get(name) for name in _DURATIONS):
        row["duration_ms"] = found.duration_seconds * 1000
    return row


def _heard(row: dict[str, Any], found: Survey, tempo_of: TempoOf) -> dict[str, Any]:
    """A row with the tempo of its song's file, where it has none."""
    if not is_empty(row.get("tempo")) and read_number(row["tempo"]) != 0:
        return row
    title, artist = words(row.get("title")), words(row.get("artist")) or UNKNOWN_ARTIST
    tempo = tempo_of(artist, title, duration_of(row, found))
    if tempo is None:
        raise CellError(title, "no tempo, and no file of its artist, title and length with a beat")
    return row | {"tempo": tempo}


def _fill(tempi: Tempi, one: List) -> None:
    """Keeps the tempi of a list, which was told before if it cannot be read to its end."""
    with suppress(FileError), open_rows(one.path, SONGS) as table:
        for _, row in table.rows:
            with suppress(CellError):
                tempo = tempo_of(row)
                try:
                    duration_seconds = duration_of(row, one.survey)
                except CellError:
                    duration_seconds = None
                tempi.add(row, tempo, duration_seconds)
