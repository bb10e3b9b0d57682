"""How far apart the beats of two recordings are in a change: `python -m benchmarks.transitions`.

Audio elements of a real Chromium play recordings of kicks in real time, as a page does, and what
goes to the loudspeakers is recorded. The clicks of the two songs differ in pitch, so each is found.
"""

import base64
import sys
from collections.abc import Sequence
from statistics import median

import numpy as np
from playwright.sync_api import Browser

from benchmarks import machine
from benchmarks.chromium import chromium
from benchmarks.onsets import Samples, band, onsets, script

RUNS = 10
TEMPI = ((120, 120), (120, 126), (126, 120))
"""Of the song that goes, and of the one that comes, which is bent for four beats."""
CLICKS = ((2_500, 2_000, 3_200), (6_000, 5_000, 7_000))
"""Hertz of each song's clicks, and the band in which they are looked for."""
THRESHOLD = 0.15
CHANGE_AT, SECONDS = 5.3, 14
STEP = 0.13
"""Later by so much in each run, so that songs fall due anywhere in a bar."""
SHARED_SECONDS = 0.2
"""What is farther apart belongs to another beat."""
PAGE = "http://localhost/"
"""Nothing listens there; a page needs an address of this machine to record."""


def main(runs: int) -> None:
    """Print how far apart the beats were, ms."""
    print(machine.describe())
    with chromium() as browser:
        text = script("live")
        for tempi in TEMPI:
            found = [
                gap for run in range(runs) for gap in apart(*played(browser, text, tempi, run))
            ]
            print(f"{tempi[0]} to {tempi[1]}: {said(found)}")


def played(browser: Browser, text: str, tempi: tuple[int, int], run: int) -> tuple[Samples, int]:
    """What was heard, and how many samples a second it has."""
    page = browser.new_page()
    try:
        page.route(f"{PAGE}**", lambda route: route.fulfill(body="", content_type="text/html"))
        page.goto(PAGE)
        page.add_script_tag(content=text)
        page.mouse.click(1, 1)  # browsers play nothing before a press
        plan = {
            "tempi": tempi,
            "clicks": [click for click, *_ in CLICKS],
            "change_at": CHANGE_AT + STEP * run,
            "seconds": SECONDS,
        }
        samples, rate = page.evaluate("plan => live(plan)", plan)
    finally:
        page.close()
    return np.frombuffer(base64.b64decode(samples), np.float32), int(rate)


def apart(heard: Samples, rate: int) -> list[float]:
    """By how many seconds each beat of the song that comes follows one of the song that goes."""
    going, coming = (
        onsets(band(heard, low, high, rate), THRESHOLD, rate) for _, low, high in CLICKS
    )
    nearest = [at - min(going, key=lambda beat: abs(beat - at)) for at in coming if going]
    return [gap for gap in nearest if abs(gap) < SHARED_SECONDS]


def said(gaps: Sequence[float]) -> str:
    """Figures of gaps in seconds, as a line."""
    if not gaps:
        return "no beats were shared"
    ms = sorted(1000 * abs(gap) for gap in gaps)
    return (
        f"{len(ms)} beats of both, {median(ms):.0f} ms apart at the median, "
        f"{ms[int(0.9 * (len(ms) - 1))]:.0f} ms at the 90th percentile, {ms[-1]:.0f} ms at most"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
