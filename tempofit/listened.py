"""What `tempofit songs import` takes from music files: songs of folders, tempi for lists."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import Progress

from catalog.audio import MissingError
from catalog.entries import Entry
from catalog.errors import FileError, Refused
from catalog.files import Read, Refuse, TempoOf, read_entries
from catalog.folder import (
    File,
    Found,
    LeftOut,
    is_music_folder,
    is_music_name,
    read_files,
    read_folder,
    tell_tempi,
)
from catalog.identity import Place
from catalog.kinds import Kind, kind_of
from catalog.listening import Listener
from catalog.matching import Matcher
from catalog.playlists import named_files
from local.project import PROJECT

MEMORY = Path(os.environ.get("TEMPOFIT_SOUNDS") or PROJECT / ".tempofit" / "sounds.jsonl")
"""What was heard is kept here, for the next import."""


class Tempo(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the tempo of a song comes from: `tag` or `detected`, and how sure that is, 0 to 1."""

    title: str
    artist: str
    file: str
    tempo: float
    tempo_from: str
    confidence: float
    or_tempo: float | None = None
    """What it is else, where the detector is not sure."""


def is_music(path: Path) -> bool:
    """Whether a path is a folder with music files, a playlist, which names some, or one itself."""
    if path.is_dir():
        return is_music_folder(path)
    try:
        return kind_of(path) is Kind.PLAYLIST
    except (FileError, OSError):
        return path.is_file() and is_music_name(path.name)


def songs_of_music(path: Path, refused: Refuse, *, show: bool) -> tuple[list[Read], list[Tempo]]:
    """The songs of a folder of music files, of those that a playlist names, or of one file.

    Beside them where their tempi come from.

    FileError when they cannot be read.
    """

    def leave_out(one: LeftOut) -> None:
        refused(Refused(0, one.file, one.reason))

    with _listener(show) as listener:
        folder, files = path, None
        if not path.is_dir():
            alone = is_music_name(path.name)
            folder, files = path.parent, [path] if alone else list(_named(path, leave_out))
        found = list(read_folder(folder, listener, leave_out, files))
    reads = [Read(Entry(one.song, (one.song.id,)), Place(one.file, 1)) for one in found]
    return reads, [_tempo(one) for one in found]


def _named(playlist: Path, left_out: Callable[[LeftOut], None]) -> Iterator[Path]:
    def leave_out(name: str) -> None:
        left_out(LeftOut(name, f"is not in the folder of {playlist.name}, or below it"))

    for file in dict.fromkeys(named_files(playlist, leave_out)):
        if file.is_file():
            yield file
        else:
            leave_out(str(file.relative_to(playlist.parent.resolve())))


def tempi_of_folder(
    lists: Sequence[Path], folder: Path, told: Callable[[Tempo], None], *, show: bool
) -> TempoOf:
    """Tempi for the songs of lists that have none, from their files in `folder`.

    The lists are read once for it, to know which files to listen to. FileError when the folder
    cannot be used.
    """
    if not folder.is_dir():
        raise FileError(f"{folder} is no folder: --detect takes one with the files of the songs.")
    with _listener(show) as listener:
        matcher = Matcher(list(read_files(folder, lambda _: None)))
        wanted: dict[tuple[str, str, float], File] = {}

        def want(artist: str, title: str, seconds: float) -> None:
            if file := matcher.file_of(artist, title, seconds):
                wanted[artist, title, seconds] = file

        for _ in read_entries(lists, _pass, _pass, want):
            pass  # only songs without a tempo ask for one
        files = {file.name: file for file in wanted.values()}
        heard = tell_tempi(folder, list(files.values()), listener)

    def tell(artist: str, title: str, seconds: float) -> float | None:
        file = wanted.get((artist, title, seconds))
        if file is None or file.name not in heard:
            return None
        one = heard[file.name]
        told(Tempo(title, artist, file.name, one.tempo, one.source, one.confidence, one.other))
        return one.tempo

    return tell


def _pass(refused: object) -> None:
    """It is told when the songs are read."""


@contextmanager
def _listener(show: bool) -> Iterator[Listener]:
    """A listener that shows how far it is. FileError for what keeps it from listening."""
    console = Console(stderr=True)
    shown = Progress(console=console, transient=True, disable=not (show and console.is_terminal))
    with shown:
        task = shown.add_task("Listening for the tempo", total=None)
        try:
            yield Listener(
                MEMORY, lambda done, total: shown.update(task, completed=done, total=total)
            )
        except MissingError as error:
            raise FileError(str(error)) from None
        except OSError as error:
            raise FileError(f"{error.filename or MEMORY}: {error.strerror}.") from None


def _tempo(found: Found) -> Tempo:
    song, told = found.song, found.told
    return Tempo(
        song.title, song.artist, found.file, told.tempo, told.source, told.confidence, told.other
    )


def tempo_lines(tempi: Sequence[Tempo]) -> list[str]:
    """Where the tempi come from, and each that the detector is not sure of, as sentences."""
    if not tempi:
        return []
    detected = sum(tempo.tempo_from == "detected" for tempo in tempi)
    unsure = [tempo for tempo in tempi if tempo.or_tempo is not None]
    lines = [f"Tempi: {len(tempi) - detected:,} from tags, {detected:,} detected."]
    if unsure:
        lines.append(f"Not sure of {len(unsure):,}; a tag BPM in the file decides:")
    lines.extend(
        f"{one.file}: {one.tempo:g}, or {one.or_tempo:g} ({one.confidence:.0%} sure)"
        for one in unsure
    )
    return lines
