"""`tempofit forget`: deletes what is kept of a person."""

from typing import Annotated

import msgspec
import typer

from tempofit.addresses import CloudError
from tempofit.operations.forget import Forgotten, forget_here, forget_on_aws
from tempofit.options import StageOption, check_user


def forget(
    user: Annotated[
        str, typer.Argument(help="Whom to forget: the subject of their token.", callback=check_user)
    ],
    stage: StageOption = "",
    json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON.")] = False,
) -> None:
    """Delete a person's items and keys everywhere, and say how many of which kind.

    May be said again at any time. Their login is the issuer's to delete. Heart rates in the streams
    are gone after 24 hours, and what backups hold when those end. The lake, where there is one, is
    out of reach: it says for how long rows stay there.
    """
    try:
        forgotten = forget_on_aws(user, stage) if stage else forget_here(user)
    except CloudError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(msgspec.json.encode(forgotten) if json else sentence(forgotten))


def sentence(forgotten: Forgotten) -> str:
    """What was deleted, for people."""
    found = [f"{count:,} of {kind}" for kind, count in forgotten.deleted.items() if count]
    said = f"Deleted: {', '.join(found)}." if found else "Nothing was kept of this person."
    if forgotten.stays is None:
        return said
    return (
        f"{said} Rows without their name stay {forgotten.stays}: nobody can tell which are theirs."
    )
