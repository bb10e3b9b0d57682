"""Options that several commands have."""

from typing import Annotated

import msgspec
import typer

from events.messages import UserId
from events.session import OWN, Library

StageOption = Annotated[
    str,
    typer.Option("--stage", help="A deployed stage, dev or prod, instead of the local cloud."),
]


def check_user(user: str) -> str:
    """The user id, if it can be one; typer.BadParameter otherwise."""
    try:
        return msgspec.convert(user, UserId)
    except msgspec.ValidationError:
        raise typer.BadParameter(
            f"{user!r} is no user id: 1 to 128 of letters, digits and _ . : @ | -"
        ) from None


def check_library(library: str) -> str:
    """The library's name, if it can be one that all share; typer.BadParameter otherwise."""
    if library == OWN:
        raise typer.BadParameter(
            f"{OWN!r} means the songs that each person adds on the page: take another name",
            param_hint="--library",
        )
    try:
        return msgspec.convert(library, Library)
    except msgspec.ValidationError:
        raise typer.BadParameter(
            f"{library!r} is no library name: lower-case letters, digits and hyphens, at most 64",
            param_hint="--library",
        ) from None
