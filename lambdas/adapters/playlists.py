"""The songs that a person heard, in Redis: a hash a session by slot, a sorted set for two weeks."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import structs

from events import checked
from events.messages import decode_song_push
from events.session import SongPush
from lambdas.adapters import clients, stored
from lambdas.domain.choose import ARTISTS_APART, HEARD_DAYS
from lambdas.domain.turn import Before

if TYPE_CHECKING:
    from redis.client import Pipeline

EXPIRE_SECONDS = 6 * 3600
HEARD_SECONDS = HEARD_DAYS * 86_400
MOST_HEARD = 5_000


def _key(user: str, session: int) -> str:
    return f"playlist:{user}:{session}"


def _heard_key(user: str) -> str:
    return f"heard:{user}"


def read(user: str, session: int) -> list[SongPush]:
    """The songs of a session, by slot."""
    fields: dict[bytes, bytes] = clients.redis().hgetall(_key(user, session))  # type: ignore[assignment]
    songs = (stored.readable(decode_song_push, song) for song in fields.values())
    return sorted((song for song in songs if song is not None), key=lambda song: song.slot)


def ask(pipeline: "Pipeline", user: str, session: int, slot: int) -> None:
    """Ask for what `before` reads: two answers."""
    slots = [str(slot - back) for back in range(ARTISTS_APART + 1)]
    pipeline.zrange(_heard_key(user), 0, -1, withscores=True)
    pipeline.hmget(_key(user, session), slots)


def before(heard: Sequence[tuple[bytes, float]], songs: Sequence[bytes | None]) -> Before:
    """What the answers say that `ask` asked for."""
    this, *last = songs
    found = (stored.readable(decode_song_push, song) for song in last if song is not None)
    return Before(
        {song_id.decode(): int(at_ms) for song_id, at_ms in heard},
        [song.song.artist for song in found if song is not None],
        holds_last=last[0] is not None,
        holds_slot=this is not None,
    )


def write(pipeline: "Pipeline", user: str, song: SongPush) -> None:
    """Store the song of its slot; the same again changes nothing."""
    key, heard, at_ms = _key(user, song.session), _heard_key(user), song.why.at_ms
    pipeline.hset(key, str(song.slot), checked.encode(song))
    pipeline.expire(key, EXPIRE_SECONDS)
    pipeline.zadd(heard, {song.song.id: at_ms})
    pipeline.zremrangebyscore(heard, 0, at_ms - HEARD_SECONDS * 1000)
    pipeline.zremrangebyrank(heard, 0, -MOST_HEARD - 1)
    pipeline.expire(heard, HEARD_SECONDS)


def has_heard(user: str) -> bool:
    """Whether it is known what a person heard."""
    return bool(clients.redis().exists(_heard_key(user)))


def recall(user: str, heard: Mapping[str, int]) -> None:
    """Store when songs were chosen, epoch ms, where that was lost; at least one."""
    key = _heard_key(user)
    with clients.redis().pipeline(transaction=False) as pipeline:
        pipeline.zadd(key, dict(heard), gt=True)
        pipeline.zremrangebyrank(key, 0, -MOST_HEARD - 1)
        pipeline.expire(key, HEARD_SECONDS)
        pipeline.execute()


def move(user: str, song: SongPush) -> None:
    """Store when a song of the session plays, and nothing else of it; not where it is not there."""
    key, slot = _key(user, song.session), str(song.slot)
    field: bytes | None = clients.redis().hget(key, slot)  # type: ignore[assignment]
    stored_song = stored.readable(decode_song_push, field) if field else None
    if stored_song is not None:
        times = {"starts_at_ms": song.starts_at_ms, "ends_at_ms": song.ends_at_ms}
        clients.redis().hset(key, slot, checked.encode(structs.replace(stored_song, **times)))


def replace(user: str, song: SongPush) -> None:
    """Store a song of the session anew, without having it heard again."""
    key = _key(user, song.session)
    with clients.redis().pipeline(transaction=False) as pipeline:
        pipeline.hset(key, str(song.slot), checked.encode(song))
        pipeline.expire(key, EXPIRE_SECONDS)
        pipeline.execute()
