"""What `tempofit songs import` takes from music files: the songs of a folder, tempi for a table."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
from rich.console import Console
from rich.progress import Progress

from catalog.audio import MissingError
from catalog.files import read_songs
from catalog.folder import File, Found, LeftOut, read_files, read_folder, tell_tempi
from catalog.listening import Listener
from catalog.matching import Matcher
from catalog.tables import FileError, Refused
from events.session import Song
from local.project import PROJECT

T = TypeVar("T")

MEMORY = Path(os.environ.get("TEMPOFIT_SOUNDS") or PROJECT / ".tempofit" / "sounds.jsonl")
"""What was heard is kept here, for the next import."""


class Tempo(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the tempo of a song comes from: `tag` or `detected`, and how sure that is, 0 to 1."""

    id: str
    title: str
    artist: str
    file: str
    tempo: float
    tempo_from: str
    confidence: float
    or_tempo: float | None = None
    """What it is else, where the detector is not sure."""


class Listened(msgspec.Struct, frozen=True):
    """Songs from music files, where their tempi come from, and the files that are none."""

    songs: list[Song]
    tempi: list[Tempo]
    refused: list[Refused]


def songs_of_folder(folder: Path, *, show: bool) -> Listened:
    """The songs of a folder of music files. FileError when they cannot be read."""
    left: list[LeftOut] = []
    found = _listening(show, lambda listener: list(read_folder(folder, listener, left.append)))
    refused = [Refused(0, one.file, one.reason) for one in left]
    return Listened([one.song for one in found], [_tempo(one) for one in found], refused)


def songs_of_table(table: Path, folder: Path, *, show: bool) -> Listened:
    """The songs of a table, those without a tempo with that of their file in `folder`.

    FileError when the table or the folder cannot be used.
    """
    if not folder.is_dir():
        raise FileError(f"{folder} is no folder: --detect takes one with the files of the songs.")
    return _listening(show, lambda listener: _of_table(table, folder, listener))


def _of_table(table: Path, folder: Path, listener: Listener) -> Listened:
    """Reads the table twice: to know which files to listen to, then with their tempi."""
    matcher = Matcher(list(read_files(folder, lambda _: None)))
    wanted: dict[str, File] = {}
    named: dict[tuple[str, str, float], str] = {}

    def want(artist: str, title: str, seconds: float) -> None:
        if file := matcher.file_of(artist, title, seconds):
            wanted[file.name] = file
            named[artist, title, seconds] = file.name

    for _ in read_songs(table, lambda _: None, want):
        pass  # only rows without a tempo ask for one
    told = tell_tempi(folder, list(wanted.values()), listener)

    def tell(artist: str, title: str, seconds: float) -> float | None:
        found = told.get(named.get((artist, title, seconds), ""))
        return found.tempo if found else None

    refused: list[Refused] = []
    songs = list(read_songs(table, refused.append, tell))
    names = [named.get((song.artist, song.title, song.duration_seconds), "") for song in songs]
    tempi = [
        _tempo(Found(name, song, told[name]))
        for song, name in zip(songs, names, strict=True)
        if name in told
    ]
    return Listened(songs, tempi, refused)


def _listening(show: bool, work: Callable[[Listener], T]) -> T:
    console = Console(stderr=True)
    shown = Progress(console=console, transient=True, disable=not (show and console.is_terminal))
    with shown:
        task = shown.add_task("Listening for the tempo", total=None)

        def step(done: int, total: int) -> None:
            shown.update(task, completed=done, total=total)

        try:
            return work(Listener(MEMORY, step))
        except MissingError as error:
            raise FileError(str(error)) from None
        except OSError as error:
            raise FileError(f"{error.filename or MEMORY}: {error.strerror}.") from None


def _tempo(found: Found) -> Tempo:
    song, told = found.song, found.told
    return Tempo(
        song.id,
        song.title,
        song.artist,
        found.file,
        told.tempo,
        told.source,
        told.confidence,
        told.other,
    )


def tempo_lines(tempi: Sequence[Tempo]) -> list[str]:
    """Where the tempi come from, and each that the detector is not sure of, as sentences."""
    if not tempi:
        return []
    detected = sum(tempo.tempo_from == "detected" for tempo in tempi)
    unsure = [tempo for tempo in tempi if tempo.or_tempo is not None]
    lines = [f"{len(tempi) - detected:,} tempi are from tags, {detected:,} detected."]
    if unsure:
        lines.append(f"Not sure of {len(unsure):,}; a tag BPM in the file decides:")
    lines.extend(
        f"{one.file}: {one.tempo:g}, or {one.or_tempo:g} ({one.confidence:.0%} sure)"
        for one in unsure
    )
    return lines
