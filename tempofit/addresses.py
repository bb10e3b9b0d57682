"""Where the running local cloud answers; the launcher writes it down."""

import msgspec
import typer

from events.session import OWN, Library
from local.addresses import FILE, RUN, Addresses

ADDRESSES = RUN / FILE

NOT_RUNNING = (
    "No local cloud is running: start it with `make run` in another terminal, "
    "or give the addresses of one (--help names the options)."
)


class CloudError(Exception):
    """The cloud cannot be used; the text is a sentence for the person who asked."""


def read_addresses() -> Addresses:
    """The addresses that the launcher wrote. CloudError when the file is not its own."""
    path = ADDRESSES
    try:
        return msgspec.json.decode(path.read_bytes(), type=Addresses)
    except FileNotFoundError:
        return Addresses()
    except (OSError, msgspec.MsgspecError) as error:
        raise CloudError(f"{path} is not what a local cloud writes there: {error}.") from None


def require(*addresses: str | None) -> None:
    """Raises CloudError with what to do when one of the addresses is not known."""
    if not all(addresses):
        raise CloudError(NOT_RUNNING)


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
