"""The tables of docs/cost.md: `python -m planning.cost_tables` writes them into the page anew."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.project import PROJECT
from local.template.synth import synthesize
from planning.cost import Cost, cost, savings
from planning.load import Load
from planning.page import ADAPTIVE_FLUSH_SECONDS
from planning.prices import BILLION, MILLION, PRICES, SIGN_IN, Price
from planning.tables import number, table
from planning.watchers import Watcher

PAGE = PROJECT / "docs" / "cost.md"
USERS = 10_000
SIZES = (1_000, 10_000, 100_000, 1_000_000)
FLUSHES = (1.0, 5.0, ADAPTIVE_FLUSH_SECONDS, 15.0)
PEAK_MEAN = 0.223
"""The people of a mean hour for each of the busiest: 20 members with five workouts of 45 minutes in
two weeks, as docs/scaling.md assumes for each person at the peak."""


def bill_table(bill: Cost) -> str:
    """The lines of a bill, the dearest first."""
    rows = [["line", "unit", "an hour", "$ for 1,000 user-hours", "$ a month"]]
    rows += [
        [
            line.line,
            line.unit,
            quantity(line.quantity_per_hour),
            f"{line.per_1000_user_hours_usd:.4f}",
            f"{line.per_month_usd:,.2f}",
        ]
        for line in bill.lines
    ]
    total = [f"{bill.per_1000_user_hours_usd:.4f}", f"{bill.per_month_usd:,.2f}"]
    return table([*rows, ["all lines", "", "", *total]], right=3)


def sizes_table(template: Mapping[str, Any]) -> str:
    """1,000 user-hours by people at once and by seconds between messages."""
    head = ["people at once", *(f"a message every {seconds:g} s" for seconds in FLUSHES)]
    rows = [
        [
            f"{users:,}",
            *(
                f"${cost(Load(users, seconds), template).per_1000_user_hours_usd:.2f}"
                for seconds in FLUSHES
            ),
        ]
        for users in SIZES
    ]
    return table([head, *rows])


def means_table(template: Mapping[str, Any]) -> str:
    """What a month costs in which the same number of people comes at the peak only."""
    rows = [
        [
            *("10,000 people", "user-hours a month"),
            *("$ for 1,000 user-hours", "of that, plays", "$ a month"),
        ]
    ]
    for name, mean in (
        ("at every hour", 1.0),
        (f"at the peak, {PEAK_MEAN:.0%} of them on average", PEAK_MEAN),
    ):
        bill = cost(Load(USERS, ADAPTIVE_FLUSH_SECONDS), template, mean)
        rows.append(
            [
                name,
                quantity(bill.user_hours_per_month),
                f"{bill.per_1000_user_hours_usd:.3f}",
                f"{bill.plays_per_1000_user_hours_usd:.3f}",
                f"{bill.per_month_usd:,.0f}",
            ]
        )
    return table(rows)


def sign_in_table(template: Mapping[str, Any]) -> str:
    """What Cognito would ask on top."""
    rows = [["10,000 people", "plan", "people a month", "$ for 1,000 user-hours", "$ a month"]]
    for name, mean in (("at every hour", 1.0), ("at the peak", PEAK_MEAN)):
        bill = cost(Load(USERS, ADAPTIVE_FLUSH_SECONDS), template, mean)
        rows += [
            [
                name,
                one.plan,
                quantity(one.monthly_users),
                f"{one.per_1000_user_hours_usd:.2f}",
                f"{one.per_month_usd:,.0f}",
            ]
            for one in bill.sign_in
        ]
    return table(rows, right=3)


def watchers_table(bill: Cost) -> str:
    """What those cost who look at others, line by line."""
    rows = [["line", "unit", *(one.who for one in bill.watchers)]]
    rows += [
        [first.line, first.unit, *(_looked(one, first.line) for one in bill.watchers)]
        for first in bill.watchers[0].lines
    ]
    totals = [f"{one.usd_per_hour:.4f}" for one in bill.watchers]
    return table([*rows, ["$ an hour", "", *totals]], right=len(totals))


def _looked(one: Watcher, name: str) -> str:
    (line,) = (line for line in one.lines if line.line == name)
    return f"{quantity(line.quantity)}: ${line.usd:.4f}"


def savings_table(template: Mapping[str, Any]) -> str:
    """What could be cheaper."""
    rows = [["way", "what it costs otherwise", "$ less for 1,000 user-hours"]]
    found = savings(Load(USERS, ADAPTIVE_FLUSH_SECONDS), template)
    rows += [[one.way, one.price, f"{one.saved_usd:.4f}"] for one in found]
    return table(rows, right=1)


def quotas_table(bill: Cost) -> str:
    """How much of each quota is used, the one that binds first on top."""
    rows = [["quota", "most", "used", "reached at"]]
    rows += [
        [limit.name, number(limit.most), f"{limit.used / limit.most:.1%}", f"{limit.users:,}"]
        for limit in bill.quotas
    ]
    return table(rows)


def prices_table() -> str:
    """The table of prices."""
    rows = [["price of", "unit", "$", "page", "found in"]]
    rows += [
        [price.name, price.unit, _usd(price), price.page, price.found]
        for price in (*PRICES, *SIGN_IN.values())
    ]
    return table(rows, right=0)


def quantity(value: float) -> str:
    """A quantity in few digits."""
    if value >= MILLION:
        return f"{value / MILLION:,.2f} M"
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.3g}"


def _usd(price: Price) -> str:
    """Of a million units where a unit costs less than a hundredth of a cent; with its steps."""
    per_million = price.usd < 1e-4 and not price.name.startswith("Cognito")
    factor, of = (MILLION, " a million") if per_million else (1.0, "")
    steps = [f"{price.usd * factor:.4g}{of}"]
    steps += [f"{usd * factor:.4g} beyond {_units(units)}" for units, usd in price.beyond]
    return ", ".join(steps)


def _units(units: float) -> str:
    return f"{units / BILLION:g} thousand million" if units >= BILLION else f"{units:,.0f}"


def tables(template: Mapping[str, Any]) -> list[str]:
    """The tables of the page, in order."""
    bill = cost(Load(USERS, ADAPTIVE_FLUSH_SECONDS), template)
    return [
        means_table(template),
        bill_table(bill),
        watchers_table(bill),
        sizes_table(template),
        sign_in_table(template),
        savings_table(template),
        quotas_table(bill),
        prices_table(),
    ]


def written(page: str, anew: list[str]) -> str:
    """The page with its tables replaced, in their order. ValueError when it has another number."""
    blocks: list[list[str]] = []
    text: list[str | None] = []
    for line in page.splitlines():
        if not line.startswith("|"):
            text.append(line)
        elif text and text[-1] is None:
            blocks[-1].append(line)
        else:
            text.append(None)
            blocks.append([line])
    if len(blocks) != len(anew):
        raise ValueError(f"The page has {len(blocks)} tables instead of {len(anew)}.")
    rest = iter(anew)
    return "\n".join(next(rest) if line is None else line for line in text) + "\n"


def rewrite(path: Path = PAGE) -> None:
    """Writes the tables of the prod stage into the page."""
    path.write_text(written(path.read_text(), tables(synthesize("prod"))))


if __name__ == "__main__":
    rewrite()
