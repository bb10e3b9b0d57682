"""Which of our columns a header means, in the words and languages that programs write it in.

Spanish, German, French, Portuguese, Italian, Dutch and Swedish are Exportify's own words.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from catalog.errors import FileError, NoSongsError

Synonyms = Mapping[str, Sequence[str]]
"""Our name of a column and the headers that mean it, the likeliest first, however written."""

SHOWN_HEADERS, SHOWN_LETTERS = 40, 600

SONGS: Synonyms = {
    "id": (
        *("songid", "trackuri", "spotifyuri", "spotifytrackid", "spotifyid", "trackid", "uri"),
        *("uridelacancion", "uridutitre", "uridafaixa", "uridellatraccia"),
        *("nummeruri", "latensuri", "persistentid"),
    ),
    "track_id": ("trackid", "msdtrackid"),
    "isrc": ("isrccode", "trackisrc"),
    "title": (
        *("trackname", "tracktitle", "songtitle", "songname", "name", "song", "track"),
        *("nombredelacancion", "titulo", "cancion", "nombre"),
        *("titel", "lied", "liedtitel", "songtitel"),
        *("nomdutitre", "titre", "chanson", "nom"),
        *("nomedafaixa", "faixa", "musica", "nome"),
        *("nomedellatraccia", "titolo", "brano", "traccia"),
        *("nummernaam", "nummer", "latensnamn", "lat"),
    ),
    "artist": (
        *("artistnames", "artistname", "artists", "trackartist"),
        *("nombresdelartista", "nombredelartista", "artista", "artistas", "interprete"),
        *("kunstlernamen", "kunstlername", "kunstler", "interpret", "interpreten"),
        *("nomsdelartiste", "nomdelartiste", "artiste", "artistes"),
        *("nomesdoartista", "nomedoartista", "nomedellartista", "artisti"),
        *("naamvanartiest", "artiest", "artistensnamn"),
    ),
    "duration_seconds": (
        *("durations", "durationsec", "durationinseconds", "duration", "lengths", "length"),
        *("time", "totaltime", "playtime"),
        *("duracion", "dauer", "lange", "zeit", "duree", "duracao", "durata", "duur", "langd"),
    ),
    "duration_ms": (
        *("trackdurationms", "lengthms", "durationinms", "durationmillis", "timems"),
        *("duraciondelacancionms", "trackdauerms", "dureedutitrems", "duracaodafaixams"),
        *("duratadellatracciams", "nummerduurms", "latlangdms"),
    ),
    "tempo": ("tempobpm", "bpm", "beatsperminute", "averagebpm", "songtempo"),
    "genre": (
        *("genres", "artistgenres", "trackgenre", "playlistgenre"),
        *("generosdelartista", "genero", "generos", "kunstlergenres", "genresdelartiste"),
        *("generosdoartista", "generidellartista", "genere", "generi"),
        *("genresvandeartiest", "artistensgenrer"),
    ),
    "energy": ("energia", "energie", "energi"),
    "meter": ("timesignature", "compas", "taktart", "mesure", "compasso", "battuta", "maatstreep"),
    "year": (
        *("releaseyear", "releasedate", "albumreleasedate", "trackalbumreleasedate", "albumdate"),
        *("fechadelanzamientodelalbum", "veroffentlichungsdatumdesalbums"),
        *("datedesortiedelalbum", "datadelancamentodoalbum", "datadirilasciodellalbum"),
        *("releasedatumvanhetalbum", "albumetsreleasedatum"),
        *("jahr", "annee", "ano", "anno", "jaar"),
    ),
}

_SPOTIFY = frozenset(
    ("trackuri", "uridelacancion", "uridutitre", "uridafaixa", "uridellatraccia", "nummeruri")
)
_LANGUAGE = (
    "If it is Exportify's, switch its page to English (the globe above the list) and export again."
)
_EXPORTIFY = (
    "In Exportify, switch the tempo on and export again: the gear beside Export All, Include audio "
    "features. "
)
_MSD = (
    "The Million Song Dataset has its tempi in msd_summary_file.h5 and in the files of its tracks. "
)
_TOGETHER = (
    "A list that has the tempi, given together with this one, is joined to it by ISRC, id, track "
    "id, or artist and title."
)


@cache
def plain(header: str) -> str:
    """A header's letters and digits, small and without accents, whatever is between them."""
    parts = unicodedata.normalize("NFKD", header.casefold())
    return re.sub(r"[\W_]+", "", "".join(part for part in parts if not unicodedata.combining(part)))


def match_columns(headers: Sequence[str], synonyms: Synonyms) -> dict[str, int]:
    """The position of each of our columns that is among the headers."""
    known = [plain(header[:SHOWN_LETTERS]) for header in headers]
    return {
        name: known.index(match)
        for name, others in synonyms.items()
        if (match := next((word for word in map(plain, (name, *others)) if word in known), None))
        is not None
    }


def require_columns(
    path: Path,
    headers: Sequence[str],
    columns: Iterable[str],
    needed: Iterable[tuple[str, ...]],
) -> None:
    """Of each tuple in `needed` one column must be there; FileError when one is missing.

    NoSongsError when none of them is there.
    """
    needed = tuple(needed)
    missing = [names for names in needed if not any(name in columns for name in names)]
    if not missing:
        return
    shown = ", ".join(headers[:SHOWN_HEADERS])[:SHOWN_LETTERS]
    more = "" if len(", ".join(headers)) == len(shown) else " …"
    sentence = (
        f"{path} has no column for {', '.join(' or '.join(names) for names in missing)}. "
        f"Its columns are: {shown or 'none'}{more}."
    )
    if hint := _hint(headers, [name for names in missing for name in names]):
        sentence = f"{sentence} {hint}"
    raise (NoSongsError if len(missing) == len(needed) else FileError)(sentence)


def without_tempo(headers: Sequence[str]) -> str:
    """Where the tempo can be had for a list of such headers."""
    known = {plain(header[:SHOWN_LETTERS]) for header in headers}
    if known.intersection(_SPOTIFY):
        return _EXPORTIFY + _TOGETHER
    return (_MSD if {"trackid", "artistmbid"} <= known else "") + _TOGETHER


def _hint(headers: Sequence[str], missing: Sequence[str]) -> str:
    if "tempo" in missing and "title" not in missing:
        return without_tempo(headers)
    known = [plain(header[:SHOWN_LETTERS]) for header in headers]
    foreign = any("uri" in word or word == "isrc" for word in known)
    return _LANGUAGE if "title" in missing and foreign else ""
