"""forget: deletes everything that is kept of a person. Nobody but an operator may invoke it."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from lambdas.adapters import clients, plays, song_ends, songs, tastes
from lambdas.adapters import forget as everything
from lambdas.adapters.environment import need
from lambdas.adapters.telemetry import count, metrics, traced

need(clients.RedisAddress, plays.Table, song_ends.Table, songs.Table, tastes.Table)


class Person(Struct, frozen=True):
    """Who is to be forgotten; ids as the authorizer lets them in."""

    user: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:@|-]{1,128}(?![\s\S])")]


@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """How much was deleted, by kind; the second time, nothing is left to delete.

    Connections go first, so that no song is pushed meanwhile, and items before keys. Whoever sends
    heart rates while they are forgotten is known again: forget them once more.
    """
    count(Forgets=1)
    user = msgspec.convert(event, Person).user
    deleted = {"connections": everything.delete_connections(user)}
    deleted |= everything.delete_items(user)
    deleted |= everything.delete_keys(user)
    return {"deleted": deleted}
