"""Music as samples: the page's scripts that make them, and when something begins in them."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from local.project import PROJECT

RATE = 48_000
Samples = npt.NDArray[np.float32]


def script(name: str = "rendering") -> str:
    """`frontend/test/NAME.ts` as one script."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    return subprocess.run(  # noqa: S603 - our own command
        ["node", "scripts/rendering.js", name],  # noqa: S607 - of the environment that runs this
        cwd=PROJECT / "frontend",
        env={**os.environ, "PATH": path},
        capture_output=True,
        check=True,
        text=True,
    ).stdout


def band(samples: Samples, low: float, high: float | None = None, rate: int = RATE) -> Samples:
    """What is between two frequencies, hertz, of so many samples a second."""
    spectrum = np.fft.rfft(samples)
    frequencies = np.fft.rfftfreq(len(samples), 1 / rate)
    spectrum[(frequencies < low) | (frequencies > (high or rate / 2))] = 0
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)


def onsets(samples: Samples, threshold: float = 0.25, rate: int = RATE) -> list[float]:
    """When something begins, seconds: where an envelope of 2 ms rises to a share of its largest."""
    width = rate // 500
    count = len(samples) // width
    envelope = np.sqrt((samples[: count * width].reshape(count, width) ** 2).mean(axis=1))
    loud = envelope > threshold * envelope.max()
    found: list[float] = []
    for index in np.flatnonzero(loud):
        quiet = envelope[max(0, index - 10) : index].max(initial=0) < 0.5 * envelope[index]
        if quiet and (not found or index * width / rate - found[-1] > 0.1):
            found.append(float(index * width / rate))
    return found
