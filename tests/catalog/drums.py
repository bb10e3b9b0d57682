"""Drums as events/beats.json describes them, and files of them in the formats that people have."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np

from catalog.audio import SAMPLE_RATE, Samples
from catalog.beat import Beat

CASES = Path(__file__).parents[2] / "events" / "beats.json"
CODECS = {
    ".mp3": "libmp3lame",
    ".m4a": "aac",
    ".flac": "flac",
    ".opus": "libopus",
    ".wav": "pcm_s16le",
    ".aiff": "pcm_s16be",
}


class Case(msgspec.Struct, frozen=True):
    """Drums, bar after bar: on which beats, and what is heard."""

    case: str
    tempo: float
    beats: int
    kicks: list[float]
    hats: list[float]
    seconds: int
    heard: Beat | None


def cases() -> list[Case]:
    return msgspec.json.decode(CASES.read_bytes(), type=list[Case])


def drums(
    tempo: float,
    kicks: Sequence[float] = (0, 1, 2, 3),
    hats: Sequence[float] = (),
    beats: int = 4,
    seconds: float = 46,
) -> Samples:
    """A kick of 60 Hz and a hat of noise, each dying away."""
    samples = np.zeros(int(seconds * SAMPLE_RATE))
    at = np.arange(1800)
    kick = np.sin(2 * np.pi * 60 * at / SAMPLE_RATE) * np.exp(-at / 600)
    hat = 0.3 * np.sin(at * at * 0.37) * np.exp(-at / 120)
    beat = 60 / tempo * SAMPLE_RATE
    for bar in range(int(len(samples) / beat / beats) + 1):
        for sound, places in ((kick, kicks), (hat, hats)):
            for place in places:
                start = int((bar * beats + place) * beat + 0.5)
                room = samples[start : start + len(sound)]
                room += sound[: len(room)]
    return samples.astype(np.float32)


def record(path: Path, samples: Samples) -> Path:
    """A file of these samples, in the format of its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rate = 48_000 if path.suffix == ".opus" else 24_000
    sounds = np.repeat(samples * 0.8, rate // SAMPLE_RATE)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(CODECS[path.suffix], rate=rate, layout="mono")
        resampler = av.AudioResampler(
            format=stream.format, layout="mono", rate=rate, frame_size=960
        )
        frame = av.AudioFrame.from_ndarray(
            (sounds[np.newaxis] * 32_000).astype(np.int16), format="s16", layout="mono"
        )
        frame.sample_rate = rate
        for ready in [*resampler.resample(frame), *resampler.resample(None), None]:
            container.mux(stream.encode(ready))
    return path
