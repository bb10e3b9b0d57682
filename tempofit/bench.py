"""`tempofit bench`: what the pipeline does on this machine, counted from outside."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import average as averages
from benchmarks import pipeline
from catalog.errors import FileError
from tempofit import hearing, measure, overload
from tempofit.measured import measured
from tempofit.printing import print_whole

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Measure on this machine.")
app.command()(measure.websocket)
app.command()(measure.flood)
app.command()(measure.growth)
app.command()(measure.imports)
app.command()(measure.page)
app.command()(overload.overload)
app.command()(hearing.tempo)


@app.callback()
def bench() -> None:
    """Measure on this machine."""


@app.command("pipeline")
def pipeline_command(
    users: Annotated[int, typer.Option(min=1, help="How many people work out.")] = 1000,
    seconds: Annotated[int, typer.Option(min=15, help="How long, in real time.")] = 60,
    workouts: Annotated[
        Path | None, typer.Option(help="Recorded workouts instead of simulated ones.")
    ] = None,
    songs: Annotated[
        Path | None, typer.Option(help="Songs from a CSV or Parquet file instead of generated.")
    ] = None,
    clients: Annotated[
        int | None,
        typer.Option(min=0, help="How many hold a WebSocket; by default all, at most 1,000."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same people.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """One sample a second from everybody: what is lost, doubled, late, and what it costs.

    Starts a local cloud of its own on free ports and stops it. Exits with 1 when a sample was
    lost or folded twice, an average was wrong, or a slot got no song or two.
    """
    report = measured(
        lambda say: pipeline.run(
            users,
            seconds,
            workouts=workouts,
            songs=songs,
            listeners=clients,
            seed=seed,
            progress=say,
        ),
        FileError,
    )
    if json:
        typer.echo(msgspec.json.encode(report))
    else:
        _print(report)
    if not _is_clean(report):
        raise typer.Exit(1)


def _is_clean(report: pipeline.Report) -> bool:
    return not (
        report.samples_lost
        or report.samples_duplicated
        or report.averages_wrong
        or report.songs_duplicated
        or report.slots_unfilled
    )


def _print(report: pipeline.Report) -> None:
    console = Console()
    console.print(f"\n{report.machine}\n", highlight=False)
    counts = Table("count", "", title=f"{report.users:,} people, {report.seconds} s", box=None)
    times = Table("milliseconds", "p50", "p99", box=None)
    parts = Table("part", "CPU s", "peak MB", box=None)
    for name, value in msgspec.structs.asdict(report).items():
        if isinstance(value, pipeline.Percentiles):
            times.add_row(name.removesuffix("_ms"), str(value.p50), str(value.p99))
        elif isinstance(value, int) and name not in ("users", "seconds"):
            counts.add_row(name.replace("_", " "), f"{value:,}")
    growth = Table("by quarter of the run", "1", "2", "3", "4", box=None)
    growth.add_row("fold p99, ms", *map(str, report.fold_ms_p99_by_quarter))
    growth.add_row("memory, MB", *(f"{megabytes:,.0f}" for megabytes in report.rss_mb_by_quarter))
    for part, cpu_seconds in report.cpu_seconds.items():
        parts.add_row(part, f"{cpu_seconds:.1f}", f"{report.peak_rss_mb.get(part, 0):.0f}")
    for table in (counts, times, growth, parts):
        table.columns[0].min_width = 20
        for column in table.columns[1:]:
            column.justify = "right"
        print_whole(console, table)


@app.command("average")
def average_command(
    users: Annotated[int, typer.Option(min=1, help="How many people work out.")] = 10_000,
    samples_per_record: Annotated[
        list[int] | None, typer.Option(min=1, max=60, help="Repeat for more; by default 1 and 5.")
    ] = None,
    seconds_of_data: Annotated[
        int, typer.Option(min=1, help="Of everybody's samples, after 40 s that warm up.")
    ] = 30,
    repeats: Annotated[int, typer.Option(min=1, help="The median of so many counts.")] = 3,
    without_peers: Annotated[bool, typer.Option(help="TempoFit alone.")] = False,
    spikes: Annotated[
        bool,
        typer.Option("--spikes", help="And what leaving out spikes costs, on lines with some."),
    ] = False,
    profile: Annotated[
        Path | None, typer.Option(help="Write where the time goes to this file instead.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Samples a second on one core through `average`, against Bytewax, Flink SQL and plain Python.

    Bytewax and Flink run twice, in memory and keeping their state as TempoFit does; of Quix
    Streams, which runs with Kafka only, the state is measured. Peers are installed into
    environments of their own under .tempofit. Exits with 1 when the implementations do not come
    to the same averages and decisions.
    """
    sizes = samples_per_record or [1, 5]
    if profile:
        text = measured(
            lambda say: averages.profile(users, sizes, seconds_of_data), averages.BenchmarkError
        )
        profile.write_text(text)
        return
    report = measured(
        lambda say: averages.run(
            users,
            sizes,
            seconds_of_data,
            repeats,
            with_peers=not without_peers,
            with_filter=spikes,
            progress=say,
        ),
        averages.BenchmarkError,
    )
    if json:
        typer.echo(msgspec.json.encode(report))
    else:
        _print_averages(report)
    if not all(size.outcomes_equal for size in report.sizes):
        raise typer.Exit(1)


def _print_averages(report: averages.Report) -> None:
    console = Console()
    console.print(f"\n{report.machine}\n", highlight=False)
    title = f"{report.users:,} people, {report.seconds_of_data} s of samples"
    columns = ("samples a record", "", "samples/s a core", "by wall clock", "by CPU", "TempoFit is")
    table = Table(*columns, title=title, box=None)
    for column in table.columns[2:]:
        column.justify = "right"
    for size in report.sizes:
        rates: dict[str, averages.Rate | averages.Own] = {"tempofit": size.tempofit}
        for name, rate in (rates | size.peers_by).items():
            table.add_row(
                str(size.samples_per_record),
                name.replace("_", " "),
                f"{rate.samples_per_s_per_core:,}",
                f"{rate.by_wall_clock:,}",
                f"{rate.by_cpu_time:,}",
                f"{size.ratio[name]:.2f} times as fast" if name in size.ratio else "",
            )
    print_whole(console, table)
    for size in report.sizes:
        if size.filter:
            console.print(
                f"{size.samples_per_record} a record, with the filter of spikes by without it: "
                f"{size.filter.calm:.2f} times as fast on lines without spikes, "
                f"{size.filter.spikes:.2f} times on lines with one each 100 s.",
                highlight=False,
            )
    for name, how in report.durable.items():
        console.print(f"{name.replace('_', ' ').capitalize()}: {how}.", highlight=False)
    for name, reason in report.left_out.items():
        console.print(f"Left out {name}: {reason}", highlight=False)
