"""Songs of a table in a folder of music files: the same artist and title, and about as long."""

import re
import unicodedata
from collections.abc import Sequence

from catalog.entries import UNKNOWN_ARTIST
from catalog.folder import File

SAME_SECONDS = 6.0
"""By which two files of one recording differ, as silence at the ends is cut or not."""
_ADDED = re.compile(r"\s*[(\[{].*?[)\]}]|\s+-\s+.*$|\s+(feat|ft|featuring)\b.*$", re.IGNORECASE)
"""What services add to a title: (Remastered 2011), - Radio Edit, feat. Somebody."""
_BETWEEN = re.compile(
    r"\s*(?:,|;|&|/|\+|\band\b|\bfeat\b\.?|\bft\b\.?|\bfeaturing\b|\bx\b|\bvs\b\.?)\s*"
)


class Matcher:
    """Finds the file of a song."""

    def __init__(self, files: Sequence[File]) -> None:
        self._by_title: dict[str, list[File]] = {}
        for file in files:
            for title in {plain(file.tags.title), plain(_core(file.tags.title))}:
                self._by_title.setdefault(title, []).append(file)

    def file_of(self, artist: str, title: str, duration_seconds: float) -> File | None:
        """The file that is nearest in length of those with the title and one of the artists."""
        for name in (plain(title), plain(_core(title))):
            near = [
                (abs(file.tags.duration_seconds - duration_seconds), file.name, file)
                for file in self._by_title.get(name, ())
                if name and _share_an_artist(artist, file.tags.artist)
            ]
            if near and min(one[0] for one in near) <= SAME_SECONDS:
                return min(near, key=lambda one: one[:2])[2]
        return None


def plain(text: str) -> str:
    """Letters and digits alone, small and without accents: Beyoncé - Déjà Vu is beyonce deja vu."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(re.findall(r"\w+", letters.replace("'", "").replace("’", "")))


def _core(title: str) -> str:
    return _ADDED.sub("", title)


def _share_an_artist(one: str, other: str) -> bool:
    if UNKNOWN_ARTIST in (one, other):  # then title and length have to do
        return True
    return bool(_artists(one) & _artists(other))


def _artists(text: str) -> set[str]:
    parts = _BETWEEN.split(text.casefold())
    names = {plain(part) for part in [text, *parts]}
    return {name.removeprefix("the ") for name in names if name}
