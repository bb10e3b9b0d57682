"""What the page's own browser tells while it is measured."""

import gzip
from collections.abc import Sequence
from statistics import median
from typing import Any

from msgspec import Struct
from playwright.sync_api import Page, Response

BLOCKING_MS = 50
"""A task may take so long before an answer to a press is felt to be late (web.dev, TBT)."""
OBSERVE = """
window.measured = { long_tasks: [] };
const observe = (type, note) => new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) note(entry);
}).observe({ type, buffered: true });
observe("paint", ({ name, startTime }) => {
  if (name === "first-contentful-paint") window.measured.first_contentful_paint = startTime;
});
observe("largest-contentful-paint", ({ startTime }) => {
  window.measured.largest_contentful_paint = startTime;
});
observe("longtask", ({ startTime, duration }) => {
  window.measured.long_tasks.push([startTime, duration]);
});
window.addEventListener("click", () => { window.measured.pressed = performance.now(); }, true);

const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (output, ...ports) {
  if (output === this.context.destination) {
    window.listener = this.context.createAnalyser();
    connect.call(this, window.listener);
  }
  return connect.call(this, output, ...ports);
};
const isHeard = () => {
  if (!window.listener) return false;
  const samples = new Float32Array(window.listener.fftSize);
  window.listener.getFloatTimeDomainData(samples);
  return samples.some((sample) => Math.abs(sample) > 0.01);
};
const text = (id) => document.querySelector(`[data-testid="${id}"]`)?.textContent ?? "";
const signs = {
  heart_rate: () => /^\\d+$/.test(text("heart-rate")),
  song: () => text("playing-title") !== "",
  sound: isHeard,
};
const look = () => {
  for (const [name, isThere] of Object.entries(signs)) {
    if (!(name in window.measured) && isThere()) window.measured[name] = performance.now();
  }
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
"""Notes in `window.measured`, in milliseconds since the page was asked for, when what was there."""


class Loaded(Struct, frozen=True):
    """What a page itself had from the network; as the local server sends it, and as gzip."""

    requests: int
    kilobytes: float
    gzip_kilobytes: float


def loaded(bodies: Sequence[bytes]) -> Loaded:
    """Adds up the bodies of answers."""
    return Loaded(
        requests=len(bodies),
        kilobytes=_kilobytes(bodies),
        gzip_kilobytes=_kilobytes([gzip.compress(body) for body in bodies]),
    )


def _kilobytes(bodies: Sequence[bytes]) -> float:
    return round(sum(map(len, bodies)) / 1000, 1)


def total_blocking_ms(long_tasks: Sequence[tuple[float, float]], until_ms: float) -> float:
    """What tasks took beyond 50 ms each; `long_tasks` are [start, duration] in milliseconds."""
    return sum(
        max(0.0, duration - BLOCKING_MS) for start_ms, duration in long_tasks if start_ms < until_ms
    )


def middle(values: Sequence[float]) -> int:
    """The median in whole milliseconds."""
    return round(median(values))


class Network:
    """The bodies that a page was answered with over the network.

    What its service worker answers is none, even where the worker had it from the network first.
    """

    def __init__(self, page: Page) -> None:
        self._responses: list[Response] = []
        page.on("response", lambda response: self._responses.append(response))

    def bodies(self) -> list[bytes]:
        """Of everything answered so far with content."""
        return [
            response.body()
            for response in self._responses
            if response.ok and not response.from_service_worker
        ]


def measured(page: Page) -> dict[str, Any]:
    """What was noted so far."""
    noted: dict[str, Any] = page.evaluate("window.measured")
    return noted
