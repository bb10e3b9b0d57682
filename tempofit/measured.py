"""What keeps a local cloud from running or being measured, told as a sentence."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import typer
from rich.console import Console

from local.data import DataError
from local.interrupts import interruptible
from local.lock import LockedError
from local.processes import PartError
from local.template.synth import SynthError
from local.valkey import NoRedisError

ReportT = TypeVar("ReportT")

FAILURES = (PartError, SynthError, NoRedisError, LockedError, DataError)
"""What starting and running the local cloud raises."""


@contextmanager
def told(*others: type[Exception]) -> Iterator[None]:
    """Exits with 1 and a sentence when the local cloud, or what raises `others`, fails inside."""
    try:
        yield
    except FAILURES + others as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def measured(
    measure: Callable[[Callable[[str], None]], ReportT], *others: type[Exception]
) -> ReportT:
    """What `measure` says, which gets a function that prints its progress.

    Exits as `told` does, and with 130 when it was stopped before the end.
    """
    console = Console(stderr=True)
    with interruptible(lambda: console.print("Stopping everything.")):
        try:
            with told(*others):
                return measure(console.print)
        except KeyboardInterrupt:
            typer.echo("Stopped before the end; nothing was measured.", err=True)
            raise typer.Exit(130) from None
