"""The line of a workout: a point every 15 s, of which those of a minute are packed together."""

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

STEP_MS = 15_000
MINUTE_MS = 60_000
_POINT = Struct("<HHH")
"""Ms since the minute began, heart rate in tenths and average in hundredths of a beat a minute."""
POINT_BYTES = _POINT.size
MOST = 2**16 - 1
"""More than any heart rate, which whoever reads the line refuses."""


class Point(NamedTuple):
    """Epoch ms, beats/min, and the running average there."""

    at_ms: int
    heart_rate: float
    average: float


def longer(line: bytes, at_ms: int, heart_rate: float, average: float) -> bytes:
    """A minute's line with one point more; of its step, and of later ones, no other stays."""
    rest_ms = at_ms % MINUTE_MS
    while line and (line[-6] | line[-5] << 8) // STEP_MS >= rest_ms // STEP_MS:
        line = line[:-POINT_BYTES]
    numbers = min(round(heart_rate * 10), MOST), min(round(average * 100), MOST)
    return line + _POINT.pack(rest_ms, *numbers)


def is_drawn(line: bytes, at_ms: int) -> bool:
    """Whether the newest point of a line is of this time's step, if the line is of its minute."""
    rest_ms = at_ms % MINUTE_MS
    return line != b"" and (line[-6] | line[-5] << 8) // STEP_MS == rest_ms // STEP_MS


def points(minute: int, line: bytes) -> list[Point]:
    """The points of a minute since the epoch. Raises struct.error when the line is none."""
    return [
        Point(minute * MINUTE_MS + rest_ms, heart_rate / 10, average / 100)
        for rest_ms, heart_rate, average in unpacked(line)
    ]


def unpacked(line: bytes) -> Iterator[tuple[int, int, int]]:
    """Points as they are packed. Raises struct.error when the line is none."""
    return _POINT.iter_unpack(line)
