"""`tempofit songs list`, `show`, `stats`, `remove` and `export`: what is in a library."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal, TextIO

import msgspec
import typer
from rich.cells import cell_len, set_cell_size

from catalog.entries import Entry
from catalog.export import write_csv, write_m3u
from catalog.library import entries_in, find_entry, remove_songs
from catalog.statistics import Statistics, Suspects, statistics_of
from events.session import Song
from tempofit.addresses import CloudError
from tempofit.operations.songs_table import SongsTable, Where, songs_table
from tempofit.options import StageOption, check_library
from tempofit.words import fail, plural

UNREAD = "cannot be read"
AT_ONCE = 25
NARROW, WIDE = 24, 100

Library = Annotated[str, typer.Option(help="The library.")]
Url = Annotated[
    str, typer.Option("--dynamodb-url", envvar="TEMPOFIT_DYNAMODB_URL", help="DynamoDB.")
]
Table = Annotated[str, typer.Option(envvar="TEMPOFIT_SONGS_TABLE", help="The songs table.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def list_songs(
    library: Library = "demo",
    limit: Annotated[int, typer.Option(min=1, help="At most so many songs.")] = 50,
    search: Annotated[str, typer.Option(help="Only songs with this in title or artist.")] = "",
    stage: StageOption = "",
    dynamodb_url: Url = "",
    table: Table = "",
    json: Json = False,
) -> None:
    """List the songs of a library with tempo and length, by their ids."""
    with _library(library, stage, dynamodb_url, table) as (there, name):
        found = (
            entry.song
            for entry in entries_in(there.dynamodb, there.name, name)
            if search.casefold() in f"{entry.song.artist} {entry.song.title}".casefold()
        )
        songs = list(islice(found, limit + 1))
    if json:
        shown = {"library": name, "songs": songs[:limit], "more": len(songs) > limit}
        typer.echo(msgspec.json.encode(shown))
        return
    if not songs:
        fail(f"No song of library {name!r} has {search!r}." if search else _empty(name))
    for song in songs[:limit]:
        typer.echo(_cut(_line(song)))
    if len(songs) > limit:
        typer.echo("There are more: --limit shows them.")


def show(
    song: Annotated[str, typer.Argument(help="A song's id, or a part of its title.")],
    library: Library = "demo",
    stage: StageOption = "",
    dynamodb_url: Url = "",
    table: Table = "",
    json: Json = False,
) -> None:
    """Show all that is known of a song."""
    with _library(library, stage, dynamodb_url, table) as (there, name):
        entry = find_entry(there.dynamodb, there.name, name, song) if song else None
        found = [entry] if entry else _titled(there, name, song)
    if not found:
        fail(f"Library {name!r} has no song {song!r}, neither by id nor by title.")
    if len(found) > 1:
        lines = "\n".join(_cut(_line(one.song)) for one in found)
        fail(f"Several songs have {song!r} in their titles; name one by its id:\n{lines}")
    if json:
        also = {"also": found[0].aliases}
        typer.echo(msgspec.json.encode(msgspec.to_builtins(found[0].song) | also))
        return
    for label, value in _facts(found[0]):
        typer.echo(f"{label:<8}  {value}")


def stats(
    library: Library = "demo",
    stage: StageOption = "",
    dynamodb_url: Url = "",
    table: Table = "",
    json: Json = False,
) -> None:
    """Show how the tempi of a library lie: a histogram, what is thin, and what is missing."""
    with _library(library, stage, dynamodb_url, table) as (there, name):
        songs = (entry.song for entry in entries_in(there.dynamodb, there.name, name))
        found = statistics_of(name, songs)
    if found is None:
        fail(_empty(name))
    if json:
        typer.echo(msgspec.json.encode(found))
        return
    for line in _report(found):
        typer.echo(line)


def remove(
    songs: Annotated[list[str] | None, typer.Argument(help="The songs' ids.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All songs of the library.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before --all.")] = False,
    library: Library = "demo",
    stage: StageOption = "",
    dynamodb_url: Url = "",
    table: Table = "",
    json: Json = False,
) -> None:
    """Take songs out of a library."""
    if everything == bool(songs):
        raise typer.BadParameter("name the songs by their ids, or take all with --all")
    if everything and not yes:
        typer.confirm(f"Remove every song of library {library!r}?", abort=True, err=True)
    with _library(library, stage, dynamodb_url, table) as (there, name):
        ids = (
            (entry.song.id for entry in entries_in(there.dynamodb, there.name, name))
            if everything
            else (one for one in dict.fromkeys(songs or ()) if _is_there(there, name, one))
        )
        count = 0
        while batch := list(islice(ids, AT_ONCE)):
            remove_songs(there.dynamodb, there.name, name, batch)
            count += len(batch)
    missing = 0 if everything else len(set(songs or ())) - count
    if json:
        typer.echo(msgspec.json.encode({"library": name, "removed": count, "missing": missing}))
    else:
        typer.echo(f"{plural(count, 'song')} removed from library {name!r}.")
        if missing:
            typer.echo(f"{plural(missing, 'id')} of no song in it.", err=True)
    if missing or not count:
        raise typer.Exit(1)


def export(
    file: Annotated[Path | None, typer.Argument(help="Where to; by default it is printed.")] = None,
    kind: Annotated[
        Literal["csv", "m3u"] | None,
        typer.Option("--format", help="By default as the file's name says, else CSV."),
    ] = None,
    library: Library = "demo",
    stage: StageOption = "",
    dynamodb_url: Url = "",
    table: Table = "",
    json: Json = False,
) -> None:
    """Write a library as CSV, which can be imported again, or as a playlist (M3U)."""
    named = file is not None and file.suffix.lower() in (".m3u", ".m3u8")
    write = write_m3u if (kind or ("m3u" if named else "csv")) == "m3u" else write_csv
    with _library(library, stage, dynamodb_url, table) as (there, name):
        entries = entries_in(there.dynamodb, there.name, name)
        first = next(entries, None)
        if first is None:
            fail(_empty(name))
        with _opened(file) as out:
            count = write(out, _after(first, entries))
    if json and file is not None:
        typer.echo(msgspec.json.encode({"library": name, "exported": count, "file": str(file)}))
    elif file is not None:
        typer.echo(f"{plural(count, 'song')} of library {name!r} written to {file}.")


@contextmanager
def _library(
    library: str, stage: str, dynamodb_url: str, table: str
) -> Iterator[tuple[SongsTable, str]]:
    name = check_library(library)
    try:
        with songs_table(Where(stage, dynamodb_url, table), UNREAD) as there:
            yield there, name
    except CloudError as error:
        fail(error)


@contextmanager
def _opened(file: Path | None) -> Iterator[TextIO]:
    if file is None:
        yield sys.stdout
        return
    try:
        with file.open("w", newline="", encoding="utf-8") as out:
            yield out
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}.")


def _after(first: Entry, rest: Iterator[Entry]) -> Iterator[Entry]:
    yield first
    yield from rest


def _is_there(there: SongsTable, library: str, song_id: str) -> bool:
    return find_entry(there.dynamodb, there.name, library, song_id) is not None


def _titled(there: SongsTable, library: str, part: str) -> list[Entry]:
    found = (
        entry
        for entry in entries_in(there.dynamodb, there.name, library)
        if part.casefold() in entry.song.title.casefold()
    )
    return list(islice(found, 10))


def _empty(library: str) -> str:
    return (
        f"Library {library!r} has no song: fill it with "
        f"`tempofit songs import FILE --library {library}`."
    )


def _line(song: Song) -> str:
    return f"{song.tempo:6.1f}  {_clock(song)}  {song.artist} – {song.title}  {song.id}"


def _clock(song: Song) -> str:
    minutes, seconds = divmod(round(song.duration_seconds), 60)
    return f"{minutes:2}:{seconds:02}"


def _facts(entry: Entry) -> Iterator[tuple[str, str]]:
    song = entry.song
    yield "id", song.id
    if entry.aliases:
        yield "also", ", ".join(entry.aliases)
    yield "title", song.title
    yield "artist", song.artist
    yield "tempo", f"{song.tempo:g} beats a minute"
    yield "length", _clock(song).strip()
    for label in ("genre", "energy", "year", "meter"):
        if (value := getattr(song, label)) is not None:
            yield label, str(value)


def _width() -> int:
    return max(NARROW, shutil.get_terminal_size().columns)


def _cut(line: str) -> str:
    """The line as it is for a program, and as long as the terminal is wide for a person."""
    if not sys.stdout.isatty() or cell_len(line) <= _width():
        return line
    return f"{set_cell_size(line, _width() - 1).rstrip()}…"


def _report(found: Statistics) -> Iterator[str]:
    yield (
        f"{plural(found.songs, 'song')} in library {found.library!r}, {found.hours:,.1f} hours, "
        f"median tempo {found.median_tempo:.0f}."
    )
    most = max(found.histogram.values())
    room = min(_width(), WIDE) - len(f"{most:,}") - len("  100-104  ") - 1
    for start, count in found.histogram.items():
        bar = "█" * max(round(count / most * room), 1 if count else 0)
        yield f"  {start:3}-{start + 4:<3}  {bar} {count:,}"
    if found.missing:
        yield f"Missing: nothing near {_ranges(found.missing)}, nor at half or double of it."
    if found.thin:
        yield f"Thin: fewer than three songs near {_ranges(found.thin)}."
    if not (found.missing or found.thin):
        yield "No tempo from 80 to 180 is missing or thin."
    yield from _suspects(found.maybe_half, "under 70", "half")
    yield from _suspects(found.maybe_double, "over 180", "double")


def _suspects(found: Suspects, where: str, octave: str) -> Iterator[str]:
    if found.songs:
        yield (
            f"{plural(found.songs, 'song')} {where}, perhaps {octave} of what is felt: listen, and "
            "correct the tempo on the page where it plays. Such as:"
        )
        for song in found.examples:
            yield _cut(f"  {_line(song)}")


def _ranges(ranges: list[tuple[int, int]]) -> str:
    return ", ".join(f"{first}-{last}" if first != last else f"{first}" for first, last in ranges)
