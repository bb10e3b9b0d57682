"""`tempofit export`: writes down what is kept of a person."""

import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tempofit.addresses import CloudError
from tempofit.operations.export import Exported, export_here, export_on_aws
from tempofit.options import StageOption

OWNER_ONLY = 0o600


def export(
    user: Annotated[str, typer.Argument(help="Whose: the subject of their token.")],
    stage: StageOption = "",
    to: Annotated[
        Path, typer.Option("--to", help="The file that is written; one that is there is not.")
    ] = Path("tempofit-export.json"),
    json: Annotated[
        bool, typer.Option("--json", help="Print everything as JSON, and write no file.")
    ] = False,
) -> None:
    """Write down what is kept of a person: settings, opinions, own songs, and every workout.

    Workouts are told in the words of `history`, with the line of the heart rate of each song. The
    song that plays now comes in when it is over. Only you may read the file.
    """
    try:
        exported = export_on_aws(user, stage) if stage else export_here(user)
        content = msgspec.json.encode(exported)
        if not json:
            _write(to, msgspec.json.format(content))
    except CloudError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(content if json else sentence(exported, to))


def sentence(exported: Exported, to: Path) -> str:
    """What was written, for people."""
    plays = sum(len(workout.plays) for workout in exported.workouts)
    counts = {
        "workouts": len(exported.workouts),
        "songs in them": plays,
        "opinions": len(exported.opinions),
        "own songs": len(exported.own_songs),
        "unreadable": exported.unreadable,
    }
    return f"Wrote {to}: {', '.join(f'{count:,} {what}' for what, count in counts.items())}."


def _write(to: Path, content: bytes) -> None:
    try:
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
            file.write(content)
    except FileExistsError:
        raise CloudError(f"{to} is there already: name another file by --to.") from None
    except OSError as error:
        raise CloudError(f"{to} cannot be written: {error.strerror}.") from None
