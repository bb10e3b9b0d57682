"""What can be said of a column only when all of it was seen: its unit, and whether it is empty."""

from collections.abc import Iterable
from math import isfinite
from typing import Any

from msgspec import Struct

from catalog.cells import Unreadable, is_empty, read_number, seconds_of, text

MANY_SECONDS = 10_000.0
"""No song is so long: where all durations are, they are milliseconds."""
WHOLE = ("title", "tempo", "duration_seconds", "duration_ms")
"""Columns that are useless when nothing is in them."""


class Survey(Struct):
    """Of a list: its rows, how many have something in each column, and the units."""

    rows: int
    filled: dict[str, int]
    tempi: int
    """Rows with a tempo other than 0, which stands for none in many programs."""
    energy_percent: bool
    energy_believed: bool
    """Not when it is 0 in every row: it was never computed."""
    milliseconds: bool
    """Durations are, though no header says so."""

    def empty(self, columns: Iterable[str]) -> list[str]:
        """Those of the columns in which nothing is."""
        return [name for name in columns if name in WHOLE and not self._has(name)]

    def _has(self, name: str) -> bool:
        return bool(self.tempi if name == "tempo" else self.filled.get(name))


def survey(rows: Iterable[tuple[int, dict[str, Any]]]) -> Survey:
    """What stands in all rows of a list together."""
    count = tempi = percents = fractions = nonzero = long = short = 0
    filled = dict.fromkeys(WHOLE, 0)
    for _, row in rows:
        count += 1
        for name in WHOLE:
            value = row.get(name)
            filled[name] += not is_empty(value)
        tempi += _is_tempo(row.get("tempo"))
        energy = row.get("energy")
        if energy is not None and energy != "" and isfinite(share := read_number(energy)):
            nonzero += share != 0
            percents += 1 < share <= 100
            fractions += 0 < share <= 1
        duration = row.get("duration_seconds")
        if duration is not None and duration != "" and seconds_of(duration) is None:
            seconds = read_number(duration)
            long += seconds > MANY_SECONDS
            short += 0 < seconds <= MANY_SECONDS
    return Survey(count, filled, tempi, percents > fractions, nonzero > 0, long > 0 == short)


def _is_tempo(value: Any) -> bool:
    if value is None or isinstance(value, Unreadable) or is_empty(value):
        return False
    return text(value).strip("0., ") != ""


PLAIN = Survey(0, {}, 0, energy_percent=False, energy_believed=True, milliseconds=False)
"""Of a list whose columns need no second look."""
