"""The JSONPath that selection expressions and mapping templates use: `$.a.b[0]['c']`."""

import re
from functools import cache
from typing import Any

STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[(\d+)\]|\['([^']+)'\]")


def find(path: str, document: Any) -> Any:
    """What stands at `path` in `document`, or None where nothing does.

    Raises ValueError for a path with anything but names and positions.
    """
    for step in _steps(path):
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return None
    return document


@cache
def _steps(path: str) -> tuple[str | int, ...]:
    if not re.fullmatch(rf"\$(?:{STEP.pattern})*", path):
        raise ValueError(f"The path {path!r} is not understood here: use $.name[0]['name'].")
    return tuple(
        int(position) if position else name or quoted
        for name, position, quoted in STEP.findall(path)
    )
