"""The page's music as samples: rendered by a real Chromium, and looked at by numbers."""

import base64
from typing import Any

import numpy as np
from playwright.sync_api import Browser

from benchmarks.onsets import RATE, Samples, band, onsets, script

__all__ = ["RATE", "Samples", "band", "decibels", "onsets", "rendered", "script"]


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
