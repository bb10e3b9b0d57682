"""The class that runs on a floor, in Redis until its plan is done.

Who comes onto a floor is seen there before they look for its class, and whoever starts one notes it
before they look who is there: so at least one of the two sees the other.
"""

from typing import TYPE_CHECKING, Any

from msgspec import json

from events import checked
from events.session import FloorClass
from lambdas.adapters import clients, floors, song_ends, stored
from lambdas.adapters.optional import optional
from lambdas.domain.classes import ends_ms, joined
from lambdas.domain.session import Session, with_settings

if TYPE_CHECKING:
    from redis.client import Pipeline

_decode = json.Decoder(FloorClass).decode


def _key(floor: str) -> str:
    return f"class:{floor}"


def begin(floor: str, running: FloorClass, arrived_ms: int) -> None:
    """Keep a class, which must not be over at `arrived_ms`, in the place of any other."""
    clients.redis().set(_key(floor), checked.encode(running), px=ends_ms(running) - arrived_ms)


def end(floor: str) -> None:
    """No class runs any more; nor need one have."""
    clients.redis().unlink(_key(floor))


def running(floor: str) -> FloorClass | None:
    """The class of a floor, if one runs."""
    answer: Any = clients.redis().get(_key(floor))
    return named(answer)


def ask(pipeline: "Pipeline", floor: str) -> None:
    """Ask for the class of a floor: one answer, which `named` reads."""
    pipeline.get(_key(floor))


def named(answer: bytes | None) -> FloorClass | None:
    """The class that an answer holds."""
    return None if answer is None else stored.readable(_decode, answer)


def follow(user: str, session: Session, *, at_ms: int, arrived_ms: int) -> Session:
    """A session that was just stored, of somebody who has come onto its floor: in the class there.

    Best effort: whatever keeps them from it, their session goes on as it was stored.
    """
    floor = session.settings.floor
    if floor is None:
        return session
    with optional("the class of a floor"):
        found = _join(floor, user, arrived_ms)
        if found is None:
            return session
        following = with_settings(session, joined(session.settings, found))
        try:
            return song_ends.write(user, following, at_ms=at_ms, arrived_ms=arrived_ms)
        except song_ends.ConflictError:  # perhaps whoever started the class
            return song_ends.read(user) or session
    return session


def _join(floor: str, user: str, arrived_ms: int) -> FloorClass | None:
    with clients.redis().pipeline(transaction=False) as pipeline:
        floors.join(pipeline, floor, user, arrived_ms)
        ask(pipeline, floor)
        *_, answer = pipeline.execute()
    return named(answer)
