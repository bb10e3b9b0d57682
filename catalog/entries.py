"""A row as a song, with everything by which the same song may be known elsewhere."""

import re
from hashlib import blake2b
from typing import Any

from msgspec import Struct

from catalog.cells import (
    CellError,
    Unreadable,
    is_empty,
    number,
    read_number,
    seconds_of,
    shown,
    text,
    words,
)
from catalog.survey import Survey
from events.session import Song

MIN_TEMPO, MAX_TEMPO = 40.0, 250.0
MIN_DURATION_SECONDS, MAX_DURATION_SECONDS = 45.0, 900.0
MAX_METER = 16.0
MAX_ID_BYTES = 1024
"""As the sort key of a DynamoDB table; source: Quotas in Amazon DynamoDB."""
MAX_LETTERS = 1_000
"""Of a title, of artists and of genres: a song has to fit into a message."""
UNKNOWN_ARTIST = "Unknown artist"

DIGITS = 3
"""After the point, as far as the table keeps them."""

_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
_SPOTIFY = re.compile(r"(?:https?://open\.spotify\.com/(?:intl-\w+/)?track/)([A-Za-z0-9]{22})\b.*")
_LOCAL = "spotify:local:"
"""What Spotify calls a file of a person's own; two different ones may have the same."""


class Entry(Struct):
    """A song of a list, and what it is known by: its ISRC, its source's id, or that of its place.

    Of a library, `ids` are all by which it was imported, that of the song among them.
    """

    song: Song
    ids: tuple[str, ...] = ()

    @property
    def aliases(self) -> tuple[str, ...]:
        """Those that are not its id."""
        return tuple(sorted(set(self.ids) - {self.song.id}))


def name_key(artist: str, title: str, duration_seconds: float) -> str:
    """What identifies a song that has no id of its own."""
    key = f"{artist}\n{title}\n{duration_seconds:.3f}".casefold()
    return blake2b(key.encode(), digest_size=8).hexdigest()


def entry_of(row: dict[str, Any], found: Survey) -> Entry:
    """The song of a row. CellError with the value and the reason when it is none.

    It is known by its ISRC, else its source's id, else its artist, title and duration.
    """
    title = _words(row, "title")
    if not title:
        raise CellError(row.get("title"), "no title")
    artist = _words(row, "artist") or UNKNOWN_ARTIST
    tempo = tempo_of(row)
    duration_seconds = duration_of(row, found)
    ids = tuple(name for name in (isrc_of(row), source_of(row)) if name)
    song = Song(
        id=ids[0] if ids else name_key(artist, title, duration_seconds),
        title=title,
        artist=artist,
        tempo=round(tempo, DIGITS),
        duration_seconds=duration_seconds,
        genre=_words(row, "genre") or None,
        energy=_energy(row.get("energy"), found),
        year=_year(row.get("year")),
        meter=_meter(row),
    )
    return Entry(song, ids)


def isrc_of(row: dict[str, Any]) -> str:
    """A recording's code by ISO 3901, without its hyphens; empty for whatever else stands there."""
    code = re.sub(r"[\s-]", "", text(row.get("isrc"))).upper()
    return code if is_isrc(code) else ""


def is_isrc(name: str) -> bool:
    """Whether an id is a recording's code by ISO 3901."""
    return _ISRC.fullmatch(name) is not None


def source_of(row: dict[str, Any]) -> str:
    """The id that the list's maker gave the song, or one made from its file's place; or empty."""
    found = words(row.get("id")) or words(row.get("track_id"))
    if is_empty(found) or found.startswith(_LOCAL):
        place = text(row.get("place"))
        return f"place:{blake2b(place.encode(), digest_size=8).hexdigest()}" if place else ""
    if link := _SPOTIFY.fullmatch(found):
        return f"spotify:track:{link[1]}"
    if len(found.encode()) > MAX_ID_BYTES:
        raise CellError(found, f"the song id has more than {MAX_ID_BYTES:,} bytes")
    return found


def _words(row: dict[str, Any], name: str) -> str:
    found = words(row.get(name))
    if len(found) > MAX_LETTERS:
        raise CellError(found, f"the {name} has more than {MAX_LETTERS:,} letters")
    return "" if found.lower() == "nan" and name != "title" else found


def tempo_of(row: dict[str, Any]) -> float:
    """A row's tempo, beats a minute. CellError when there is none, or none of a song."""
    value = row.get("tempo")
    if not isinstance(value, Unreadable) and read_number(value) == 0:
        raise CellError(value, "no tempo: 0 stands for a song that was not analysed")
    return number(value, "tempo", MIN_TEMPO, MAX_TEMPO, "40-250 beats a minute")


def duration_of(row: dict[str, Any], found: Survey) -> float:
    """A row's duration in seconds. CellError when there is none, or none of a song."""
    in_ms = not is_empty(row.get("duration_ms"))
    value = row["duration_ms"] if in_ms else row.get("duration_seconds")
    if (clock := seconds_of(value)) is not None:
        value, in_ms = clock, False
    in_ms = in_ms or (found.milliseconds and clock is None)
    if in_ms and isinstance(value, str) and re.fullmatch(r"\s*\d{1,4}[.,]\d{3}\s*", value):
        value = re.sub(r"[.,]", "", value)  # thousands: nobody writes parts of a millisecond
    scale, unit = (1000, "ms") if in_ms else (1, "s")
    low, high = MIN_DURATION_SECONDS * scale, MAX_DURATION_SECONDS * scale
    return round(number(value, "duration", low, high, f"{low:g}-{high:g} {unit}"), DIGITS) / scale


def _energy(value: Any, found: Survey) -> float | None:
    """From 0 to 1; the whole column decides whether it is written in percent."""
    if not found.energy_believed:
        return None
    scale = 100 if found.energy_percent else 1
    try:
        return round(number(value, "energy", 0, scale, "") / scale, DIGITS)
    except CellError:
        return None


def _meter(row: dict[str, Any]) -> int | None:
    try:
        return int(number(row.get("meter"), "meter", 1, MAX_METER, ""))
    except CellError:
        return None


def _year(value: Any) -> int | None:
    written = shown(text(value))
    match = re.match(r"(1[89]|20)\d\d", written) or re.search(r"\b(1[89]|20)\d\d$", written)
    return int(match[0]) if match else None
