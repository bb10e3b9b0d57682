"""A running average and what it rests on: what is measured of a person at one moment."""

from typing import Annotated

from msgspec import Meta, Struct

from events.samples import MAX_HEART_RATE, HeartRate, TimeMs


class Pulse(Struct, frozen=True, array_like=True):
    """Heart rates in beats a minute, at the time of the newest sample."""

    at_ms: TimeMs
    previous_ms: TimeMs
    """Time of the average before this one; 0 when it is the first of a session."""
    heart_rate: HeartRate
    """The newest."""
    average: HeartRate
    lowest: HeartRate
    highest: HeartRate
    """Of the last 30 s, or of the interval if that is longer."""
    peak: Annotated[float, Meta(ge=0, le=MAX_HEART_RATE)]
    """Highest average over a whole interval in this session; 0 before there is one."""
    started_ms: TimeMs = 0
    """Time of the first sample since the last silence; 0 when whoever wrote this did not know."""
