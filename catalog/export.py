"""A library as a file that other programs read, and that can be imported again."""

import csv
from collections.abc import Iterable
from typing import TextIO

from catalog.entries import Entry, is_isrc

COLUMNS = (
    *("id", "isrc", "title", "artist", "duration_seconds", "tempo"),
    *("genre", "energy", "year", "meter"),
)


def write_csv(file: TextIO, entries: Iterable[Entry]) -> int:
    """A row a song, with its ISRC where it has one; how many."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    count = 0
    for entry in entries:
        song = entry.song
        isrc = next((name for name in entry.ids if is_isrc(name)), "")
        source = next((name for name in entry.ids if name != isrc), "")
        length, tempo = f"{song.duration_seconds:g}", f"{song.tempo:g}"
        extras = (song.genre, song.energy, song.year, song.meter)
        writer.writerow((source, isrc, song.title, song.artist, length, tempo, *extras))
        count += 1
    return count


def write_m3u(file: TextIO, entries: Iterable[Entry]) -> int:
    """A playlist: what a song is called and how long it is, and the address that its id is, or
    its name; how many.
    """
    file.write("#EXTM3U\n")
    count = 0
    for entry in entries:
        song = entry.song
        name = _line(f"{song.artist} - {song.title}")
        address = next((one for one in entry.ids if one.startswith("spotify:track:")), name)
        file.write(f"#EXTINF:{song.duration_seconds:.0f},{name}\n{_line(address)}\n")
        count += 1
    return count


def _line(words: str) -> str:
    return " ".join(words.split())
