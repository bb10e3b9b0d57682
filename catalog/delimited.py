"""Rows of CSV files as programs and spreadsheets leave them: separators, encodings, quotes."""

import csv
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.texts import encoding_of, lines_of, open_text

SEPARATORS = ",;\t|"
MAX_RECORD_LINES = 100
"""Of a quoted text; one that goes on is a quotation mark too few."""

Cells = list[str]
NumberedCells = tuple[int, Cells]
"""With the row's number as a spreadsheet shows it: the header is row 1."""


@contextmanager
def open_delimited(
    path: Path, known: Callable[[Cells], int]
) -> Iterator[tuple[Cells, Iterator[NumberedCells]]]:
    """The headers of a file and its rows, those of no cell left out.

    `known` counts the headers that mean something to the caller: it decides on the separator.
    """
    with open_text(path, encoding_of(path)) as file:
        lines = lines_of(file, path)
        first, separator = "", ""
        for line in lines:
            if line.lower().startswith("sep=") and len(line.strip()) <= 5:  # Excel's own
                separator = line[4:5] if line[4:5] in SEPARATORS else ""
            elif line.strip(SEPARATORS + " \r\n"):
                first = line
                break
        chosen = separator or max(
            SEPARATORS, key=lambda mark: (known(_split(first, mark)), first.count(mark))
        )
        headers = _split(first, chosen)
        yield headers, _rows(lines, chosen, len(headers))


def _split(line: str, separator: str) -> Cells:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return line.rstrip("\r\n").split(separator)


def _rows(lines: Iterator[str], separator: str, width: int) -> Iterator[NumberedCells]:
    """Records; where a quotation mark is too few, the lines it ran through, each by itself."""
    put_back: deque[str] = deque()

    def take() -> str:
        return put_back.popleft() if put_back else next(lines, "")

    number = 1
    while line := take():
        number += 1
        taken: list[str] = []
        try:
            cells = next(csv.reader(_lines(line, take, taken), delimiter=separator), [])
        except csv.Error:
            cells = []
        if len(cells) != width or (taken and _is_whole(line, separator, width)):
            put_back.extendleft(reversed(taken))
            cells = _mended(line, separator, width)
        if cells:
            yield number, cells


def _lines(line: str, take: Callable[[], str], taken: list[str]) -> Iterator[str]:
    """The line and, as far as a text in quotation marks goes on, those after it."""
    yield line
    while len(taken) < MAX_RECORD_LINES and (line := take()):
        taken.append(line)
        yield line


def _is_whole(line: str, separator: str, width: int) -> bool:
    """Whether a line has all cells by itself, so that its open quotation mark is one too few.

    In the last cell it may open a text of several lines.
    """
    pieces = line.split(separator)
    return len(pieces) == width and '"' not in pieces[-1]


def _mended(line: str, separator: str, width: int) -> Cells:
    """A line of too few or too many cells, without its quotation marks where that is better."""
    pieces = line.rstrip("\r\n").split(separator)
    if '"' in line and len(pieces) == width:
        return [piece.strip().strip('"').replace('""', '"') for piece in pieces]
    return _split(line, separator)
