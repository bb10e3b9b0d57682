"""Where the running local cloud answers; the launcher writes it down."""

import msgspec

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
