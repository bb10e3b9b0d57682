"""Tables in a terminal."""

from rich.console import Console
from rich.table import Table


def print_whole(console: Console, table: Table) -> None:
    """Print a table and an empty line; where the terminal is narrow, words go on below, uncut."""
    for column in table.columns:
        column.overflow = "fold"
    console.print(table, "")
