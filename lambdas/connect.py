"""$connect: remembers the connection, so that songs can be pushed to it."""

from typing import Any

from lambdas.adapters import clients, connections
from lambdas.adapters.environment import need
from lambdas.adapters.websocket import DONE, request_of

need(clients.RedisAddress)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lets the connection in once it is stored."""
    request = request_of(event)
    connections.add(request.user, request.connection_id)
    return DONE
