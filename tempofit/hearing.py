"""`tempofit bench tempo`: how often the tempo that is heard is the one that was played."""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import tempo as tempi
from catalog.audio import MissingError
from tempofit.measured import measured


def tempo(
    every: Annotated[
        int, typer.Option(min=1, max=50, help="Each so many tracks only, for a quick look.")
    ] = 1,
    without_peers: Annotated[bool, typer.Option(help="TempoFit alone.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Tempi by ear, of the command and the page, against librosa, aubio and essentia.

    Tracks are made of drums, bass and chords: eight patterns at 60 to 190 beats a minute, loops of
    three genres, swing, a tempo that drifts by 2 %, intros without drums. Peers are installed into
    environments of their own under .tempofit. `make audio` installs what reads music files.
    """
    report = measured(
        lambda say: tempi.run(every, with_peers=not without_peers, progress=say),
        tempi.HearingError,
        MissingError,
    )
    if json:
        typer.echo(msgspec.json.encode(report))
    else:
        _print(report)


def _print(report: tempi.Report) -> None:
    console = Console()
    console.print(f"\n{report.machine}\n", highlight=False)
    table = Table("within 4 %, and but for an octave", "tracks", *report.all, box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for group, shares in [*report.groups.items(), ("all", report.all)]:
        count = next(iter(shares.values())).tracks
        table.add_row(group, str(count), *map(_words, shares.values()))
    console.print(table, "")
    for name, one in report.sureness.items():
        console.print(
            f"The {name} was sure of {one.sure}, and right of {one.sure_right}; not sure of "
            f"{one.unsure}, and right of {one.unsure_right}, its other tempo of "
            f"{one.unsure_other_right}.",
            highlight=False,
        )
    for name, reason in report.left_out.items():
        console.print(f"Left out {name}: {reason}", highlight=False)


def _words(share: tempi.Share) -> str:
    return f"{share.right:.0%} {share.right_but_for_octave:.0%}"
