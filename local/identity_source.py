"""Where the authorizer's caller must name itself: `route.request.querystring.token` and such."""

from collections.abc import Sequence

from aiohttp import web

QUERY = "route.request.querystring."
HEADER = "route.request.header."


def missing_identity(sources: Sequence[str], request: web.Request) -> bool:
    """Whether one of the identity sources is absent or empty in the request of a handshake.

    Raises ValueError for a source that is neither a query parameter nor a header.
    """
    return not all(_value(source, request) for source in sources)


def _value(source: str, request: web.Request) -> str | None:
    if source.startswith(QUERY):
        return request.query.get(source.removeprefix(QUERY))
    if source.startswith(HEADER):
        return request.headers.get(source.removeprefix(HEADER))
    raise ValueError(f"The identity source {source!r} is neither a query parameter nor a header.")
