"""Workouts of FitRec (Endomondo): one dict a line, as a Python literal or as JSON, or in a list.

Coordinates, profile addresses and all else but times and heart rates are dropped on reading, before
anything is made of them: a line may have megabytes.
"""

import ast
import re
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import msgspec

from catalog.cells import shown
from catalog.tables import readable
from catalog.texts import open_text

Line = tuple[int, dict[str, Any] | str]
"""The number of the line, or of the workout in a list, and the wanted keys, or a sentence on why it
cannot be read."""

KEYS = ("userId", "id", "sport", "timestamp", "heart_rate")
NEEDED = ("timestamp", "heart_rate")
KEYS_SHOWN = 20
LONGEST = 20_000_000
"""Letters of a workout: a day of all that a watch measures each second has fewer."""
CHUNK = 1 << 20
TOO_DEEP = "the line is nested too deep to be read"
TOO_LONG = f"the line is longer than {LONGEST:,} letters, which no workout is"
CUT = "the file ends within it"

_FLAT = re.compile(r"""(['"])(\w+)\1\s*:\s*(\[[^][{}'"]*\])""")
"""A key and its list of plain values."""
_NO_NUMBER = re.compile(r"[-+]?\b(?:nan|NaN|inf|Infinity|None)\b")
_MARK = re.compile(r"""[][{}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|["']""", re.DOTALL)
"""A bracket or a string; a quote alone is of a string that does not end here."""


def read_lines(path: Path) -> Iterator[Line]:
    """The wanted keys of every line that is not blank. FileError when the file cannot be read."""
    with readable(path, "text"), open_text(path) as file:
        for number, text in _texts(file):
            yield number, text if text in (CUT, TOO_LONG) else _read(text)


def _texts(file: TextIO) -> Iterator[tuple[int, str]]:
    """The workouts as they stand there: one a line, or the elements of the list that begins."""
    number, line = 1, file.readline(LONGEST + 1)
    while line and not line.strip():
        number, line = number + 1, file.readline(LONGEST + 1)
    if re.match(r"\s*\[\s*(?:\{|$)", line):
        yield from _elements(file, line)
        return
    while line:
        if len(line) > LONGEST:
            while len(line) > LONGEST and not line.endswith("\n"):
                line = file.readline(LONGEST + 1)
            yield number, TOO_LONG
        elif line.strip():
            yield number, line.strip()
        number, line = number + 1, file.readline(LONGEST + 1)


def _elements(file: TextIO, begun: str) -> Iterator[tuple[int, str]]:
    """The elements of a list that are lists or dicts, however they are spread over lines."""
    text, at, begin, depth, number = begun, begun.index("[") + 1, 0, 0, 0
    while True:
        mark = _MARK.search(text, at)
        if mark is None or mark[0] in "\"'":
            more = file.read(CHUNK)
            if not more or len(text) > LONGEST:
                if depth:
                    yield number, CUT if not more else TOO_LONG
                return
            at = mark.start() - begin if mark and depth else len(text) - begin if depth else 0
            text, begin = (text[begin:] if depth else "") + more, 0
            continue
        at = mark.end()
        if mark[0] in "[{":
            if depth == 0:
                begin, number = mark.start(), number + 1
            depth += 1
        elif mark[0] in "]}":
            if depth == 0:
                return
            depth -= 1
            if depth == 0:
                yield number, text[begin:at]


def _read(line: str) -> dict[str, Any] | str:
    lists: dict[str, list[Any]] = {}
    try:
        value = _json_or_literal(_FLAT.sub(lambda found: _without_list(found, lists), line))
    except _LineError as error:
        return str(error)
    if not isinstance(value, dict):
        return "the line is no dict"
    value |= {key: lists[key] for key in lists if key in value}
    missing = [key for key in NEEDED if not isinstance(value.get(key), list)]
    if missing:
        keys = ", ".join(map(shown, islice(value, KEYS_SHOWN)))
        return f"no list under {' and '.join(missing)}; keys: {keys}"
    if len(value["timestamp"]) != len(value["heart_rate"]):
        return f"{len(value['timestamp'])} timestamps, {len(value['heart_rate'])} heart rates"
    return {key: value[key] for key in KEYS if key in value}


def _without_list(found: re.Match[str], lists: dict[str, list[Any]]) -> str:
    """The key with an empty list; what a wanted one holds goes into `lists`, if it is numbers."""
    key = found[2]
    if key in NEEDED:
        try:
            lists[key] = msgspec.json.decode(_NO_NUMBER.sub("null", found[3]), type=list[Any])
        except msgspec.DecodeError:
            return found[0]
    return f"{found[1]}{key}{found[1]}: []"


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
