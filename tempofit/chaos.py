"""`tempofit chaos`: whatever fails, the music goes on."""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.chaos import run as chaotic
from tempofit.measured import measured


def chaos(
    users: Annotated[int, typer.Option(min=1, max=1000, help="How many people work out.")] = 20,
    minutes: Annotated[float, typer.Option(min=0.5, help="How long faults happen.")] = 2.0,
    seed: Annotated[int, typer.Option(help="The same seed makes the same faults.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="Print the ledger as JSON.")] = False,
) -> None:
    """Faults at random, on a local cloud of its own, and what became of every heart rate and song.

    Functions, Redis and the gateway are killed; the tables, the streams and the connections are
    slow, refuse, do half, or do not say what they did; records come three times, in disorder, or
    are none; clocks are off by a minute and a half; a client does not read, another has two
    devices. The seed decides what happens when; how it meets what runs then differs each time.
    Songs are 20 to 40 s long. Starts its cloud on free ports and stops it.

    A sample is folded when an average counts it; refused, when its device's clock was off, so
    that it was behind what was known or too far in the future; gone, when it was in a window that
    Redis lost before an average told of it (then windows begin anew and count from one); and lost
    in all other cases. A song of a playlist that Redis lost has to be told only if it is the last.
    Poison becomes dead letters, but in the heart rates, where clients could send it: there
    `average` counts it as Unreadable or Unusable, again where a batch comes again.

    All is well again when everybody is connected, no request has waited 5 s for its song and
    hardly any record waits; other faults may run meanwhile, and no time makes it fail.

    Exits with 1 unless nothing is lost, folded twice or given a second song, all slots are filled
    (it should take 45 s after the last fault, and is waited for four times as long), all songs
    are told (60 s, likewise), and the dead letters are the poison, no more and no less.
    """
    report = measured(lambda say: chaotic.run(users, minutes, seed, progress=say))
    if json:
        typer.echo(msgspec.json.encode(report))
    else:
        _print(report)
    if not report.is_clean:
        raise typer.Exit(1)


def _print(report: chaotic.Report) -> None:
    console = Console()
    console.print(f"\n{report.machine}\n", highlight=False)
    figures = msgspec.structs.asdict(report)
    table = Table("fault", "times", "well after s", box=None, padding=(0, 2, 0, 0))
    for kind, times in report.faults.items():
        seconds = report.recovered_s.get(kind)
        table.add_row(kind, str(times), "never" if seconds is None else f"{seconds:g}")
    console.print(table)
    for name, figure in figures.items():
        if name not in ("machine", "faults", "recovered_s"):
            console.print(f"{name.replace('_', ' '):26} {_text(figure)}", highlight=False)


def _text(figure: int | float | list[float]) -> str:
    if isinstance(figure, list):
        return ", ".join(f"{each:g}" for each in figure)
    return f"{figure:,}"
