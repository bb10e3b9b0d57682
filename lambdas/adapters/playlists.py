"""The songs of a session, in Redis: one hash a session, one field a slot."""

from msgspec import json

from events.messages import decode_song_push
from events.session import SongPush
from lambdas.adapters import clients

EXPIRE_SECONDS = 6 * 3600


def _key(user: str, session: int) -> str:
    return f"playlist:{user}:{session}"


def read(user: str, session: int) -> list[SongPush]:
    """The songs of a session, by slot."""
    fields: dict[bytes, bytes] = clients.redis().hgetall(_key(user, session))  # type: ignore[assignment]
    return sorted((decode_song_push(song) for song in fields.values()), key=lambda song: song.slot)


def write(user: str, song: SongPush) -> None:
    """Store the song of its slot; the same again changes nothing."""
    key = _key(user, song.session)
    with clients.redis().pipeline(transaction=False) as pipeline:
        pipeline.hset(key, str(song.slot), json.encode(song))
        pipeline.expire(key, EXPIRE_SECONDS)
        pipeline.execute()
