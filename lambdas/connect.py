"""$connect: remembers the connection, so that songs can be pushed to it."""

from typing import Any

from events.messages import Error
from lambdas.adapters import clients, connections, floods
from lambdas.adapters.environment import need
from lambdas.adapters.websocket import DONE, request_of

need(clients.RedisAddress, clients.PushAddress)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lets the connection in once it is stored; of a person's older ones, some are closed.

    Whoever flooded the heart rates within the last minute stays out.
    """
    request = request_of(event)
    if floods.is_out(request.user):
        return {"statusCode": 429}
    for connection_id in connections.add(request.user, request.connection_id):
        connections.close(connection_id, _TOO_MANY)
    return DONE


_TOO_MANY = Error(
    "too_many_connections",
    f"You are connected in more than {connections.MOST} places, so this connection, the oldest, "
    "ends: connect here again, and the next oldest does.",
)
