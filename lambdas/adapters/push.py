"""Messages to people, through `@connections` of the WebSocket API."""

from events.messages import Error, ServerMessage, encode
from lambdas.adapters import clients, connections

NOTICE_SECONDS = 60


def send(user: str, message: ServerMessage) -> None:
    """Send a message to every open connection of a person; who is gone is forgotten.

    Raises botocore's ClientError when the API answers otherwise than 200 or 410.
    """
    open_connections = connections.of(user)
    if not open_connections:
        return
    management = clients.management()
    data = encode(message)
    for connection_id in open_connections:
        try:
            management.post_to_connection(ConnectionId=connection_id, Data=data)
        except management.exceptions.GoneException:
            connections.forget(user, connection_id)


def notify(user: str, error: Error) -> None:
    """Tell a person what was refused, each kind at most once a minute."""
    first = clients.redis().set(f"notice:{user}:{error.code}", b"", nx=True, ex=NOTICE_SECONDS)
    if first:
        send(user, error)
