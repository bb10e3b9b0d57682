"""`tempofit songs`: fills the song library of a running cloud, here or on AWS."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from catalog.changes import Counts, changes, remember
from catalog.demo import COUNT, demo_songs
from catalog.errors import FileError, Refused
from catalog.files import Read, TempoOf, read_entries
from catalog.identity import Identity
from catalog.library import entries_in
from catalog.store import store_entries, store_songs
from tempofit import library as libraries
from tempofit.addresses import CloudError
from tempofit.listened import Tempo, is_music, songs_of_music, tempi_of_folder, tempo_lines
from tempofit.operations.songs_table import SongsTable, Where, songs_table
from tempofit.options import StageOption, check_library
from tempofit.refusals import Refusals
from tempofit.words import fail, plural

INTERRUPTED = 130
"""The exit code of who is interrupted, as shells have it."""
TROUBLE = "takes no songs"
TOLD_FROM = 1_000
"""Songs from which on it is told how fast they were written."""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Fill the song library of a running cloud, look at it, and take it along.",
)

Url = Annotated[
    str, typer.Option("--dynamodb-url", envvar="TEMPOFIT_DYNAMODB_URL", help="DynamoDB.")
]
Table = Annotated[str, typer.Option(envvar="TEMPOFIT_SONGS_TABLE", help="The songs table.")]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]

app.command(name="list")(libraries.list_songs)
app.command(name="show")(libraries.show)
app.command(name="stats")(libraries.stats)
app.command(name="remove")(libraries.remove)
app.command(name="export")(libraries.export)


class Summary(msgspec.Struct, frozen=True):
    """What `--json` prints. `refused` are the first ten thousand rows, `reasons` counts all."""

    library: str
    read: int
    imported: int
    new: int
    updated: int
    unchanged: int
    refused: list[Refused]
    reasons: dict[str, int]
    unread: list[str]
    """Why each file that could not be used, or not to its end, could not."""
    seconds: float
    tempi: list[Tempo]
    """Where those come from that were read or heard in music files."""


@app.command()
def demo(
    library: Annotated[str, typer.Option(help="The library to fill.")] = "demo",
    seed: Annotated[int, typer.Option(help="The same seed makes the same songs.")] = 1,
    count: Annotated[int, typer.Option(min=1, max=100_000, help="How many songs.")] = COUNT,
    stage: StageOption = "",
    dynamodb_url: Url = "",
    table: Table = "",
    json: Json = False,
) -> None:
    """Generate songs with the tempi and durations of popular music."""
    name, started = check_library(library), time.monotonic()
    try:
        with (
            songs_table(Where(stage, dynamodb_url, table), TROUBLE) as there,
            _progress(name, show=not json) as written,
        ):
            songs = demo_songs(count, seed)
            store_songs(there.dynamodb, there.name, name, songs, written=written)
    except CloudError as error:
        fail(error)
    _tell(name, Counts(new=count), Refusals(), [], started, json)


@app.command(name="import")
def import_files(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Files and folders of them: CSV, Parquet, JSON lines, what Exportify, Soundiiz "
            "and TuneMyMusic export, rekordbox (XML, TXT), Traktor, iTunes, the Million Song "
            "Dataset, music files and M3U playlists of them. What one is, its content tells."
        ),
    ],
    library: Annotated[
        str, typer.Option(help="The library to fill; by default it is named after the first file.")
    ] = "",
    refused: Annotated[
        Path | None, typer.Option(help="Write every refused row to this CSV file.")
    ] = None,
    detect: Annotated[
        Path | None,
        typer.Option(help="A folder of music files: songs without a tempo have that of theirs."),
    ] = None,
    stage: StageOption = "",
    dynamodb_url: Url = "",
    table: Table = "",
    json: Json = False,
) -> None:
    """Import songs: each with a title, an artist, a duration and a tempo.

    Importing again updates songs, and never doubles them: a song is known by its ISRC, else by its
    source's id, else by artist, title and duration. After an interruption the same command goes on.

    The tempo of a music file is its tag's, else it is detected, and kept for the next import. `make
    audio` installs what reads music files.
    """
    name = check_library(library or _library_of(paths[0]))
    where, started = Where(stage, dynamodb_url, table), time.monotonic()
    counts, refusals, unread = Counts(), Refusals(), list[FileError]()
    tempi: dict[Tempo, None] = {}
    lists: list[Path] = []
    several = len(paths) > 1 or paths[0].is_dir()
    if refused and refused.resolve() in [path.resolve() for path in paths]:
        raise typer.BadParameter("is one of the files to import", param_hint="--refused")
    try:
        with refusals.written_to(refused, several=several):
            music, lists, heard = _listen(paths, detect, refusals, unread, tempi, show=not json)
            reads = chain(music, read_entries(lists, refusals.add, unread.append, heard))
            _import(reads, name, where, counts, refusals, show=not json)
    except (CloudError, FileError) as error:
        _say(unread)
        _fail_midway(error, name, counts)
    except KeyboardInterrupt:
        typer.echo(f"Interrupted. {_so_far(name, counts)}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    _say(unread)
    _tell(name, counts, refusals, unread, started, json, list(tempi), "row" if lists else "file")


def _listen(
    paths: Sequence[Path],
    detect: Path | None,
    refusals: Refusals,
    unread: list[FileError],
    tempi: dict[Tempo, None],
    *,
    show: bool,
) -> tuple[list[Read], list[Path], TempoOf | None]:
    """The songs of music files, the paths that are lists, and what tells tempi that they lack."""
    music: list[Read] = []
    lists: list[Path] = []
    for path in paths:
        if not is_music(path):
            lists.append(path)
            continue
        try:
            reads, told = songs_of_music(path, refusals.add, show=show)
        except FileError as error:
            unread.append(error)
            continue
        music += reads
        tempi.update(dict.fromkeys(told))
    if not (detect and lists):
        return music, lists, None
    heard = tempi_of_folder(lists, detect, lambda one: tempi.update({one: None}), show=show)
    return music, lists, heard


def _import(
    reads: Iterator[Read],
    library: str,
    where: Where,
    counts: Counts,
    refusals: Refusals,
    *,
    show: bool,
) -> None:
    """Writes what is new or changed; the table is not asked before there is a song."""
    with _progress(library, show=show) as written, Identity() as identity:
        first = next(reads, None)
        if first is None:
            return
        with songs_table(where, TROUBLE) as there:
            _write(chain([first], reads), there, library, identity, counts, refusals, written)


def _write(
    reads: Iterator[Read],
    there: SongsTable,
    library: str,
    identity: Identity,
    counts: Counts,
    refusals: Refusals,
    written: Callable[[int], None],
) -> None:
    def count(songs: int) -> None:
        counts.written = songs
        written(songs)

    remember(identity, entries_in(there.dynamodb, there.name, library))
    entries = changes(reads, identity, counts, refusals.add)
    store_entries(there.dynamodb, there.name, library, entries, written=count)


@contextmanager
def _progress(library: str, *, show: bool) -> Iterator[Callable[[int], None]]:
    """A line with how many songs were written and how many a second, where somebody looks."""
    console = Console(stderr=True)
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not (show and console.is_terminal),
    ) as progress:
        task = progress.add_task("Reading", total=None)
        started = time.monotonic()

        def written(count: int) -> None:
            rate = count / max(time.monotonic() - started, 1e-9)
            progress.update(
                task,
                description=f"Importing into {library}: {plural(count, 'song')}, {rate:,.0f}/s",
            )

        yield written


def _tell(
    library: str,
    counts: Counts,
    refusals: Refusals,
    unread: Sequence[FileError],
    started: float,
    json: bool,
    tempi: Sequence[Tempo] = (),
    what: str = "row",
) -> None:
    seconds = time.monotonic() - started
    summary = Summary(
        library=library,
        read=counts.songs + refusals.count,
        imported=counts.songs,
        new=counts.new,
        updated=counts.updated,
        unchanged=counts.unchanged,
        refused=refusals.kept,
        reasons=dict(refusals.reasons),
        unread=[str(error) for error in unread],
        seconds=round(seconds, 2),
        tempi=list(tempi),
    )
    if json:
        typer.echo(msgspec.json.encode(summary))
    elif summary.read:
        for line in refusals.lines():
            typer.echo(line)
        typer.echo(_sentence(summary, what))
        for line in tempo_lines(tempi):
            typer.echo(line)
    if unread or not summary.imported:
        raise typer.Exit(1)


def _sentence(summary: Summary, what: str) -> str:
    known = [
        f"{count:,} {what}"
        for count, what in ((summary.updated, "updated"), (summary.unchanged, "as before"))
        if count
    ]
    of = f" ({', '.join(known)})" if known else ""
    sentence = (
        f"{plural(summary.read, what)} read, {plural(summary.imported, 'song')} imported into "
        f"library {summary.library!r}{of}, {sum(summary.reasons.values()):,} refused."
    )
    written = summary.new + summary.updated
    if written >= TOLD_FROM:
        rate = written / max(summary.seconds, 0.01)
        sentence += f" It took {summary.seconds:,.0f} s, {rate:,.0f} songs a second."
    return sentence


def _say(unread: Sequence[FileError]) -> None:
    for error in unread:
        typer.echo(str(error), err=True)


def _fail_midway(error: Exception, library: str, counts: Counts) -> NoReturn:
    fail(f"{error} {_so_far(library, counts)}" if counts.written else error)


def _so_far(library: str, counts: Counts) -> str:
    return (
        f"{plural(counts.written + counts.unchanged, 'song')} of this list "
        f"{'is' if counts.written + counts.unchanged == 1 else 'are'} in library {library!r}: the "
        "same command goes on from there."
    )


def _library_of(path: Path) -> str:
    path = path.resolve() if path.name in ("", "..") else path
    stem = Path(path.name.removesuffix(".gz")).stem
    return re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:64] or "songs"
