"""$connect: remembers the connection, so that songs can be pushed to it."""

from typing import Any

from lambdas.adapters import connections
from lambdas.adapters.websocket import DONE, request_of


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lets the connection in once it is stored."""
    request = request_of(event)
    connections.add(request.user, request.connection_id)
    return DONE
