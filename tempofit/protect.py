"""`tempofit protect`: whether the stack of a stage can be deleted."""

from typing import Annotated

import typer

from tempofit.addresses import CloudError
from tempofit.operations import protection


def protect(
    stage: Annotated[str, typer.Option("--stage", help="The deployed stage: dev or prod.")],
    off: Annotated[bool, typer.Option("--off", help="Let it be deleted again.")] = False,
) -> None:
    """Protect the stack of a deployed stage from being deleted.

    `make deploy` does this to prod when it is there, as `cdk deploy` takes the protection away.
    """
    try:
        name = protection.protect(stage, not off)
    except CloudError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"The stack {name!r} {'can' if off else 'cannot'} be deleted.")
