"""Rows of the lake, as they are delivered: one JSON object each, and a column for each field."""

from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from msgspec import Struct, json


class AverageRow(Struct, frozen=True, gc=False):
    """A running average of one person. Heart rates in beats a minute, times in epoch ms."""

    person: str
    """HMAC-SHA256 of their id with the key of the stage: its first 32 hexadecimal digits."""
    at_ms: int
    """When the newest sample was measured."""
    heart_rate: float
    """The newest."""
    average: float
    lowest: float
    highest: float
    peak: float
    samples: int
    started_ms: int
    arrived_ms: int


class PlayRow(Struct, frozen=True, gc=False):
    """A song that somebody heard, once it was over. Tempi and heart rates in beats a minute."""

    person: str
    session: int
    """When the workout began, epoch ms; with person and slot the name of the play."""
    slot: int
    library: str
    song: str
    """Its id in the library."""
    title: str | None
    """As `artist` and `genre`, null for a song of the person's own."""
    artist: str | None
    genre: str | None
    mode: str
    target_tempo: float
    tempo: float
    """As it was felt."""
    starts_at_ms: int
    ends_at_ms: int
    measured_seconds: float
    """In which a heart rate is known."""
    average: float | None
    highest: float | None
    zone_1_seconds: float
    zone_2_seconds: float
    zone_3_seconds: float
    zone_4_seconds: float
    zone_5_seconds: float
    fit: float | None
    """Share of `measured_seconds` in which the song was within 8 % of the target tempo."""
    skipped: bool
    arrived_ms: int
    """When it was known that the song was over."""


Row = AverageRow | PlayRow
TABLES: dict[str, type[Row]] = {"averages": AverageRow, "plays": PlayRow}
GLUE = {str: "string", int: "bigint", float: "double", bool: "boolean"}
"""The types of the catalog, by those of the fields; all of them may be null there."""


def columns(row: type[Row]) -> dict[str, str]:
    """The type of each column of a table, by name, in their order."""
    return {name: GLUE[_kind(hint)] for name, hint in get_type_hints(row).items()}


def _kind(hint: Any) -> type:
    if get_origin(hint) is UnionType:
        (hint,) = (kind for kind in get_args(hint) if kind is not type(None))
    kind: type = hint
    return kind


encode = json.Encoder().encode
