"""`tempofit bench overload`: more songs than can be made, and a `recommend` that hangs."""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import overload as overloads
from tempofit.measured import measured
from tempofit.printing import print_whole

COLUMNS = (
    "use",
    "stall s",
    "songs",
    "asked",
    "backlog",
    "silent",
    "empty",
    "p50 s",
    "p99 s",
    "over s",
    "target",
)
"""`asked`: requests a song; `empty`: slots; `over`: until it was as before."""


def overload(
    capacity: Annotated[
        float | None,
        typer.Option(min=1, help="Songs a second to go by, instead of what this machine can do."),
    ] = None,
    stall: Annotated[
        list[float] | None,
        typer.Option(min=1, help="Seconds that `recommend` hangs; repeat; by default 60 and 120."),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=2, help="How long each load lasts.")
    ] = overloads.LOAD_SECONDS,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Songs at half, once and twice of what this machine can do, and after `recommend` has hung.

    Starts a local cloud of its own on free ports and stops it. Takes about twenty minutes, more
    where it does not become as before.
    """
    report = measured(
        lambda say: overloads.run(capacity, stall or overloads.STALLS, seconds, progress=say)
    )
    if json:
        typer.echo(msgspec.json.encode(report))
    else:
        _print(report)


def _print(report: overloads.Report) -> None:
    console = Console()
    console.print(f"\n{report.machine}\n", highlight=False)
    title = f"{report.capacity_songs_per_s:g} songs/s are this machine's capacity"
    table = Table(*COLUMNS, title=title, box=None, padding=(0, 1, 0, 0))
    for column in table.columns:
        column.justify = "right"
    for run in report.runs:
        *figures, recovered = msgspec.structs.astuple(run)
        target = overloads.target_seconds(run)
        table.add_row(
            *(f"{figure:,}" if figure is not None else "" for figure in figures),
            "never" if recovered is None else f"{recovered:g}",
            "" if target is None else f"{target:g}",
        )
    print_whole(console, table)
    console.print(
        f"\n{overloads.requests_per_song(report.runs):.2f} requests a song in all; the target is "
        f"at most {overloads.TARGET_REQUESTS:g}.",
        highlight=False,
    )
