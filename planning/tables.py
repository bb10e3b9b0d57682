"""Markdown tables, and figures as they stand in them."""

from collections.abc import Sequence


def table(rows: Sequence[Sequence[str]], right: int = -1) -> str:
    """A Markdown table; the first row is its head, the last `right` columns are numbers.

    By default all but the first are.
    """
    head, *rest = rows
    left = 1 if right < 0 else len(head) - right
    rule = ["---" if column < left else "---:" for column in range(len(head))]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rest))


def number(value: float) -> str:
    """A figure of a table: whole from ten on, else two digits."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def people(count: int) -> str:
    """So many people, in words."""
    return "1 person" if count == 1 else f"{count:,} people"
