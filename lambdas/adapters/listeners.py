"""What is known of those who get a song: one round trip a store, however many they are."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from redis.exceptions import RedisError

from events.pulse import Pulse
from events.session import SongPush
from lambdas.adapters import (
    batch_get,
    clients,
    connections,
    floors,
    playlists,
    song_ends,
    tastes,
    windows,
)
from lambdas.adapters.playlists import Before
from lambdas.adapters.tastes import Taste
from lambdas.domain.session import Session

ANSWERS = 5
"""Of Redis, about one person."""


class Asked(NamedTuple):
    """A slot of a person's session, and when it was asked for, epoch ms."""

    user: str
    session: int
    slot: int
    arrived_ms: int


class Known(NamedTuple):
    """What is known of a person; `error` is why what Redis keeps of them is not, if so."""

    session: Session | None
    taste: Taste
    before: Before = Before({}, [], holds_last=False, holds_slot=False)
    connected: Sequence[str] = ()
    newest: Pulse | None = None
    """At the newest sample that was folded."""
    error: Exception | None = None


class Told(NamedTuple):
    """Songs that a person has now, and the floor on which they were seen at `arrived_ms`."""

    user: str
    songs: Sequence[SongPush]
    floor: str | None
    arrived_ms: int


def read(asked: Sequence[Asked]) -> list[Known]:
    """What is known of each, by position. Raises what the stores raise."""
    users = [one.user for one in asked]
    items = batch_get.read(users, song_ends.wanted(songs=True) | tastes.wanted())
    sessions, opinions = song_ends.sessions_of(items), tastes.tastes_of(items)
    with clients.redis().pipeline(transaction=False) as pipeline:
        for one in asked:
            playlists.ask(pipeline, one.user, one.session, one.slot)
            connections.ask(pipeline, one.user)
            windows.ask(pipeline, one.user, one.arrived_ms)
        answers = pipeline.execute(raise_on_error=False)
    return [
        _known(sessions.get(user), opinions.get(user, Taste()), answers[at : at + ANSWERS])
        for user, at in zip(users, range(0, len(answers), ANSWERS), strict=True)
    ]


def _known(session: Session | None, taste: Taste, answers: Sequence[Any]) -> Known:
    heard, songs, members, *packed = answers
    try:
        for answer in answers:
            if isinstance(answer, RedisError):
                raise answer
        before, connected = playlists.before(heard, songs), connections.named(members)
        return Known(session, taste, before, connected, windows.newest(*packed))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this person's
        return Known(session, taste, error=error)


def write(told: Iterable[Told]) -> None:
    """Put songs into playlists, and people on their floors."""
    with clients.redis().pipeline(transaction=False) as pipeline:
        for one in told:
            for song in one.songs:
                playlists.write(pipeline, one.user, song)
            if one.floor is not None:
                floors.join(pipeline, one.floor, one.user, one.arrived_ms)
        pipeline.execute()
