"""Records of a delivery as rows of its table: JSON objects in, the columns' values out."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

Row = dict[str, Any]
_DECODER = json.JSONDecoder()


class RowError(ValueError):
    """A record that is no row of its table; says why, in Firehose's error code and a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = f"DataFormatConversion.{code}"


def _whole(value: Any) -> int:
    if isinstance(value, bool) or int(value) != value:
        raise ValueError(value)
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError(value)
    return float(value)


def _only(kind: type) -> Callable[[Any], Any]:
    def same(value: Any) -> Any:
        if not isinstance(value, kind):
            raise ValueError(value)
        return value

    return same


CASTS: dict[str, tuple[Callable[[Any], Any], pa.DataType]] = {
    "string": (_only(str), pa.string()),
    "bigint": (_whole, pa.int64()),
    "double": (_number, pa.float64()),
    "boolean": (_only(bool), pa.bool_()),
}
"""How a value of JSON becomes one of a column, by the catalog's type, and what it is in a file."""


def schema(columns: Mapping[str, str]) -> pa.Schema:
    """The schema of a file with these columns, all of which may be null."""
    return pa.schema([(name, CASTS[kind][1]) for name, kind in columns.items()])


def rows_of(record: bytes, columns: Mapping[str, str]) -> list[Row]:
    """The rows of a record: one or more JSON objects, one after another.

    What no column is for is left out, and what is missing is null. Raises RowError; then none of
    the record's rows is taken.
    """
    try:
        text = record.decode()
    except UnicodeDecodeError as error:
        raise RowError("ParseError", str(error)) from None
    rows, at = [], 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError) as error:
            raise RowError("ParseError", f"It is no JSON: {error}.") from None
        rows.append(_row(value, columns))
    if not rows:
        raise RowError("ParseError", "It is empty.")
    return rows


def _row(value: Any, columns: Mapping[str, str]) -> Row:
    if not isinstance(value, dict):
        raise RowError("MalformedData", f"It is a {type(value).__name__} and no object.")
    return {name: _cast(name, kind, value.get(name)) for name, kind in columns.items()}


def _cast(name: str, kind: str, value: Any) -> Any:
    if value is None:
        return None
    try:
        return CASTS[kind][0](value)
    except (TypeError, ValueError, OverflowError):
        raise RowError("MalformedData", f"{name!r} is {value!r}, which is no {kind}.") from None
