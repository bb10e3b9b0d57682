"""Rows of JSON: an object a line, or one array of them."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from catalog.errors import FileError
from catalog.texts import encoding_of, lines_of, open_text

HEADER_ROWS = 1_000
"""In which every column occurs at least once."""
MAX_ARRAY_BYTES = 64 << 20
MAX_PARTS = 50

Row = dict[str, Any] | str
"""What a line holds, or why it holds nothing."""


def json_headers(path: Path) -> list[str]:
    """The names in the first thousand rows, in their order."""
    names: dict[str, None] = {}
    for _, row in islice(json_rows(path), HEADER_ROWS):
        if isinstance(row, dict):
            names.update(dict.fromkeys(row))
    return list(names)


def json_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """The objects of a file, numbered from 1 by line, or by place in the array."""
    with open_text(path, encoding_of(path)) as text:
        start = text.read(100).lstrip()
    if start.startswith("["):
        yield from enumerate(_array(path), start=1)
        return
    with open_text(path, encoding_of(path)) as text:
        for number, line in enumerate(lines_of(text, path), start=1):
            if line.strip():
                yield number, _object(line)


def _object(line: str) -> Row:
    try:
        found = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError) as error:
        return f"no JSON: {error}"
    return _flat(found)


def _array(path: Path) -> list[Row]:
    with open_text(path, encoding_of(path)) as text:
        whole = text.read(MAX_ARRAY_BYTES + 1)
    if len(whole) > MAX_ARRAY_BYTES:
        raise FileError(
            f"{path} is one JSON array of more than {MAX_ARRAY_BYTES >> 20} MB: write an object a "
            "line (JSON lines), which can be read piece by piece."
        )
    try:
        found = msgspec.json.decode(whole)
    except (msgspec.DecodeError, RecursionError) as error:
        raise FileError(f"{path} cannot be read as JSON: {error}.") from None
    return [_flat(row) for row in found]


def _flat(found: Any) -> Row:
    if not isinstance(found, dict):
        return "no object"
    return {name: _joined(value) for name, value in found.items()}


def _joined(value: Any) -> Any:
    """Several artists or genres as one text; each may be an object that has a name."""
    if isinstance(value, dict):
        return value.get("name")
    if isinstance(value, list):
        parts = (_joined(part) for part in value[:MAX_PARTS])
        return ", ".join(part for part in parts if isinstance(part, str))
    return value
