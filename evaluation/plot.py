"""A picture of how well songs fit: one workout with its songs, and the gap of each policy."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from evaluation.fit import PolicyFit, measure
from evaluation.playing import Play
from evaluation.policies import POLICIES
from evaluation.segments import Segment
from evaluation.trial import Trial

COLOURS = {
    "original": "tab:orange",
    "constant": "tab:gray",
    "tempofit": "tab:green",
    "tempofit-responsive": "tab:blue",
    "oracle": "tab:purple",
    "oracle-catalog": "tab:brown",
    "limit": "tab:pink",
}
ON_WORKOUT = ("tempofit", "original")
"""Policies whose songs are drawn over the workout."""


def draw(path: Path, what: Trial, fits: dict[str, PolicyFit], seed: int) -> None:
    """Write the picture, with the stretch whose gap is the median of all under the first policy.

    Raises OSError where it cannot be written, ValueError where its name ends in no kind of picture.
    """
    names = [name for name in ON_WORKOUT if name in fits] or list(fits)[:1]
    segment = _typical(what, names[0], seed)
    figure = Figure(figsize=(12, 8), layout="constrained")
    FigureCanvasAgg(figure)
    workout, gaps = figure.subplots(2, 1, height_ratios=(3, 2))
    songs = {name: POLICIES[name](segment, what.setup, str(seed)) for name in names}
    _workout(workout, segment, songs)
    _gaps(gaps, fits)
    figure.savefig(path, dpi=110)


def _typical(what: Trial, name: str, seed: int) -> Segment:
    def gap(segment: Segment) -> float:
        return float(measure(segment, POLICIES[name](segment, what.setup, str(seed))).raw.mean())

    ranked = sorted(what.segments, key=gap)
    return ranked[len(ranked) // 2]


def _workout(axes: Axes, segment: Segment, songs: dict[str, list[Play]]) -> None:
    minutes = np.arange(segment.seconds) / 60
    end = segment.seconds / 60
    axes.plot(minutes, segment.heart_rates, color="tab:red", alpha=0.35, lw=4, label="heart rate")
    axes.plot(minutes, segment.targets, color="black", lw=1, label="target tempo")
    for name, plays in songs.items():
        edges = [*(min(one.starts_ms / 60_000, end) for one in plays), end]
        tempi = [one.tempo for one in plays]
        axes.stairs(tempi, edges, baseline=None, color=COLOURS[name], lw=2, label=name)
    axes.set(title="A typical workout and its songs", xlabel="minutes", ylabel="beats a minute")
    axes.legend(loc="lower right", ncols=2)
    axes.grid(alpha=0.3)


def _gaps(axes: Axes, fits: dict[str, PolicyFit]) -> None:
    places, colours = np.arange(len(fits)), [COLOURS[name] for name in fits]
    spreads = [fit.spread.get("gap_raw_mean") for fit in fits.values()]
    raw, heard = (
        [getattr(fit, field) for fit in fits.values()]
        for field in ("gap_raw_mean", "gap_heard_mean")
    )
    bars = axes.barh(places - 0.2, raw, 0.36, color=colours, label="raw")
    words = [
        f"{gap:.1f}" if sd is None else f"{gap:.1f} ± {sd:.1f}"
        for gap, sd in zip(raw, spreads, strict=True)
    ]
    axes.bar_label(bars, words, padding=3)
    bars = axes.barh(places + 0.2, heard, 0.36, color=colours, alpha=0.5, label="as heard")
    axes.bar_label(bars, fmt="%.1f", padding=3)
    axes.set(title="Mean gap between target and song", xlabel="beats a minute")
    axes.set_yticks(places, list(fits))
    axes.invert_yaxis()
    axes.legend(loc="lower right")
