"""What a music file says about itself: tags as people's programs write them, and its length."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct

from catalog.audio import require
from catalog.entries import MAX_TEMPO, MIN_TEMPO

_TEMPO = ("fbpm", "bpm", "tbpm", "tempobpm", "beatsperminute", "bpmbeatsperminute", "tmpo", "tempo")
"""Names of tags with a tempo, those first that hold more digits."""
_TITLE = ("tit2", "title", "nam", "inam")
_ARTIST = ("tpe1", "artist", "artists", "author", "art", "albumartist", "tpe2", "aart", "iart")
_GENRE = ("tcon", "genre", "gen", "ignr")
_YEAR = ("tdrc", "tyer", "date", "year", "originaldate", "day", "icrd")
_ISRC = ("tsrc", "isrc")
_RECORDING = ("ufidhttpmusicbrainzorg", "musicbrainztrackid", "musicbrainzrecordingid")
_PREFIX = re.compile(r"^(txxx|wm|----|com\.apple\.itunes|[:/©])+", re.IGNORECASE)
_TRACK = re.compile(r"^(\d{1,3}\.\s*|[0-2]\d\s+)(?=\S)")
"""The number in front of a title; 99 Luftballons are none."""
_ISRC_FORM = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
_RECORDING_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Tags(Struct, frozen=True):
    """What the file says; empty, 0 or None for what it does not say, or says wrongly."""

    title: str = ""
    artist: str = ""
    genre: str = ""
    year: int | None = None
    tempo: float | None = None
    """Beats a minute."""
    isrc: str = ""
    recording: str = ""
    """MusicBrainz's id of it."""
    duration_seconds: float = 0.0


def read_tags(path: Path) -> Tags:
    """The tags of a file in any format that mutagen knows; none of one that it does not.

    SoundError when mutagen is not installed; OSError when the file cannot be read.
    """
    mutagen = require("mutagen")
    try:
        file = mutagen.File(path)
    except mutagen.MutagenError as error:
        if error.args and isinstance(error.args[0], OSError):
            raise error.args[0] from None
        return Tags()
    except Exception:  # noqa: BLE001 - mutagen stumbles over damaged files in many ways
        return Tags()
    if file is None:
        return Tags()
    words = _plain(file.tags.items() if file.tags else ())
    return Tags(
        title=_first(words, _TITLE),
        artist=_first(words, _ARTIST, joined=True),
        genre=_first(words, _GENRE),
        year=_year(_first(words, _YEAR)),
        tempo=next(filter(None, map(tagged_tempo, _all(words, _TEMPO))), None),
        isrc=_form(_ISRC_FORM, "".join(c for c in _first(words, _ISRC).upper() if c.isalnum())),
        recording=_form(_RECORDING_FORM, _first(words, _RECORDING).lower()),
        duration_seconds=float(getattr(file.info, "length", 0) or 0),
    )


def tagged_tempo(text: str) -> float | None:
    """Beats a minute as tags have them: `128`, `127,5`, `128 BPM`, `12593` for 125.93; else None.

    A whole number of four digits and more has lost its point, which is put back where 40-250 asks
    for it. Of a range such as `126-130` it is the middle.
    """
    numbers = re.findall(r"\d+(?:[.,]\d+)?", text)
    tempi = [tempo for number in numbers if (tempo := _in_range(number.replace(",", ".")))]
    if len(tempi) == 2 and re.fullmatch(r"\D*[\d.,]+\s*[-–]\s*[\d.,]+\D*", text):
        return sum(tempi) / 2
    return tempi[0] if tempi else None


def _in_range(number: str) -> float | None:
    value = float(number)
    if len(number) >= 4 and number.isdigit():
        while value > MAX_TEMPO:
            value /= 10
    return round(value, 3) if MIN_TEMPO <= value <= MAX_TEMPO else None


def named_by(path: Path, root: Path) -> tuple[str, str]:
    """Title and artist by the name of a file without tags: "Artist - Title.mp3", with or without
    the track's number; else the artist is the folder of the folder, as Artist/Album/01 Title.mp3.
    """
    name = path.stem if " " in path.stem else path.stem.replace("_", " ")
    parts = [part.strip() for part in re.split(r"\s+[-–—]\s+", name) if part.strip()]
    parts = [part for part in parts if not re.fullmatch(r"\d{1,3}\.?", part)] or [name]
    parts[0] = _TRACK.sub("", parts[0])
    if len(parts) > 1:
        return parts[-1], parts[0]
    folders = path.relative_to(root).parts[:-1]
    return parts[0], folders[-2] if len(folders) > 1 else ""


def _plain(items: Iterable[tuple[Any, Any]]) -> dict[str, list[str]]:
    """Every tag by its plain name: small letters and digits, without what formats put in front."""
    words: dict[str, list[str]] = {}
    for key, value in items:
        name = re.sub(r"[^a-z0-9]", "", _PREFIX.sub("", str(key)).lower())
        texts = [text.strip("\0 \t\r\n") for text in _texts(value)]
        words.setdefault(name, []).extend(text for text in texts if text)
    return words


def _texts(value: Any) -> list[str]:
    inner = value.text if hasattr(value, "text") else getattr(value, "data", value)
    if isinstance(inner, bytes):
        return [inner.decode("utf-8", "replace")]
    if isinstance(inner, list | tuple):
        return [text for each in inner for text in _texts(each)]
    return [str(inner)]


def _all(words: dict[str, list[str]], names: Iterable[str]) -> list[str]:
    return [text for name in names for text in words.get(name, ())]


def _first(words: dict[str, list[str]], names: Iterable[str], *, joined: bool = False) -> str:
    for name in names:
        if texts := words.get(name):
            return ", ".join(dict.fromkeys(texts)) if joined else texts[0]
    return ""


def _year(text: str) -> int | None:
    match = re.match(r"\s*(1[89]|20)\d\d", text)
    return int(match[0]) if match else None


def _form(form: re.Pattern[str], text: str) -> str:
    return text if form.fullmatch(text) else ""
