"""`tempofit export`: writes down what is kept of a person."""

import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tempofit.addresses import CloudError
from tempofit.operations.export import Exported, export_here, export_on_aws
from tempofit.options import StageOption, check_user
from tempofit.words import plural

OWNER_ONLY = 0o600


def export(
    user: Annotated[
        str, typer.Argument(help="Whose: the subject of their token.", callback=check_user)
    ],
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
            _require_any(exported)
            _write(to, msgspec.json.format(content))
    except CloudError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(content if json else sentence(exported, to))


def sentence(exported: Exported, to: Path) -> str:
    """What was written, for people."""
    counts = [
        plural(len(exported.workouts), "workout"),
        f"{plural(sum(len(one.plays) for one in exported.workouts), 'song')} in them",
        plural(len(exported.opinions), "opinion"),
        plural(len(exported.own_songs), "own song"),
        f"{exported.unreadable:,} unreadable",
    ]
    return f"Wrote {to}: {', '.join(counts)}."


def _require_any(exported: Exported) -> None:
    kept = (exported.settings, exported.opinions, exported.skips)
    if not any((*kept, exported.own_songs, exported.workouts, exported.unreadable)):
        raise CloudError(f"Nothing is kept of {exported.user!r}, so no file was written.")


def _write(to: Path, content: bytes) -> None:
    try:
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
            file.write(content)
    except FileExistsError:
        raise CloudError(f"{to} is there already: name another file by --to.") from None
    except OSError as error:
        raise CloudError(f"{to} cannot be written: {error.strerror}.") from None
