"""`tempofit capacity`: what so many people at once need on AWS. Computed, not run there."""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from local.template.synth import SynthError, synthesize
from planning import capacity as model
from planning.capacity_tables import busiest, shards
from planning.load import Load
from planning.tables import number, people
from planning.template import settings_of
from tempofit.printing import print_whole


def capacity(
    users: Annotated[
        int, typer.Option(min=1, max=100_000_000, help="People who work out at once.")
    ],
    flush: Annotated[
        float,
        typer.Option(min=1, max=60, help="Seconds between two messages of a client; adaptive: 12."),
    ] = 5.0,
    song: Annotated[
        float, typer.Option(min=30, max=1200, help="Seconds that a song lasts, on average.")
    ] = 224.0,
    workout: Annotated[
        float, typer.Option(min=60, max=7200, help="Seconds that a workout lasts, on average.")
    ] = 2700.0,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """What so many people at once need on AWS, hop by hop, and which limit they meet first.

    Computed from prod's synthesized template, AWS's published quotas and what was measured on one
    machine; docs/scaling.md says how. Nothing is run.
    """
    load = Load(users, flush, song, workout)
    try:
        found = model.capacity(load, settings_of(synthesize("prod")))
    except SynthError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if json:
        typer.echo(msgspec.json.encode(found))
    else:
        _print(found)


def _print(found: model.Capacity) -> None:
    console = Console(highlight=False)
    load = found.load
    console.print(
        f"\n{people(load.users)}, a message every {load.flush_seconds:g} s, "
        f"songs of {load.song_seconds:g} s, workouts of {load.workout_seconds / 60:g} min\n"
    )
    for table in (_hops(found), _stores(found), _limits(found)):
        print_whole(console, table)
    first = found.limits[0]
    console.print(f"First: {first.name}, with {people(first.users)}. Then {first.remedy}.")


def _hops(found: model.Capacity) -> Table:
    table = Table(box=None)
    table.add_column("stream → function")
    for head in ("records/s", "kB/s", "shards (now)", "busiest", "invocations/s", "ms", "at once"):
        table.add_column(head, justify="right")
    for hop in found.hops:
        table.add_row(
            f"{hop.stream} → {hop.function}",
            number(hop.records_per_second),
            number(hop.bytes_per_second / 1e3),
            f"{shards(hop)} ({hop.shards_in_template})",
            busiest(hop),
            number(hop.invocations_per_second),
            number(hop.batch_seconds * 1000),
            number(hop.concurrency),
        )
    return table


def _stores(found: model.Capacity) -> Table:
    table = Table("a second", "", box=None)
    table.columns[1].justify = "right"
    for part in (found.api, found.dynamodb, found.redis):
        for name, value in msgspec.structs.asdict(part).items():
            if isinstance(value, float):
                table.add_row(name.removesuffix("_per_second").replace("_", " "), number(value))
    for what, size in found.redis.bytes_kept.items():
        table.add_row(f"Redis keeps of {what}, MB", number(size / 1e6))
    return table


def _limits(found: model.Capacity) -> Table:
    table = Table("limit", "used", "most", "reached at", "what to do", box=None)
    for column in table.columns[1:4]:
        column.justify = "right"
    for limit in found.limits:
        used = f"{limit.used / limit.most:.0%}"
        name = f"[bold]{limit.name}[/bold]" if limit.used > limit.most else limit.name
        table.add_row(name, used, number(limit.most), f"{limit.users:,}", limit.remedy)
    return table
