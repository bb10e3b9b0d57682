"""`tempofit up`: the whole cloud on this machine, until Ctrl-C."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from catalog.demo import demo_songs
from catalog.errors import FileError, Refused
from catalog.files import read_songs
from catalog.library import entries_in, remove_songs
from catalog.store import StoreError, store_songs
from catalog.tables import first_few
from events.session import Song
from local.athletes import start_athletes
from local.data import DATA, LAKE
from local.interrupts import interruptible
from local.launcher import FIRST_PORT, Cloud, running
from simulator.athletes import user_name
from tempofit.measured import told

LIBRARY = "demo"
CHECK_SECONDS = 0.5


def up(
    athletes: Annotated[
        int, typer.Option(min=0, max=2000, help="How many simulated athletes work out.")
    ] = 25,
    speed: Annotated[
        float, typer.Option(min=1, max=60, help="How many times as fast they do.")
    ] = 1.0,
    songs: Annotated[
        Path | None,
        typer.Option(help="Songs from a CSV or Parquet file instead of the generated ones."),
    ] = None,
    workouts: Annotated[
        Path | None, typer.Option(help="Recorded workouts instead of simulated ones.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help=f"The page's port.  [default: {FIRST_PORT}, or a free one]"
        ),
    ] = None,
    websocket_port: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65535,
            help=f"The WebSocket API's port.  [default: {FIRST_PORT + 1}, or a free one]",
        ),
    ] = None,
    data: Annotated[
        Path,
        typer.Option(
            show_default=False,
            help="The folder of what lasts from one start to the next.  [default: .tempofit/data]",
        ),
    ] = DATA,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin empty: delete what is kept there.")
    ] = False,
    lake: Annotated[
        bool,
        typer.Option("--lake", help="Write averages and plays, without names, as Parquet there."),
    ] = False,
) -> None:
    """Run the whole cloud on this machine, with athletes and songs, until Ctrl-C.

    Songs, everybody's own libraries and what they like last from one start to the next, whatever
    ends it; what is going on, averages and songs that play, does not.

    Each part has the same port at each start, where it is free. One cloud runs in a folder at a
    time: .tempofit/run, or what TEMPOFIT_RUN names. `tempofit env` prints what tools need, and
    `tempofit status` how it does.
    """
    say = Progress()
    with interruptible(lambda: say("Stopping everything")):
        try:
            with told(FileError, StoreError):
                chosen = _songs(songs)
                users = [user_name(number) for number in range(1, max(athletes, 1) + 1)]
                with running(
                    data=data.absolute(),
                    fresh=fresh,
                    page_port=port,
                    websocket_port=websocket_port,
                    usual_ports=True,
                    users=users,
                    lake=lake,
                    progress=say,
                ) as cloud:
                    say(f"Storing {len(chosen):,} songs")
                    _store(cloud, chosen, alone=songs is not None)
                    if athletes:
                        start_athletes(cloud, athletes, speed, workouts)
                    _say_where(cloud, athletes, data.absolute() / LAKE if lake else None)
                    _watch(cloud)
        except KeyboardInterrupt:
            say("Stopped; nothing is left running.")


class Progress:
    """Prints what happens, with the seconds since the start."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = clock()

    def __call__(self, sentence: str) -> None:
        """Print one sentence; a terminal that was closed has no reader."""
        with suppress(OSError):
            typer.echo(f"{self._clock() - self._start:5.1f} s  {sentence}")


def _songs(file: Path | None) -> list[Song]:
    if file is None:
        return demo_songs()
    refused: list[Refused] = []
    songs = list(read_songs(file, refused.append))
    for line in first_few(refused):
        typer.echo(line)
    if not songs:
        raise FileError(f"{file} holds no song that can be played.")
    return songs


def _store(cloud: Cloud, songs: Sequence[Song], *, alone: bool) -> None:
    """Fill the library; those of a file are `alone` in it, whatever an earlier start left."""
    dynamodb, table = cloud.client("dynamodb"), cloud.addresses.songs_table
    store_songs(dynamodb, table, LIBRARY, songs)
    if alone:
        there = {entry.song.id for entry in entries_in(dynamodb, table, LIBRARY)}
        remove_songs(dynamodb, table, LIBRARY, sorted(there - {song.id for song in songs}))


def _say_where(cloud: Cloud, athletes: int, lake: Path | None) -> None:
    addresses = cloud.addresses
    files = f"  Lake       {lake}\n" if lake else ""
    typer.echo(
        f"\nTempoFit runs with {athletes} athletes.\n"
        f"  Page       {addresses.page_url}\n"
        f"  WebSocket  {addresses.websocket_url}\n"
        f"  HTTP       {addresses.heart_rate_url}  heart rates by POST\n"
        f"  Token      {addresses.token_url}?user=athlete-001\n"
        f"  Logs       {cloud.logs}\n"
        f"{files}"
        "Ctrl-C stops everything.\n"
    )


def _watch(cloud: Cloud) -> None:
    while True:
        cloud.check()
        time.sleep(CHECK_SECONDS)
