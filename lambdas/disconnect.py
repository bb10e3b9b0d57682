"""$disconnect: forgets the connection."""

from typing import Any

from lambdas.adapters import clients, connections
from lambdas.adapters.environment import need
from lambdas.adapters.websocket import DONE, request_of

need(clients.RedisAddress)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """API Gateway calls this at best once; what it misses expires, or a push finds it gone."""
    request = request_of(event)
    connections.forget(request.user, request.connection_id)
    return DONE
