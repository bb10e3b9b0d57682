"""Tempi by ear: what the command, the page and peers hear in tracks whose tempo is known."""

import os
import subprocess
import sys
import wave
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from benchmarks import machine
from benchmarks.average import PeerError, peer_python
from benchmarks.tracks import SAMPLE_RATE, Samples, Track, sound, tracks
from catalog.audio import middle
from catalog.beat import SAME, SURE, Beat
from catalog.listening import Listener
from local.project import PROJECT

PEERS = ("librosa", "aubio", "essentia")
OCTAVES = (1, 2, 1 / 2, 3, 1 / 3)
"""A tempo times one of these counts where octaves do: of a waltz three beats may be one."""
TIMEOUT_SECONDS = 1800

Say = Callable[[str], None]


class HearingError(Exception):
    """A detector failed; the sentence shows what it said last."""


class Share(msgspec.Struct, frozen=True):
    """Of some tracks: the share within 4 % of their tempo, and that times an octave."""

    tracks: int
    right: float
    right_but_for_octave: float


class Sureness(msgspec.Struct, frozen=True):
    """Of the tracks that a detector was sure of, and of the others, how many were right."""

    sure: int
    sure_right: int
    unsure: int
    unsure_right: int
    unsure_other_right: int
    """Where the second guess, which one tap takes, was right."""


class Report(msgspec.Struct, frozen=True):
    """What `tempofit bench tempo --json` prints, by detector: `command`, `page`, and peers."""

    machine: str
    seconds: float
    all: dict[str, Share]
    groups: dict[str, dict[str, Share]]
    sureness: dict[str, Sureness]
    left_out: dict[str, str]


def run(every: int, *, with_peers: bool = True, progress: Say = lambda sentence: None) -> Report:
    """Every detector on the same files, each `every`th track. Raises HearingError, MissingError."""
    played = list(tracks())[::every]
    with TemporaryDirectory(prefix="tempofit-bench-") as directory:
        progress(f"Playing {len(played)} tracks")
        files = [_write(Path(directory, f"{n}.wav"), track) for n, track in enumerate(played)]
        progress("The command listens")
        beats = {"command": _command(files), "page": []}
        progress("The page's detector listens")
        beats["page"] = _page(files)
        heard = {
            name: [beat.tempo if beat else None for beat in some] for name, some in beats.items()
        }
        left_out: dict[str, str] = {}
        for name in PEERS if with_peers else ():
            progress(f"{name} listens")
            try:
                heard[name] = _peer(name, files, progress)
            except (PeerError, HearingError) as error:
                left_out[name] = str(error)
    groups: dict[str, list[int]] = defaultdict(list)
    for number, track in enumerate(played):
        groups[track.group].append(number)
    return Report(
        machine.describe(),
        len(sound(played[0])) / SAMPLE_RATE,
        {name: _share(played, tempi) for name, tempi in heard.items()},
        {
            group: {
                name: _share([played[n] for n in some], [tempi[n] for n in some])
                for name, tempi in heard.items()
            }
            for group, some in groups.items()
        },
        {name: _sureness(played, some) for name, some in beats.items()},
        left_out,
    )


def _write(path: Path, track: Track) -> Path:
    samples: Samples = sound(track)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, len(samples), "NONE", ""))
        file.writeframes((samples * 32_000).astype("<i2").tobytes())
    return path


def _command(files: Sequence[Path]) -> list[Beat | None]:
    listener = Listener(files[0].with_name("sounds.jsonl"))
    heard = listener.beats([(file, file.name) for file in files])
    return [heard[file.name] for file in files]


def _page(files: Sequence[Path]) -> list[Beat | None]:
    names = [file.with_suffix(".f32") for file in files]
    for file, name in zip(files, names, strict=True):
        middle(file).astype("<f4").tofile(name)
    said = _call(["node", "scripts/hear.js"], names, PROJECT / "frontend")
    return msgspec.json.decode(said, type=list[Beat | None])


def _peer(name: str, files: Sequence[Path], progress: Say) -> list[float | None]:
    python = peer_python(name, progress)
    said = _call([python, "-m", "benchmarks.peers.tempi", name], files, PROJECT)
    return msgspec.json.decode(said.splitlines()[-1], type=list[float | None])


def _call(command: Sequence[str], files: Iterable[Path], folder: Path) -> bytes:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    try:
        done = subprocess.run(  # noqa: S603 - our own commands
            command,
            input="\n".join(map(str, files)).encode(),
            cwd=folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise HearingError(f"{command[0]} cannot be run: {error}.") from None
    if done.returncode or not done.stdout:
        said = done.stderr.decode(errors="replace").strip() or "it printed nothing."
        raise HearingError(f"{' '.join(command[-2:])} failed: {said.splitlines()[-1]}")
    return done.stdout


def is_same(tempo: float | None, other: float) -> bool:
    """Whether a tempo is within 4 % of another."""
    return tempo is not None and abs(tempo / other - 1) <= SAME


def _share(played: Sequence[Track], tempi: Sequence[float | None]) -> Share:
    pairs = list(zip(tempi, (track.tempo for track in played), strict=True))
    right = sum(is_same(tempo, known) for tempo, known in pairs)
    octave = sum(
        any(is_same(tempo, known * octave) for octave in OCTAVES) for tempo, known in pairs
    )
    return Share(len(pairs), round(right / len(pairs), 3), round(octave / len(pairs), 3))


def _sureness(played: Sequence[Track], beats: Sequence[Beat | None]) -> Sureness:
    known = [(beat, track.tempo) for beat, track in zip(beats, played, strict=True) if beat]
    sure = [(beat, tempo) for beat, tempo in known if beat.confidence >= SURE]
    unsure = [(beat, tempo) for beat, tempo in known if beat.confidence < SURE]
    return Sureness(
        len(sure),
        sum(is_same(beat.tempo, tempo) for beat, tempo in sure),
        len(unsure),
        sum(is_same(beat.tempo, tempo) for beat, tempo in unsure),
        sum(is_same(beat.other, tempo) for beat, tempo in unsure),
    )
