"""A person's own songs, from CSV and Parquet files such as Exportify's."""

import math
import re
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

from catalog.tables import Refused, read_rows
from events.session import Song

MIN_TEMPO, MAX_TEMPO = 40.0, 250.0
MIN_DURATION_SECONDS, MAX_DURATION_SECONDS = 45.0, 900.0
UNKNOWN_ARTIST = "Unknown artist"

_SYNONYMS = {
    "id": ("song_id", "track_uri", "spotify_uri", "track_id", "spotify_id", "uri"),
    "title": ("track_name", "song_title", "song_name", "track", "song", "name"),
    "artist": ("artist_name_s", "artist_names", "artist_name", "artists", "track_artist"),
    "duration_seconds": ("duration_s", "duration_sec", "duration", "length_s", "length", "time"),
    "duration_ms": ("track_duration_ms", "length_ms"),
    "tempo": ("tempo_bpm", "bpm", "beats_per_minute"),
    "genre": ("genres", "artist_genres", "track_genre", "playlist_genre"),
    "energy": (),
    "meter": ("time_signature",),
    "year": ("release_year", "release_date", "album_release_date", "track_album_release_date"),
}
_NEEDED = (("title",), ("artist",), ("duration_seconds", "duration_ms"), ("tempo",))


def read_songs(path: Path, refused: Callable[[Refused], None]) -> Iterator[Song]:
    """The songs of a file; a row that is none goes to `refused` with its number and the reason.

    Refused: no title, a tempo outside 40-250 beats a minute, a duration outside 45-900 s, either
    of them no number, an id that an earlier row has. Unreadable genre, energy, year and meter are
    left out, a missing artist is "Unknown artist". FileError when the file cannot be used.
    """
    rows: dict[str, int] = {}
    for number, row in read_rows(path, _SYNONYMS, _NEEDED):
        try:
            song = _song(row)
            if song.id in rows:
                raise _RowError(song.id, f"row {rows[song.id]} has the same song id")
        except _RowError as bad:
            refused(Refused(number, bad.value, bad.reason))
            continue
        rows[song.id] = number
        yield song


class _RowError(Exception):
    def __init__(self, value: Any, reason: str) -> None:
        self.value = "" if value is None else str(value)
        self.reason = reason


def _song(row: dict[str, Any]) -> Song:
    title = _text(row.get("title"))
    if not title:
        raise _RowError(row.get("title"), "no title")
    artist = _text(row.get("artist")) or UNKNOWN_ARTIST
    tempo = _between(row["tempo"], "tempo", MIN_TEMPO, MAX_TEMPO, "beats a minute")
    duration_seconds = _duration_seconds(row)
    return Song(
        id=_text(row.get("id")) or _hash(artist, title, duration_seconds),
        title=title,
        artist=artist,
        tempo=tempo,
        duration_seconds=duration_seconds,
        genre=_text(row.get("genre")) or None,
        energy=_energy(row.get("energy")),
        year=_year(row.get("year")),
        meter=_meter(row.get("meter")),
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _hash(artist: str, title: str, duration_seconds: float) -> str:
    key = f"{artist}\n{title}\n{duration_seconds:.3f}".casefold()
    return blake2b(key.encode(), digest_size=8).hexdigest()


def _duration_seconds(row: dict[str, Any]) -> float:
    name, scale = ("duration_ms", 1000) if "duration_ms" in row else ("duration_seconds", 1)
    value = row[name]
    if isinstance(value, str) and (clock := re.fullmatch(r"\s*(\d+):(\d\d)\s*", value)):
        value = int(clock[1]) * 60 + int(clock[2])
    low, high = MIN_DURATION_SECONDS * scale, MAX_DURATION_SECONDS * scale
    return _between(value, "duration", low, high, "ms" if scale > 1 else "s") / scale


def _between(value: Any, what: str, low: float, high: float, unit: str) -> float:
    """The number to three digits after the point, as far as the table keeps them."""
    if _text(value) == "":
        raise _RowError(value, f"no {what}")
    number = _number(value)
    if number is None:
        raise _RowError(value, f"the {what} is no number")
    if not low <= number <= high:
        raise _RowError(value, f"{what} outside {low:g}-{high:g} {unit}")
    return round(number, 3)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _energy(value: Any) -> float | None:
    number = _number(value)
    return round(number, 3) if number is not None else None


def _meter(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and 1 <= number <= 16 else None


def _year(value: Any) -> int | None:
    match = re.match(r"\s*(1[89]|20)\d\d", _text(value))
    return int(match[0]) if match else None
