"""The sound in a music file: what it is known by, and the stretch that tells its tempo.

Read by PyAV, which brings FFmpeg's decoders; `make audio` installs it, and mutagen.
"""

from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

INSTALL = "make audio"
SAMPLE_RATE = 12_000
"""Hertz; the page decodes for detection at the same."""
STRETCH_SECONDS = 90.0
"""Of the middle: intros and endings are left out where there is enough between them."""
KEY_BYTES = 4_000_000
"""Of the packets in front, which tell one recording from another."""


class SoundError(Exception):
    """A file's sound cannot be read; the text says why, as the end of a sentence about the file."""


class MissingError(Exception):
    """A library that reads music files is not installed; the sentence names the command."""


def require(name: str) -> Any:
    """The module of that name. MissingError where it is not installed."""
    try:
        return import_module(name)
    except ImportError:
        raise MissingError(
            f"Music files are read by mutagen and PyAV, which are not installed: run `{INSTALL}`."
        ) from None


def sound_key(path: Path) -> tuple[str, float]:
    """What is the same for the same sound, whatever its name and tags; and its length in seconds.

    A hash of the first four megabytes of its packets. SoundError where there is no sound.
    """
    with _opened(path) as container:
        stream = _stream(container)
        seconds = float(container.duration or 0) / 1_000_000
        hashed, left = blake2b(digest_size=16), KEY_BYTES
        for packet in container.demux(stream):
            hashed.update(bytes(packet))
            left -= packet.size
            if left <= 0:
                break
        if left == KEY_BYTES:
            raise SoundError("holds no sound")
        return hashed.hexdigest(), seconds


def middle(path: Path, seconds: float = STRETCH_SECONDS) -> Samples:
    """The middle of a file, mono at 12,000 samples a second; SoundError where it cannot be read."""
    av = require("av")
    with _opened(path) as container:
        stream = _stream(container)
        whole = float(container.duration or 0) / 1_000_000
        begin = max(0.0, (whole - seconds) / 2)
        if begin > 1:
            container.seek(int(begin * 1_000_000))
        resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
        parts, left = [], int(seconds * SAMPLE_RATE)
        for frame in _frames(container, stream, av):
            for out in resampler.resample(frame):
                parts.append(out.to_ndarray().reshape(-1))
                left -= len(parts[-1])
            if left <= 0:
                break
    if not parts:
        raise SoundError("holds no sound that can be decoded")
    samples: Samples = np.concatenate(parts)[: int(seconds * SAMPLE_RATE)].astype(np.float32)
    return samples


def _opened(path: Path) -> Any:
    av = require("av")
    try:
        return av.open(str(path), metadata_errors="replace")
    except (av.FFmpegError, UnicodeError, ValueError):
        raise SoundError("is no music that can be read") from None


def _stream(container: Any) -> Any:
    if not container.streams.audio:
        raise SoundError("holds no sound")
    stream = container.streams.audio[0]
    stream.thread_type = "NONE"
    return stream


def _frames(container: Any, stream: Any, av: Any) -> Any:
    """What can be decoded: a damaged packet is passed over, as players do."""
    try:
        for packet in container.demux(stream):
            try:
                yield from packet.decode()
            except av.InvalidDataError:
                continue
    except av.FFmpegError:
        return
