"""What another library takes for the tempo of each file: `python -m benchmarks.peers.tempi NAME`.

File names come on standard input, one a line; a line of JSON goes out, beats a minute or null.
"""

import json
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any


def _librosa() -> Callable[[str], float]:
    librosa: Any = import_module("librosa")

    def tempo(path: str) -> float:
        samples, rate = librosa.load(path, sr=None, mono=True)
        found, _ = librosa.beat.beat_track(y=samples, sr=rate)
        return float(found.item() if hasattr(found, "item") else found)

    return tempo


def _aubio() -> Callable[[str], float]:
    """As the command `aubio tempo` does: the median of the beats' distances."""
    aubio: Any = import_module("aubio")
    numpy: Any = import_module("numpy")

    def tempo(path: str) -> float:
        source = aubio.source(path, 0, 512)
        tracker = aubio.tempo("default", 1024, 512, source.samplerate)
        beats = []
        while True:
            samples, read = source()
            if tracker(samples):
                beats.append(tracker.get_last_s())
            if read < 512:
                return float(numpy.median(60 / numpy.diff(beats))) if len(beats) > 2 else 0.0

    return tempo


def _essentia() -> Callable[[str], float]:
    import_module("essentia").log.infoActive = False
    standard: Any = import_module("essentia.standard")

    def tempo(path: str) -> float:
        samples = standard.MonoLoader(filename=path, sampleRate=44100)()
        return float(standard.RhythmExtractor2013(method="multifeature")(samples)[0])

    return tempo


PEERS = {"librosa": _librosa, "aubio": _aubio, "essentia": _essentia}


if __name__ == "__main__":
    listen = PEERS[sys.argv[1]]()
    print(json.dumps([listen(line.strip()) for line in sys.stdin]))
