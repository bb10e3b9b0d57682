"""`tempofit chaos`: whatever fails, the music goes on."""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.chaos import run as chaotic
from benchmarks.chaos.report import Report
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
    Redis lost before an average told of it (then windows begin anew and count from one); left out,
    when nobody sent it but a device while a newer one of the same person did; and lost in all other
    cases. A song of a playlist that Redis lost has to be told only if it is the last. Poison
    becomes dead letters, but in the heart rates, where clients could send it: there `average`
    counts it as Unreadable or Unusable, again where a batch comes again.

    All is well again when everybody is connected, had an average told within 20 s and has a song
    or has missed one for less than 5 s, no request has waited 5 s for its song, and hardly any
    record waits. Who is not heard because their own clock is off is left out meanwhile; other
    faults may run, and add to the time.

    Exits with 1, and says in sentences what did not hold, unless no sample is lost or folded
    twice, no slot has two songs or none, all songs are told, dead letters name the poison, no more
    and no less, and all was well again after each fault. It should be so 30 s after each fault,
    for all slots 45 s and all songs 60 s after the last. A machine may be slow and busy, so what
    takes longer is told as late; it fails when it has not come 180 s after the last fault for
    slots, 240 s for all else.
    """
    report = measured(lambda say: chaotic.run(users, minutes, seed, progress=say))
    if json:
        typer.echo(msgspec.json.encode(report))
    else:
        _print(report)
    if report.unmet:
        raise typer.Exit(1)


NAMED = ("machine", "faults", "recovered_s", "unmet", "late")
"""What is not a figure of its own."""


def _print(report: Report) -> None:
    console = Console(highlight=False)
    console.print(f"\n{report.machine}\n")
    table = Table("fault", "times", "well after s", box=None, padding=(0, 2, 0, 0))
    table.columns[0].no_wrap = True
    for kind, times in report.faults.items():
        seconds = report.recovered_s.get(kind)
        table.add_row(kind, str(times), "never" if seconds is None else f"{seconds:g}")
    console.print(table)
    for name, figure in msgspec.structs.asdict(report).items():
        if name not in NAMED:
            console.print(f"{name.replace('_', ' '):24} {_text(figure)}")
    console.print()
    for sentence in report.late:
        console.print(f"Late: {sentence}", markup=False)
    for sentence in report.unmet:
        console.print(f"Did not hold: {sentence}", markup=False)
    if not report.unmet:
        console.print("All that must hold held.")


def _text(figure: float | list[float]) -> str:
    if isinstance(figure, list):
        return ", ".join(f"{each:g}" for each in figure)
    return f"{figure:,}"
