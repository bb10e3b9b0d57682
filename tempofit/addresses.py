"""Where the running local cloud answers; the launcher writes it down."""

from urllib.parse import urlsplit

import aiohttp
import msgspec
from botocore.exceptions import EndpointConnectionError

from local.addresses import FILE, RUN, Addresses
from local.lock import launcher

ADDRESSES = RUN / FILE

NOT_RUNNING = (
    "No local cloud is running: start it with `make run` in another terminal, "
    "or give the addresses of one (--help names the options)."
)

NO_CLOUD = (
    "No local cloud is running: start it with `make run` in another terminal, "
    "or name a deployed stage by --stage."
)

HERE = {"localhost", "127.0.0.1", "::1"}
UNWELL = "`tempofit status` says how the local cloud does."


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


def running_addresses() -> Addresses:
    """The addresses of the cloud that runs in the folder. CloudError when none does."""
    folder = ADDRESSES.parent
    if launcher(folder) is None:
        raise CloudError(
            f"No local cloud is running in {folder}: start it with `make run` in another terminal."
        )
    known = read_addresses()
    if not known.page_url:
        raise CloudError("The local cloud is still starting: wait until it prints its addresses.")
    return known


def remedy(error: Exception) -> str:
    """What to do when asking the local cloud failed: it may hang or refuse as well as be off."""
    off = isinstance(error, EndpointConnectionError | aiohttp.ClientConnectorError)
    return NOT_RUNNING if off else UNWELL


def require(*addresses: str | None, otherwise: str = NOT_RUNNING) -> None:
    """Raises CloudError with what to do `otherwise` when one of the addresses is not known."""
    if not all(addresses):
        raise CloudError(otherwise)


def require_web(option: str, address: str) -> None:
    """Raises CloudError unless a token may be sent to this address, which `option` gave."""
    try:
        parts = urlsplit(address)
        host = parts.hostname if parts.port != 0 else None
    except ValueError:
        parts, host = urlsplit(""), None
    is_written_well = host is not None and address.isascii() and not set(address) & set(" \t\r\n")
    if parts.scheme not in ("http", "https") or not is_written_well:
        raise CloudError(
            f"{option} is {address!r}, which is no address to post to: give one like "
            "https://host/path, or of the local cloud http://127.0.0.1:PORT/path."
        )
    if parts.scheme == "http" and host not in HERE:
        raise CloudError(
            f"{option} is {address!r}: over http, anybody on the way to {host} could read the "
            "token. Give an address that begins with https://."
        )
