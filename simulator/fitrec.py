"""Workouts of FitRec (Endomondo): one dict a line, as a Python literal or as JSON.

Coordinates, profile addresses and all else but times and heart rates are dropped on reading.
"""

import ast
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from catalog.cells import shown
from catalog.tables import readable
from catalog.texts import open_text

Line = tuple[int, dict[str, Any] | str]
"""The line's number, and the wanted keys, or a sentence on why the line cannot be read."""

KEYS = ("userId", "id", "sport", "timestamp", "heart_rate")
NEEDED = ("timestamp", "heart_rate")
KEYS_SHOWN = 20
TOO_DEEP = "the line is nested too deep to be read"


def read_lines(path: Path) -> Iterator[Line]:
    """The wanted keys of every line that is not blank. FileError when the file cannot be read."""
    with readable(path, "text"), open_text(path) as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield number, _read(line.strip())


def _read(line: str) -> dict[str, Any] | str:
    try:
        value = _json_or_literal(line)
    except _LineError as error:
        return str(error)
    if not isinstance(value, dict):
        return "the line is no dict"
    missing = [key for key in NEEDED if not isinstance(value.get(key), list)]
    if missing:
        keys = ", ".join(map(shown, islice(value, KEYS_SHOWN)))
        return f"no list under {' and '.join(missing)}; keys: {keys}"
    if len(value["timestamp"]) != len(value["heart_rate"]):
        return f"{len(value['timestamp'])} timestamps, {len(value['heart_rate'])} heart rates"
    return {key: value[key] for key in KEYS if key in value}


class _LineError(Exception):
    """A line cannot be read; the text says why."""


def _json_or_literal(line: str) -> Any:
    try:
        return msgspec.json.decode(line)
    except msgspec.DecodeError:
        return _literal(line)
    except RecursionError:
        raise _LineError(TOO_DEEP) from None


def _literal(line: str) -> Any:
    """The value of a Python literal; never evaluated, so a name or a call in it is refused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a program should not hold
            tree = ast.parse(line, mode="eval")
    except (SyntaxError, ValueError):
        raise _LineError("the line is neither JSON nor a Python literal") from None
    except (RecursionError, MemoryError):
        raise _LineError(TOO_DEEP) from None
    try:
        return ast.literal_eval(tree)
    except (ValueError, TypeError):
        names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
        holds = f"the name {shown(names[0])!r}" if names else "more than values"
        raise _LineError(f"the line is no plain literal: it holds {holds}") from None
    except RecursionError:
        raise _LineError(TOO_DEEP) from None
