"""Where a client must name itself to the authorizer: `route.request.querystring.token` and such."""

from collections.abc import Callable

from aiohttp import web

QUERY = "route.request.querystring."
HEADER = "route.request.header."


def identity_reader(source: str) -> Callable[[web.Request], str | None]:
    """What reads an identity source from the request of a handshake; None where it is absent.

    Raises ValueError for a source that is neither a query parameter nor a header.
    """
    if source.startswith(QUERY):
        parameter = source.removeprefix(QUERY)
        return lambda request: request.query.get(parameter)
    if source.startswith(HEADER):
        header = source.removeprefix(HEADER)
        return lambda request: request.headers.get(header)
    raise ValueError(f"The identity source {source!r} is neither a query parameter nor a header.")
