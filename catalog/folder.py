"""A folder of music files: which files of it are music, what each says, and the songs they are."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

from msgspec import Struct

from catalog.audio import SoundError, sound_key
from catalog.entries import (
    DIGITS,
    MAX_DURATION_SECONDS,
    MAX_LETTERS,
    MIN_DURATION_SECONDS,
    UNKNOWN_ARTIST,
)
from catalog.listening import Listener
from catalog.tags import Tags, named_by, read_tags
from events.session import Song

ENDINGS = frozenset(
    [
        *(".mp3", ".m4a", ".m4b", ".m4p", ".mp4", ".aac", ".flac", ".ogg", ".oga", ".opus"),
        *(".wav", ".wave", ".aif", ".aiff", ".aifc", ".wma", ".wv", ".ape"),
    ]
)
"""Whatever else lies among music (covers, playlists, systems' own files) is passed over."""
NOT_MUSIC = frozenset(
    ("__macosx", "@eadir", "$recycle.bin", "system volume information", "lost+found")
)
"""Folders in which systems keep what looks like music; and those with a point in front."""


class File(Struct, frozen=True):
    """A music file, by its path in the folder: what it says, and what its sound is known by."""

    name: str
    tags: Tags
    sound: str


class LeftOut(Struct, frozen=True):
    """A file that is no song: its path in the folder, and the reason, as the end of a sentence."""

    file: str
    reason: str


class Told(Struct, frozen=True):
    """The tempo of a file: by its tag or by ear, how sure that is, and what else it may be."""

    tempo: float
    source: str
    """`tag` or `detected`."""
    confidence: float
    """That it is within 4 % of what a listener taps, 0 to 1; 1 for a tag's."""
    other: float | None = None
    """Where the detector is not sure: mostly double or half."""


class Found(Struct, frozen=True):
    """A song of the folder: its file and where its tempo comes from."""

    file: str
    song: Song
    told: Told


def music_files(folder: Path) -> list[Path]:
    """The music files in a folder and those within, in the order of their names."""
    seen: set[str] = set()
    out: list[Path] = []
    for place, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:  # a link leads back
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name.lower() not in NOT_MUSIC
        )
        out.extend(Path(place, name) for name in sorted(names) if is_music_name(name))
    return out


def is_music_folder(path: Path) -> bool:
    """Whether the path is a folder with a music file in it."""
    return path.is_dir() and any(
        is_music_name(name) for _, _, names in os.walk(path) for name in names
    )


def read_folder(
    folder: Path,
    listener: Listener,
    left_out: Callable[[LeftOut], None],
    paths: Sequence[Path] | None = None,
) -> Iterator[Found]:
    """The songs of a folder, of all its music files or of `paths`.

    A file that is none goes to `left_out` with the reason.
    A tempo is the tag's, else `listener` detects it. A song keeps the id that it had before,
    wherever its file has gone and whatever its tags say: its sound tells. MissingError where the
    libraries that read music are not installed.
    """
    files = list(read_files(folder, left_out, paths))
    told = tell_tempi(folder, files, listener)
    ids = _ids(files, listener)
    taken: dict[str, str] = {}
    for file, song_id in zip(files, ids, strict=True):
        if song_id in taken:
            left_out(LeftOut(file.name, f"is the same song as {taken[song_id]}"))
        elif file.name not in told:
            left_out(LeftOut(file.name, NO_BEAT))
        else:
            taken[song_id] = file.name
            yield Found(file.name, _song(file.tags, song_id, told[file.name]), told[file.name])
    alone = _alone(files)
    known = zip((file.sound for file in files), ids, strict=True)
    listener.keep_ids([(sound, song_id) for sound, song_id in known if sound in alone])


def tell_tempi(folder: Path, files: Sequence[File], listener: Listener) -> dict[str, Told]:
    """The tempo of each file that has one, by its name; detected where no tag says it."""
    unheard = [file for file in files if file.tags.tempo is None]
    beats = listener.beats([(folder / file.name, file.sound) for file in unheard])
    told = {}
    for file in files:
        if file.tags.tempo is not None:
            told[file.name] = Told(file.tags.tempo, "tag", 1.0)
        elif beat := beats[file.sound]:
            told[file.name] = Told(beat.tempo, "detected", beat.confidence, beat.other)
    return told


def read_files(
    folder: Path, left_out: Callable[[LeftOut], None], paths: Sequence[Path] | None = None
) -> Iterator[File]:
    """What each music file of a folder says; one that can be no song goes to `left_out`."""
    for path in music_files(folder) if paths is None else paths:
        try:
            yield read_file(path, folder)
        except SoundError as error:
            left_out(LeftOut(str(path.relative_to(folder)), str(error)))


NO_BEAT = (
    "has no beat that could be found, and no tag with a tempo from 40 to 250: write its tempo into "
    "the tag BPM with a music player and import it again"
)


def read_file(path: Path, folder: Path) -> File:
    """What a file of the folder says; SoundError when it cannot be a song."""
    try:
        if path.stat().st_size == 0:
            raise SoundError("is empty")
        tags = read_tags(path)
        sound, seconds = sound_key(path)
    except OSError as error:
        raise SoundError(f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    duration = round(tags.duration_seconds or seconds, DIGITS)
    if not MIN_DURATION_SECONDS <= duration <= MAX_DURATION_SECONDS:
        raise SoundError(
            f"is {_length(duration)} long, and songs last from {_length(MIN_DURATION_SECONDS)} to "
            f"{_length(MAX_DURATION_SECONDS)}"
        )
    title, artist = named_by(path, folder)
    return File(
        name=str(path.relative_to(folder)),
        tags=Tags(
            title=(tags.title or title)[:MAX_LETTERS],
            artist=(tags.artist or (artist if not tags.title else "") or UNKNOWN_ARTIST)[
                :MAX_LETTERS
            ],
            genre=tags.genre[:MAX_LETTERS],
            year=tags.year,
            tempo=tags.tempo,
            isrc=tags.isrc,
            recording=tags.recording,
            duration_seconds=duration,
        ),
        sound=sound,
    )


def _song(tags: Tags, song_id: str, told: Told) -> Song:
    return Song(
        id=song_id,
        title=tags.title,
        artist=tags.artist,
        tempo=round(told.tempo, DIGITS),
        duration_seconds=tags.duration_seconds,
        genre=tags.genre or None,
        year=tags.year,
    )


def _ids(files: Sequence[File], listener: Listener) -> list[str]:
    """The id of each file: what its sound was known by before, else what its tags say it is.

    Where several files sound alike, silence say, their tags tell them apart.
    """
    alone = _alone(files)
    return [
        (listener.id_of(file.sound) if file.sound in alone else None) or _id(file.tags)
        for file in files
    ]


def _alone(files: Sequence[File]) -> set[str]:
    """The sounds that one file has."""
    return {sound for sound, count in Counter(file.sound for file in files).items() if count == 1}


def _id(tags: Tags) -> str:
    if tags.isrc:
        return tags.isrc
    if tags.recording:
        return f"mb-{tags.recording}"
    key = f"{tags.artist}\n{tags.title}\n{tags.duration_seconds:.0f}".casefold()
    return f"a-{blake2b(key.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"


def is_music_name(name: str) -> bool:
    """Whether a file is called as music is; what it holds is seen when it is read."""
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in ENDINGS


def _length(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
