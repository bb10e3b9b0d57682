"""Commands of `tempofit bench` beside the pipeline: WebSocket API, floods, growth and others."""

from typing import TYPE_CHECKING, Annotated, Any

import aiohttp
import msgspec
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import flood as floods
from benchmarks import growth as growths
from benchmarks import imports as cold_imports
from benchmarks import websocket as websockets
from benchmarks.flooder import Kind
from benchmarks.pipeline import Percentiles
from tempofit.measured import measured
from tempofit.printing import print_whole

if TYPE_CHECKING:
    from benchmarks.page_traffic import Asked

Json = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


def websocket(
    clients: Annotated[int, typer.Option(min=1, help="How many hold a connection.")] = 2000,
    messages_per_second: Annotated[
        float, typer.Option(min=1, help="Messages of all clients together.")
    ] = 2000,
    samples: Annotated[int, typer.Option(min=1, max=60, help="Samples in a message.")] = 5,
    seconds: Annotated[float, typer.Option(min=1, help="How long they send.")] = 20,
    json: Json = False,
) -> None:
    """Connections opened and messages through authorizer, model, template and Kinesis.

    Starts a local cloud of its own on free ports and stops it. Exits with 1 when a message was
    lost, doubled or refused.
    """
    try:
        report = measured(
            lambda say: websockets.run(clients, messages_per_second, samples, seconds, progress=say)
        )
    except aiohttp.WSServerHandshakeError as error:
        typer.echo(f"The gateway refused a connection with status {error.status}.", err=True)
        raise typer.Exit(1) from None
    _show(report, json)
    if report.messages_lost or report.messages_duplicated or report.messages_refused:
        raise typer.Exit(1)


def flood(
    users: Annotated[int, typer.Option(min=1, help="How many others want songs.")] = 20,
    seconds: Annotated[float, typer.Option(min=1, help="Of a stretch, without and with.")] = 10,
    stretches: Annotated[int, typer.Option(min=1, help="Of each kind of flood.")] = 2,
    kind: Annotated[
        list[Kind] | None, typer.Option(help="Of messages; repeat for more, by default all.")
    ] = None,
    json: Json = False,
) -> None:
    """What others notice of a client that sends as much as it can, for each kind of message.

    Starts a local cloud of its own on free ports and stops it. Exits with 1 when a song of the
    others was lost.
    """
    report = measured(
        lambda say: floods.run(users, seconds, stretches, kind or list(Kind), progress=say)
    )
    if json:
        typer.echo(msgspec.json.encode(report))
    else:
        _print_floods(report)
    if report.songs_lost:
        raise typer.Exit(1)


def _print_floods(report: floods.Report) -> None:
    console = Console()
    console.print(f"\n{report.machine}\n", highlight=False)
    counts = ("sent", "refused", "told", "closed", "connects", "connects_refused")
    table = Table("flood", *(name.replace("_", " ") for name in counts), box=None)
    times = Table("others' songs, ms", "without", "during", "ratio", "lost", box=None)
    for one in report.floods:
        table.add_row(one.kind, *(f"{getattr(one, name):,}" for name in counts))
        for name in ("p50", "p99"):
            compared = (one.without.song_ms, one.during.song_ms, one.ratio)
            figures = [str(getattr(percentiles, name)) for percentiles in compared]
            lost = one.without.lost + one.during.lost
            times.add_row(f"{one.kind}, {name}", *figures, f"{lost:,}")
    for each in (table, times):
        for column in each.columns[1:]:
            column.justify = "right"
        console.print(each, "")


