"""Rows that an import refuses: counted by reason, the first ones kept, all of them in a file."""

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from catalog.errors import FileError, Refused
from catalog.tables import first_few

KEPT = 10_000
"""Of a million rows that are all refused alike, the memory ends before they do."""
SHOWN = 10


class Refusals:
    """What was refused so far; `kept` are the first ten thousand."""

    def __init__(self) -> None:
        self.kept: list[Refused] = []
        self.reasons: Counter[str] = Counter()
        self._examples: dict[str, Refused] = {}
        self._writer: Any = None
        self._columns = 0

    @property
    def count(self) -> int:
        """Of all rows."""
        return self.reasons.total()

    def add(self, row: Refused) -> None:
        """Counts a row, and writes it to the file where there is one."""
        self.reasons[row.reason] += 1
        self._examples.setdefault(row.reason, row)
        if len(self.kept) < KEPT:
            self.kept.append(row)
        if self._writer:
            self._writer.writerow((row.row, row.value, row.reason, row.file)[: self._columns])

    @contextmanager
    def written_to(self, path: Path | None, *, several: bool) -> Iterator[None]:
        """Meanwhile every row is written to a CSV file, with its own file where there are several.

        FileError when the file cannot be written.
        """
        if path is None:
            yield
            return
        self._columns = 4 if several else 3
        try:
            with path.open("w", newline="", encoding="utf-8") as file:
                self._writer = csv.writer(file)
                self._writer.writerow(("row", "value", "reason", "file")[: self._columns])
                yield
        except OSError as error:
            raise FileError(f"{path} cannot be written: {error.strerror}.") from None
        finally:
            self._writer = None

    def lines(self) -> list[str]:
        """Each row where they are few, else each reason with its count and an example."""
        if self.count <= SHOWN:
            return first_few(self.kept)
        return [
            _line(self._examples[reason], count) for reason, count in self.reasons.most_common()
        ]


def _line(example: Refused, count: int) -> str:
    if not example.row:
        others = f", and so {'is' if count == 2 else 'are'} {count - 1:,} more" if count > 1 else ""
        return f"{example.value} {example.reason}{others}."
    return (
        f"{count:,} {'row' if count == 1 else 'rows'}: {example.reason}, such as "
        f"{_place(example)} ({example.value!r})"
    )


def _place(row: Refused) -> str:
    return f"{row.file} row {row.row:,}" if row.file else f"row {row.row:,}"
