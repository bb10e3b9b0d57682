"""Workouts of FitRec (Endomondo): one dict a line, as a Python literal or as JSON.

Coordinates, profile addresses and all else but times and heart rates are dropped on reading.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from catalog.tables import FileError, open_text

Line = tuple[int, dict[str, Any] | str]
"""The line's number, and the wanted keys, or a sentence on why the line cannot be read."""

KEYS = ("userId", "id", "sport", "timestamp", "heart_rate")
NEEDED = ("timestamp", "heart_rate")


def read_lines(path: Path) -> Iterator[Line]:
    """The wanted keys of every line that is not blank. FileError when the file cannot be read."""
    try:
        with open_text(path) as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, _read(line.strip())
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise FileError(f"{path} cannot be read: {error}.") from None


def _read(line: str) -> dict[str, Any] | str:
    try:
        value = msgspec.json.decode(line)
    except msgspec.DecodeError:
        value = _literal(line)
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return "the line is no dict"
    missing = [key for key in NEEDED if not isinstance(value.get(key), list)]
    if missing:
        return f"no list under {' and '.join(missing)}; keys: {', '.join(map(str, value))}"
    if len(value["timestamp"]) != len(value["heart_rate"]):
        return f"{len(value['timestamp'])} timestamps, {len(value['heart_rate'])} heart rates"
    return {key: value[key] for key in KEYS if key in value}


def _literal(line: str) -> Any:
    """The value of a Python literal; never evaluated, so a name or a call in it is refused."""
    try:
        tree = ast.parse(line, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "the line is neither JSON nor a Python literal"
    try:
        return ast.literal_eval(tree)
    except (ValueError, TypeError, RecursionError):
        names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
        return f"the line is no plain literal: it holds the name {(names or ['?'])[0]!r}"
