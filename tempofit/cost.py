"""`tempofit cost`: what so many people at once cost on AWS. Computed, not billed."""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from local.template.synth import SynthError, synthesize
from planning import cost as model
from planning.cost_tables import quantity
from planning.load import Load
from planning.page import ADAPTIVE_FLUSH_SECONDS
from planning.tables import number, people
from tempofit.printing import print_whole

STAGE = "prod"


def cost(
    users: Annotated[
        int, typer.Option(min=1, max=100_000_000, help="People who work out at once.")
    ],
    flush: Annotated[
        float, typer.Option(min=1, max=60, help="Seconds between two messages of a client.")
    ] = ADAPTIVE_FLUSH_SECONDS,
    by_http: Annotated[
        float,
        typer.Option(min=0, max=1, help="Share of people whose heart rates come by HTTP."),
    ] = 0.0,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """The bill of so many people at once, line by line, and the quotas that they need.

    Computed from the prod stage's template, the capacity model and a table of list prices;
    docs/cost.md says how. Nothing is run or asked of AWS.
    """
    try:
        found = model.cost(Load(users, flush, by_http=by_http), synthesize(STAGE))
    except SynthError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if json:
        typer.echo(msgspec.json.encode(found))
    else:
        _print(found)


def _print(found: model.Cost) -> None:
    console = Console(highlight=False)
    load = found.load
    console.print(
        f"\n{people(load.users)} at once all month, a message every {load.flush_seconds:g} s; "
        f"list prices of {found.region}, {found.prices_of}\n"
    )
    for table in (_lines(found), _needs(found)):
        print_whole(console, table)
    console.print(
        f"${found.per_1000_user_hours_usd:.3f} for 1,000 user-hours, "
        f"${found.per_month_usd:,.0f} a month."
    )
    console.print(
        f"Of that, ${found.plays_per_1000_user_hours_usd:.3f} for what was played: kept, after a "
        "year, and told."
    )
    for one in found.sign_in:
        console.print(
            f"Signing in by Cognito {one.plan}, {people(round(one.monthly_users))} a month: "
            f"${one.per_1000_user_hours_usd:.3f} and ${one.per_month_usd:,.0f} more."
        )
    for watcher in found.watchers:
        console.print(f"On top, {watcher.who}: ${watcher.usd_per_hour:.4f} an hour.")
    first = found.quotas[0]
    console.print(
        f"Of the quotas, {first.name} binds first, with {people(first.users)}. Then {first.remedy}."
    )


def _lines(found: model.Cost) -> Table:
    table = Table("line", "an hour", "unit", "$ for 1,000 user-hours", "$ a month", box=None)
    for column in (1, 3, 4):
        table.columns[column].justify = "right"
    for line in found.lines:
        table.add_row(
            line.line,
            quantity(line.quantity_per_hour),
            line.unit,
            f"{line.per_1000_user_hours_usd:.4f}",
            f"{line.per_month_usd:,.2f}",
        )
    return table


def _needs(found: model.Cost) -> Table:
    table = Table("it needs", "", box=None)
    table.columns[1].justify = "right"
    for stream, shards in found.shards.items():
        table.add_row(f"shards of {stream}", f"{shards:,}")
    table.add_row("functions running at once", number(found.lambda_concurrency))
    table.add_row("GB of Redis", f"{found.redis_gb:.1f}")
    for limit in found.quotas:
        table.add_row(f"of {limit.name} ({number(limit.most)})", f"{limit.used / limit.most:.1%}")
    return table
