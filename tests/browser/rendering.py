"""The page's music as samples: rendered by a real Chromium, and looked at by numbers."""

import base64
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Browser

from local.project import PROJECT

RATE = 48_000
Samples = npt.NDArray[np.float32]


def script() -> str:
    """`frontend/test/rendering.ts` as one script."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    return subprocess.run(
        ["node", "scripts/rendering.js"],
        cwd=PROJECT / "frontend",
        env={**os.environ, "PATH": path},
        capture_output=True,
        check=True,
        text=True,
    ).stdout


def rendered(browser: Browser, script: str, plan: dict[str, Any]) -> Samples:
    """Mono samples of what is heard from a press on, 48,000 a second."""
    page = browser.new_page()
    try:
        page.add_script_tag(content=script)
        text = page.evaluate("plan => render(plan)", plan)
    finally:
        page.close()
    return np.frombuffer(base64.b64decode(text), np.float32)


def decibels(power: float) -> float:
    return float(10 * np.log10(power + 1e-20))


def band(samples: Samples, low: float, high: float = RATE / 2) -> Samples:
    """What is between two frequencies, hertz."""
    spectrum = np.fft.rfft(samples)
    frequencies = np.fft.rfftfreq(len(samples), 1 / RATE)
    spectrum[(frequencies < low) | (frequencies > high)] = 0
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)


def onsets(samples: Samples, threshold: float = 0.25) -> list[float]:
    """When something begins, seconds: where an envelope of 2 ms rises to a share of its largest."""
    width = RATE // 500
    count = len(samples) // width
    envelope = np.sqrt((samples[: count * width].reshape(count, width) ** 2).mean(axis=1))
    loud = envelope > threshold * envelope.max()
    found: list[float] = []
    for index in np.flatnonzero(loud):
        quiet = envelope[max(0, index - 10) : index].max(initial=0) < 0.5 * envelope[index]
        if quiet and (not found or index * width / RATE - found[-1] > 0.1):
            found.append(float(index * width / RATE))
    return found
