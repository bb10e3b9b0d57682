"""A person's own songs, from CSV and Parquet files such as Exportify's."""

import re
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

from catalog.cells import CellError, number, text
from catalog.tables import Refused, read_rows
from events.session import Song

MIN_TEMPO, MAX_TEMPO = 40.0, 250.0
MIN_DURATION_SECONDS, MAX_DURATION_SECONDS = 45.0, 900.0
MAX_ENERGY = 100.0
"""Some tables hold it from 0 to 1, others in percent."""
MAX_METER = 16.0
MAX_ID_BYTES = 1024
"""As the sort key of a DynamoDB table; source: Quotas in Amazon DynamoDB."""
MAX_LETTERS = 1_000
"""Of a title, of artists and of genres: a song has to fit into a message."""
NO_TEMPO = ("", "0", "0.0")
UNKNOWN_ARTIST = "Unknown artist"

DIGITS = 3
"""After the point, as far as the table keeps them."""

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


TempoOf = Callable[[str, str, float], float | None]
"""The tempo of a song, by artist, title and seconds, where its row has none."""


def read_songs(
    path: Path, refused: Callable[[Refused], None], tempo_of: TempoOf | None = None
) -> Iterator[Song]:
    """The songs of a file; a row that is none goes to `refused` with its number and the reason.

    Refused: no title, a tempo outside 40-250 beats a minute, a duration outside 45-900 s, either
    of them no number, an id that an earlier row has, an id or a text that is too long. Unreadable
    genre, energy, year and meter are left out, a missing artist is "Unknown artist". For a row that
    has no tempo, or 0, `tempo_of` is asked. FileError when the file cannot be used.
    """
    rows: dict[str, int] = {}
    needed = [names for names in _NEEDED if not (tempo_of and names == ("tempo",))]
    for row_number, row in read_rows(path, _SYNONYMS, needed):
        try:
            song = _song(row, tempo_of)
            if song.id in rows:
                raise CellError(song.id, f"row {rows[song.id]} has the same song id")
        except CellError as bad:
            refused(Refused(row_number, bad.value, bad.reason))
            continue
        rows[song.id] = row_number
        yield song


def _song(row: dict[str, Any], tempo_of: TempoOf | None) -> Song:
    title = _words(row, "title")
    if not title:
        raise CellError(row.get("title"), "no title")
    artist = _words(row, "artist") or UNKNOWN_ARTIST
    value = row.get("tempo")
    if tempo_of and text(value) in NO_TEMPO:
        value = tempo_of(artist, title, _duration_seconds(row))
        if value is None:
            raise CellError(
                title, "no tempo, and no file of its artist, title and length with a beat"
            )
    tempo = number(value, "tempo", MIN_TEMPO, MAX_TEMPO, "40-250 beats a minute")
    duration_seconds = _duration_seconds(row)
    return Song(
        id=_id(row) or _hash(artist, title, duration_seconds),
        title=title,
        artist=artist,
        tempo=round(tempo, DIGITS),
        duration_seconds=duration_seconds,
        genre=_words(row, "genre") or None,
        energy=_extra(row, "energy", 0, MAX_ENERGY),
        year=_year(row.get("year")),
        meter=_meter(row),
    )


def _words(row: dict[str, Any], name: str) -> str:
    words = text(row.get(name))
    if len(words) > MAX_LETTERS:
        raise CellError(words, f"the {name} has more than {MAX_LETTERS:,} letters")
    return words


def _id(row: dict[str, Any]) -> str:
    song_id = text(row.get("id"))
    if len(song_id.encode()) > MAX_ID_BYTES:
        raise CellError(song_id, f"the song id has more than {MAX_ID_BYTES:,} bytes")
    return song_id


def _hash(artist: str, title: str, duration_seconds: float) -> str:
    key = f"{artist}\n{title}\n{duration_seconds:.3f}".casefold()
    return blake2b(key.encode(), digest_size=8).hexdigest()


def _duration_seconds(row: dict[str, Any]) -> float:
    name, scale, unit = (
        ("duration_ms", 1000, "ms") if "duration_ms" in row else ("duration_seconds", 1, "s")
    )
    low, high = MIN_DURATION_SECONDS * scale, MAX_DURATION_SECONDS * scale
    within = f"{low:g}-{high:g} {unit}"
    value = row[name]
    if isinstance(value, str) and (clock := re.fullmatch(r"\s*(\d{1,6}):(\d\d)\s*", value)):
        value = int(clock[1]) * 60 + int(clock[2])
    return round(number(value, "duration", low, high, within), DIGITS) / scale


def _extra(row: dict[str, Any], name: str, low: float, high: float) -> float | None:
    try:
        return round(number(row.get(name), name, low, high, ""), DIGITS)
    except CellError:
        return None


def _meter(row: dict[str, Any]) -> int | None:
    meter = _extra(row, "meter", 1, MAX_METER)
    return None if meter is None else int(meter)


def _year(value: Any) -> int | None:
    match = re.match(r"\s*(1[89]|20)\d\d", text(value))
    return int(match[0]) if match else None
