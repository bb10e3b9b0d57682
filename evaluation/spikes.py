"""What the filter of spikes does to recorded lines: made spikes, and a sprint that is none.

The averages without it are those of the plain line: the area under it, by its length.
"""

from collections.abc import Sequence
from random import Random

import numpy as np
from msgspec import Struct

from evaluation.live import EMIT_EVERY_MS, GAP_MS
from evaluation.segments import Numbers, Segment
from events.samples import MAX_HEART_RATE, MIN_HEART_RATE
from lambdas.domain.window import Window, average, fold, is_due_to_emit

INTERVAL_SECONDS = 30
SPIKE_EVERY_SECONDS, SPIKE_SECONDS = 60, 3
"""Between the beginnings of two spikes, and how long one is at most."""
SPIKE_BY = (40, 90)
"""By how many beats a minute the line is more."""
SPRINT_BY, SPRINT_SECONDS, SPRINT_WITHIN = 30, 30, 2
"""A heart jumps by so much for so long; it came through when the newest heart rate is so near."""
FAR = 2
START_MS = 1_760_000_000_000


class Effect(Struct, frozen=True):
    """Beats a minute by which averages over 30 s are moved, every 5 s, on the shown stretches."""

    spikes: int
    """How many were made: of 1 to 3 s, one a minute."""
    moved_mean: float
    moved_most: float
    """By a spike, of the averages that hold one."""
    moved_far: float
    """The share of these that are moved by more than two."""
    unfiltered_mean: float
    unfiltered_most: float
    """The same without the filter."""
    own_mean: float
    """By the filter alone, on the lines as they were recorded, which have spikes and jumps too."""
    sprints: int
    sprint_seconds: float
    """Until a jump of 30 that lasts is the newest heart rate, at most."""


def effect(segments: Sequence[Segment], seed: int) -> Effect:
    """What the filter does to these lines, with spikes that the seed draws."""
    moved, unfiltered, own, sprints, spikes = [], [], [], [], 0
    for segment in segments:
        random = Random(f"{seed} {segment.user} {segment.workout} {segment.number}")
        line = np.clip(np.round(segment.heart_rates), MIN_HEART_RATE, MAX_HEART_RATE)
        spiked, made = _spiked(line, random)
        spikes += made
        at, as_recorded = _averages(line)
        _, with_spikes = _averages(spiked)
        plain, plain_spiked = _plain(line)[at], _plain(spiked)[at]
        touched = plain_spiked != plain
        moved.append(np.abs(with_spikes - as_recorded)[touched])
        unfiltered.append(np.abs(plain_spiked - plain)[touched])
        own.append(np.abs(as_recorded - plain))
        sprints.append(_sprint_seconds(line))
    with_filter, without, alone = (np.concatenate(each) for each in (moved, unfiltered, own))
    return Effect(
        spikes=spikes,
        moved_mean=float(with_filter.mean()),
        moved_most=float(with_filter.max()),
        moved_far=float((with_filter > FAR).mean()),
        unfiltered_mean=float(without.mean()),
        unfiltered_most=float(without.max()),
        own_mean=float(alone.mean()),
        sprints=len(sprints),
        sprint_seconds=max(sprints),
    )


def _spiked(line: Numbers, random: Random) -> tuple[Numbers, int]:
    """The line with spikes, and how many."""
    out, places = (
        line.copy(),
        range(INTERVAL_SECONDS, len(line) - SPIKE_SECONDS, SPIKE_EVERY_SECONDS),
    )
    for place in places:
        seconds = slice(place, place + random.randint(1, SPIKE_SECONDS))
        out[seconds] = np.minimum(MAX_HEART_RATE, out[seconds] + random.randint(*SPIKE_BY))
    return out, len(places)


def _averages(line: Numbers) -> tuple[list[int], Numbers]:
    """The seconds after the first interval at which an average is made, and the averages."""
    window, seconds, found = Window(INTERVAL_SECONDS * 1000), [], []
    for second, heart_rate in enumerate(line.tolist()):
        at_ms = START_MS + second * 1000
        fold(window, ((at_ms, heart_rate),), at_ms, GAP_MS)
        if second >= INTERVAL_SECONDS and is_due_to_emit(window, EMIT_EVERY_MS):
            window.emitted_ms = at_ms
            seconds.append(second)
            found.append(average(window))
    return seconds, np.array(found)


def _plain(line: Numbers) -> Numbers:
    """The average at each second without a filter; nan before the first interval is whole."""
    area = np.concatenate(([0.0], np.cumsum((line[1:] + line[:-1]) / 2)))
    out = np.full(len(line), np.nan)
    out[INTERVAL_SECONDS:] = (area[INTERVAL_SECONDS:] - area[:-INTERVAL_SECONDS]) / INTERVAL_SECONDS
    return out


def _sprint_seconds(line: Numbers) -> float:
    """How long a jump in the middle of a stretch takes to be the newest heart rate."""
    start = len(line) // 2
    level = line[start - 1]
    level += SPRINT_BY if level + SPRINT_BY <= MAX_HEART_RATE else -SPRINT_BY
    line = np.concatenate((line[:start], np.full(SPRINT_SECONDS, level)))
    window = Window(INTERVAL_SECONDS * 1000)
    for second, heart_rate in enumerate(line.tolist()):
        fold(window, ((START_MS + second * 1000, heart_rate),), START_MS + second * 1000, GAP_MS)
        if second >= start and abs(window.newest - level) <= SPRINT_WITHIN:
            return second - start
    return float(SPRINT_SECONDS)
