"""What commands say, and how they end when they cannot do what was asked."""

from typing import NoReturn

import typer


def plural(count: int, thing: str) -> str:
    """`1 song`, `2 songs`."""
    return f"{count:,} {thing if count == 1 else f'{thing}s'}"


def fail(error: Exception | str) -> NoReturn:
    """Ends the command with a sentence and exit code 1."""
    typer.echo(str(error), err=True)
    raise typer.Exit(1) from None
