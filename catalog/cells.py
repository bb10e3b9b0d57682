"""What stands in one place of a file, as text or as a number in range, whatever it is."""

import math
from typing import Any

SHOWN_LETTERS = 60


class CellError(Exception):
    """A value that cannot be used: how it is shown, and why, as the reason of a refused row."""

    def __init__(self, value: Any, reason: str) -> None:
        super().__init__(reason)
        self.value = shown(value)
        self.reason = reason


class Unreadable:
    """Stands for a value that the file holds and Python does not, a day of the year 20,000, say."""

    def __init__(self, words: str) -> None:
        self._words = words

    def __str__(self) -> str:
        return self._words


def text(value: Any) -> str:
    """The value as text that can be written anywhere; empty for none, and for one unreadable."""
    return "" if isinstance(value, Unreadable) else _text(value)


def shown(value: Any) -> str:
    """The value for a person, cut where it is long."""
    words = _text(value)
    return words if len(words) <= SHOWN_LETTERS else f"{words[:SHOWN_LETTERS]}…"


def number(value: Any, what: str, low: float, high: float, within: str) -> float:
    """The value as a number from `low` to `high`, which is `within` in words, with its unit.

    CellError when there is none, when it is no number, or when it lies outside.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        raise CellError(value, f"no {what}")
    if isinstance(value, Unreadable):
        raise CellError(value, f"the {what} cannot be read")
    try:
        read = float(value)
    except (TypeError, ValueError, RecursionError):
        read = math.nan
    except OverflowError:  # whole numbers have no end
        read = math.inf
    if math.isnan(read):
        raise CellError(value, f"the {what} is no number")
    if not low <= read <= high:
        raise CellError(value, f"{what} outside {within}")
    return read


def _text(value: Any) -> str:
    if value is None:
        return ""
    try:
        words = str(value)
    except (ValueError, RecursionError):  # thousands of digits, or of lists in each other
        return f"{type(value).__name__} that is too long to show"
    return words.encode("utf-8", "replace").decode().strip()
