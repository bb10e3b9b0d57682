"""`tempofit songs`: fills the song library of a running cloud, here or on AWS."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import boto3
import msgspec
import typer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.progress import track

from catalog.demo import COUNT, demo_songs
from catalog.files import read_songs
from catalog.folder import is_music_folder
from catalog.store import StoreError, store_songs
from catalog.tables import FileError, Refused, first_few
from events.session import Song
from tempofit.addresses import CloudError, read_addresses, remedy, require
from tempofit.listened import Listened, Tempo, songs_of_folder, songs_of_table, tempo_lines
from tempofit.operations.stage import aws_errors, find_outputs, stage_client
from tempofit.options import StageOption, check_library

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Fill the song library of a running cloud."
)

Url = Annotated[
    str, typer.Option("--dynamodb-url", envvar="TEMPOFIT_DYNAMODB_URL", help="DynamoDB.")
]
Table = Annotated[str, typer.Option(envvar="TEMPOFIT_SONGS_TABLE", help="The songs table.")]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]


class Where(msgspec.Struct, frozen=True):
    """Which table to fill: that of a stage, one that is named, or that of the local cloud."""

    stage: str
    dynamodb_url: str
    table: str


class Summary(msgspec.Struct, frozen=True, omit_defaults=True):
    """What `--json` prints."""

    library: str
    read: int
    imported: int
    refused: list[Refused]
    tempi: list[Tempo] = []
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
    where = Where(stage, dynamodb_url, table)
    _import(check_library(library), demo_songs(count, seed), [], where, json)


@app.command(name="import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(help="CSV or Parquet, such as Exportify's, or a folder of music files."),
    ],
    library: Annotated[
        str, typer.Option(help="The library to fill; by default it is named after the file.")
    ] = "",
    refused: Annotated[
        Path | None, typer.Option(help="Write every refused row to this CSV file.")
    ] = None,
    detect: Annotated[
        Path | None,
        typer.Option(help="A folder with the songs' files: tempi that FILE lacks are from them."),
    ] = None,
    stage: StageOption = "",
    dynamodb_url: Url = "",
    table: Table = "",
    json: Json = False,
) -> None:
    """Import songs from a file with title, artist, duration and tempo, or from music files.

    Of music files the tempo is their tag's, else it is detected; what was detected is kept, so an
    import that was stopped goes on where it was. `make audio` installs what reads them.
    """
    name = check_library(library or _library_of(file))
    try:
        read = _read(file, detect, show=not json)
        if refused:
            _write_refused(refused, read.refused)
    except FileError as error:
        _fail(error)
    _import(
        name,
        read.songs,
        read.refused,
        Where(stage, dynamodb_url, table),
        json,
        read.tempi,
        "files" if file.is_dir() else "rows",
    )


def _read(file: Path, detect: Path | None, *, show: bool) -> Listened:
    if is_music_folder(file):
        return songs_of_folder(file, show=show)
    if detect:
        return songs_of_table(file, detect, show=show)
    bad: list[Refused] = []
    return Listened(list(read_songs(file, bad.append)), [], bad)


def _import(
    library: str,
    songs: Sequence[Song],
    refused: list[Refused],
    where: Where,
    json: bool,
    tempi: Sequence[Tempo] = (),
    what: str = "rows",
) -> None:
    try:
        store = _store_on_aws if where.stage else _store_here
        imported = store(library, songs, where, show=not json)
    except (CloudError, StoreError) as error:
        _fail(error)
    summary = Summary(library, len(songs) + len(refused), imported, refused, list(tempi))
    if json:
        typer.echo(msgspec.json.encode(summary))
    else:
        for line in first_few(refused):
            typer.echo(line)
        typer.echo(
            f"{summary.read:,} {what} read, {imported:,} songs imported into library {library!r}, "
            f"{len(refused):,} refused."
        )
        for line in tempo_lines(tempi):
            typer.echo(line)
    if not imported:
        raise typer.Exit(1)


def _store_on_aws(library: str, songs: Sequence[Song], where: Where, *, show: bool) -> int:
    if where.dynamodb_url or where.table:
        raise CloudError("--stage finds the table by itself: leave out --dynamodb-url and --table.")
    table = find_outputs(where.stage).songs_table
    dynamodb = stage_client("dynamodb")
    with aws_errors(f"Table {table!r} takes no songs"):
        return _store(dynamodb, table, library, songs, show)


def _store_here(library: str, songs: Sequence[Song], where: Where, *, show: bool) -> int:
    known = read_addresses()
    dynamodb_url, table = where.dynamodb_url or known.dynamodb_url, where.table or known.songs_table
    require(dynamodb_url, table)
    dynamodb = boto3.client(
        "dynamodb",
        endpoint_url=dynamodb_url,
        region_name=known.region,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the local cloud asks for any
        config=Config(retries={"mode": "standard", "total_max_attempts": 2}),
    )
    try:
        return _store(dynamodb, table, library, songs, show)
    except (BotoCoreError, ClientError) as error:
        raise CloudError(
            f"Table {table!r} at {dynamodb_url} takes no songs: {error}. {remedy(error)}"
        ) from None


def _store(
    dynamodb: "DynamoDBClient", table: str, library: str, songs: Sequence[Song], show: bool
) -> int:
    console = Console(stderr=True)
    shown = track(
        songs,
        f"Importing into {library}",
        console=console,
        transient=True,
        disable=not (show and console.is_terminal),
    )
    try:
        return store_songs(dynamodb, table, library, shown)
    finally:
        dynamodb.close()


def _write_refused(path: Path, refused: Sequence[Refused]) -> None:
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("row", "value", "reason"))
            writer.writerows((row.row, row.value, row.reason) for row in refused)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror}.") from None


def _library_of(file: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")[:64] or "songs"


def _fail(error: Exception) -> NoReturn:
    typer.echo(str(error), err=True)
    raise typer.Exit(1) from None
