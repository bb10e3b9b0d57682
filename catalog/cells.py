"""What stands in one place of a file, as text or as a number in range, whatever it is."""

import ast
import html
import math
import re
import warnings
from typing import Any

SHOWN_LETTERS = 60
MAX_NUMBER_LETTERS = 100
"""Of one that is written otherwise than Python does."""

_PLAIN = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_GROUPED = re.compile(r"[+-]?\d{1,3}([., '’]\d{3})+")
_BYTES = re.compile(r"""b(['"]).*\1""", re.DOTALL)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,6});")
_CLOCK = re.compile(r"\s*(?:(\d{1,4}):)?(\d{1,6}):(\d\d)(?:[.,](\d{1,6}))?\s*")
_UNIT = re.compile(r"\s*(bpm|%|ms|s|sec|seconds)\.?\s*$", re.IGNORECASE)


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


def words(value: Any) -> str:
    """Text as it was before a program wrote it as a Python literal of bytes, or for a web page."""
    found = text(value)
    if found[:1] == "b" and _BYTES.fullmatch(found):
        found = _decoded(found)
    return html.unescape(found).strip() if _ENTITY.search(found) else found


def shown(value: Any) -> str:
    """The value for a person, cut where it is long."""
    words = _text(value)
    return words if len(words) <= SHOWN_LETTERS else f"{words[:SHOWN_LETTERS]}…"


def is_empty(value: Any) -> bool:
    """Nothing, no number, or text that says so."""
    if isinstance(value, str):
        return value.strip().lower() in ("", "nan", "null", "none", "n/a", "-")
    return value is None or (isinstance(value, float) and math.isnan(value))


def seconds_of(value: Any) -> float | None:
    """The seconds of a clock such as `3:27`, `0:03:27` or `1:02:03.5`; None when it is none."""
    if not isinstance(value, str) or not (clock := _CLOCK.fullmatch(value)):
        return None
    hours, minutes, seconds, part = clock.groups()
    return int(hours or 0) * 3600 + int(minutes) * 60 + float(f"{seconds}.{part or 0}")


def read_number(value: Any) -> float:
    """The value as a number: also with a decimal comma, grouped thousands or its unit behind it.

    NaN when it is none, infinite when it is larger than numbers are.
    """
    try:
        return _float(value)
    except (TypeError, ValueError, RecursionError):
        return math.nan
    except OverflowError:  # whole numbers have no end
        return math.inf


def number(value: Any, what: str, low: float, high: float, within: str) -> float:
    """The value as a number from `low` to `high`, which is `within` in words, with its unit.

    CellError when there is none, when it is no number, or when it lies outside.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        raise CellError(value, f"no {what}")
    if isinstance(value, Unreadable):
        raise CellError(value, f"the {what} cannot be read")
    read = read_number(value)
    if math.isnan(read):
        raise CellError(value, f"the {what} is no number")
    if not low <= read <= high:
        raise CellError(value, f"{what} outside {within}")
    return read


def _float(value: Any) -> float:
    if not isinstance(value, str) or _PLAIN.fullmatch(value):
        return float(value)
    if len(value) > MAX_NUMBER_LETTERS:
        return math.nan
    written = _UNIT.sub("", value.strip()).replace("\N{NO-BREAK SPACE}", " ")
    if "," not in written:
        if written.count(".") > 1 and _GROUPED.fullmatch(written):
            return float(written.replace(".", ""))
        return float("nan") if "_" in written else float(written)
    if "." in written:  # the last of the two divides
        point = max(",.", key=written.rfind)
        return float(written.replace(",."[point == ","], "").replace(point, "."))
    if written.count(",") > 1:
        return float(written.replace(",", "")) if _GROUPED.fullmatch(written) else math.nan
    return float(written.replace(",", "."))


def _decoded(literal: str) -> str:
    try:
        with warnings.catch_warnings(action="ignore", category=Warning):  # of odd escapes
            found = ast.literal_eval(literal)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return literal
    return found.decode("utf-8", "replace").strip() if isinstance(found, bytes) else literal


def _text(value: Any) -> str:
    if value is None:
        return ""
    try:
        words = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    except (ValueError, RecursionError):  # thousands of digits, or of lists in each other
        return f"{type(value).__name__} that is too long to show"
    return words.encode("utf-8", "replace").decode().strip()
