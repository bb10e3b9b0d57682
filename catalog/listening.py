"""Tempi by ear: music files listened to on all cores, and what was heard kept for the next time."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

import msgspec

from catalog.audio import SoundError, middle
from catalog.beat import Beat, find_beat

Step = Callable[[int, int], None]
"""Told how many files are heard, of how many."""


class Heard(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of the memory: a sound, its beat or that it has none, its song's id."""

    sound: str
    beat: Beat | None = None
    silent: bool = False
    """Whether it was listened to without a beat."""
    song_id: str = ""


class Listener:
    """Listens to files, and remembers what it heard in a file of one JSON line each.

    Each line is written as soon as it is known, so what was heard before a stop is not heard again.
    """

    def __init__(self, memory: Path, step: Step = lambda done, total: None) -> None:
        self._memory, self._step = memory, step
        self._beats: dict[str, Beat | None] = {}
        self._ids: dict[str, str] = {}
        for line in _lines(memory):
            if line.song_id:
                self._ids[line.sound] = line.song_id
            if line.beat or line.silent:
                self._beats[line.sound] = line.beat

    def beats(self, files: Sequence[tuple[Path, str]]) -> dict[str, Beat | None]:
        """The beat of each file by its sound; None where there is none. Raises OSError."""
        new = {sound: path for path, sound in files if sound not in self._beats}
        for done, (sound, beat) in enumerate(_heard(new), start=1):
            self._beats[sound] = beat
            self._write([Heard(sound, beat=beat, silent=beat is None)])
            self._step(done, len(new))
        return {sound: self._beats[sound] for _, sound in files}

    def id_of(self, sound: str) -> str | None:
        """The id under which the sound was imported before."""
        return self._ids.get(sound)

    def keep_ids(self, ids: Iterable[tuple[str, str]]) -> None:
        """Remembers under which id each sound was imported. Raises OSError."""
        new = [(sound, song) for sound, song in ids if self._ids.get(sound) != song]
        self._ids.update(new)
        self._write([Heard(sound, song_id=song) for sound, song in new])

    def _write(self, lines: Sequence[Heard]) -> None:
        if lines:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            with self._memory.open("ab") as file:
                file.write(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))


def _lines(memory: Path) -> Iterator[Heard]:
    """What can be read: a line may be half written where the machine went off."""
    try:
        text = memory.read_bytes()
    except FileNotFoundError:
        return
    for line in text.splitlines():
        try:
            yield msgspec.json.decode(line, type=Heard)
        except msgspec.MsgspecError:
            continue


def _heard(files: dict[str, Path]) -> Iterator[tuple[str, Beat | None]]:
    """Each sound with its beat, as they are done; none for a file that kills its process."""
    left = dict(files)
    try:
        for sound, beat in _in_processes(files):
            del left[sound]
            yield sound, beat
    except BrokenProcessPool:  # one of the rest did it: each in a process of its own
        for sound, path in left.items():
            try:
                yield from _in_processes({sound: path})
            except BrokenProcessPool:
                yield sound, None


def _in_processes(files: dict[str, Path]) -> Iterator[tuple[str, Beat | None]]:
    if not files:
        return
    count = min(os.cpu_count() or 1, len(files))
    # A fork would take along the threads and connections of whoever imports.
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"))
    try:
        sounds: dict[Future[Beat | None], str] = {
            pool.submit(_listen, path): sound for sound, path in files.items()
        }
        for heard in as_completed(sounds):
            yield sounds[heard], heard.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _listen(path: Path) -> Beat | None:
    try:
        return find_beat(middle(path))
    except (SoundError, OSError):
        return None