def growth(
    songs: Annotated[
        list[int] | None, typer.Option(min=1, help="Size of a library; repeat for more.")
    ] = None,
    people: Annotated[
        list[int] | None, typer.Option(min=2, help="People with a song end; repeat for more.")
    ] = None,
    users: Annotated[
        list[int] | None, typer.Option(min=1, help="Users of the pipeline; repeat for more.")
    ] = None,
    seconds: Annotated[int, typer.Option(min=15, help="How long the pipeline runs.")] = 30,
    json: Json = False,
) -> None:
    """What a choice, a song end and a sample cost, against the number of songs and people.

    On the stores of a local cloud of its own, with the tables that `tempofit up` has. Most of its
    time goes into storing the songs.
    """
    report = measured(
        lambda say: growths.run(
            libraries=sorted(songs or growths.LIBRARIES),
            people=sorted(people or growths.PEOPLE),
            users=sorted(users or growths.USERS),
            seconds=seconds,
            progress=say,
        )
    )
    _show(report, json)


def imports(
    times: Annotated[int, typer.Option(min=1, help="Fresh interpreters a handler.")] = 7,
    json: Json = False,
) -> None:
    """What each Lambda handler takes to import in a fresh interpreter, and its first clients."""
    report = measured(lambda say: cold_imports.run(times, progress=say), cold_imports.HandlerError)
    _show(report, json)


def page(
    visits: Annotated[int, typer.Option(min=1, help="The median of so many visits.")] = 5,
    minutes: Annotated[
        int, typer.Option(min=1, max=60, help="How long messages are counted.")
    ] = 10,
    json: Json = False,
) -> None:
    """The page in a real browser: bytes of a visit, times to paint, to the first song and sound.

    And what pages send and are sent over the WebSocket in an hour, by kind: an athlete's with a
    strap, a second screen's that looks at somebody else, and a coach's. Starts a local cloud of its
    own with one athlete, and Chromium; takes about three minutes, and those of `--minutes`.
    """
    from benchmarks import page as pages  # a browser is a second of import that others do not need
    from benchmarks.chromium import NoChromiumError

    report = measured(
        lambda say: pages.run(visits, minutes, progress=say), pages.PageError, NoChromiumError
    )
    if json:
        typer.echo(msgspec.json.encode(report))
        return
    _show(msgspec.structs.replace(report, asked={}), json)
    for who, asked in report.asked.items():
        _print_asked(who, asked)


def _print_asked(who: str, asked: "Asked") -> None:
    title = f"{who}, an hour as those {asked.minutes:g} min"
    table = Table("", "kind", "messages", "bytes", title=title, box=None)
    for column in table.columns[2:]:
        column.justify = "right"
    for way, kinds in (("sent", asked.sent), ("received", asked.received)):
        for kind, (messages, size) in kinds.items():
            table.add_row(way, kind, f"{messages:,}", f"{size:,.0f}")
    print_whole(Console(), table)


def _show(report: msgspec.Struct, json: bool) -> None:
    if json:
        typer.echo(msgspec.json.encode(report))
        return
    console = Console()
    figures = Table("", "", box=None, show_header=False)
    tables = []
    for name, value in msgspec.structs.asdict(report).items():
        title = name.replace("_", " ")
        if name == "machine":
            console.print(f"\n{value}\n", highlight=False)
        elif isinstance(value, dict):
            tables.append(_rows(title, [{"": key, title: cell} for key, cell in value.items()]))
        elif isinstance(value, list):
            tables.append(_rows(title, [msgspec.structs.asdict(row) for row in value]))
        elif isinstance(value, Percentiles):
            figures.add_row(title, f"p50 {value.p50}, p99 {value.p99}")
        elif isinstance(value, msgspec.Struct):
            figures.add_row(title, _text(msgspec.structs.asdict(value)))
        else:
            figures.add_row(title, _text(value))
    for table in [figures, *tables] if figures.rows else tables:
        print_whole(console, table)


def _rows(title: str, rows: list[dict[str, Any]]) -> Table:
    names = list(rows[0]) if rows else []
    table = Table(*(name.replace("_", " ") for name in names), title=title, box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        table.add_row(*(_text(value) for value in row.values()))
    return table


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(number)}" for name, number in value.items())
    if isinstance(value, list):
        return "\n".join(_text(one) for one in value)
    return f"{value:,}" if isinstance(value, int | float) else str(value)
