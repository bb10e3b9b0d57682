"""Who is connected: the open connections of each person, in Redis."""

from lambdas.adapters import clients

EXPIRE_SECONDS = 2 * 3600 + 600
"""A little over the two hours after which API Gateway closes every connection."""


def _key(user: str) -> str:
    return f"connections:{user}"


def add(user: str, connection_id: str) -> None:
    """Remember a connection."""
    with clients.redis().pipeline(transaction=False) as pipeline:
        pipeline.sadd(_key(user), connection_id)
        pipeline.expire(_key(user), EXPIRE_SECONDS)
        pipeline.execute()


def forget(user: str, connection_id: str) -> None:
    """Forget a connection; one that is not there is no error."""
    clients.redis().srem(_key(user), connection_id)


def of(user: str) -> list[str]:
    """The open connections of a person."""
    members: set[bytes] = clients.redis().smembers(_key(user))  # type: ignore[assignment]
    return sorted(member.decode() for member in members)
