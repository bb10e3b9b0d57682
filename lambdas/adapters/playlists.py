"""The songs that a person heard, in Redis: a hash a session by slot, a sorted set for two weeks."""

from events import checked
from events.messages import decode_song_push
from events.session import SongPush
from lambdas.adapters import clients, stored
from lambdas.domain.choose import ARTISTS_APART, HEARD_DAYS

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


def before(user: str, session: int, slot: int) -> tuple[dict[str, int], list[str]]:
    """What was heard before a slot: when each song was chosen, epoch ms, and the last artists."""
    with clients.redis().pipeline(transaction=False) as pipeline:
        pipeline.zrange(_heard_key(user), 0, -1, withscores=True)
        pipeline.hmget(_key(user, session), [str(slot - 1 - back) for back in range(ARTISTS_APART)])
        heard, last = pipeline.execute()
    songs = (stored.readable(decode_song_push, song) for song in last if song is not None)
    artists = [song.song.artist for song in songs if song is not None]
    return {song_id.decode(): int(at_ms) for song_id, at_ms in heard}, artists


def write(user: str, song: SongPush) -> None:
    """Store the song of its slot; the same again changes nothing."""
    key, heard, at_ms = _key(user, song.session), _heard_key(user), song.why.at_ms
    with clients.redis().pipeline(transaction=False) as pipeline:
        pipeline.hset(key, str(song.slot), checked.encode(song))
        pipeline.expire(key, EXPIRE_SECONDS)
        pipeline.zadd(heard, {song.song.id: at_ms})
        pipeline.zremrangebyscore(heard, 0, at_ms - HEARD_SECONDS * 1000)
        pipeline.zremrangebyrank(heard, 0, -MOST_HEARD - 1)
        pipeline.expire(heard, HEARD_SECONDS)
        pipeline.execute()


def replace(user: str, song: SongPush) -> None:
    """Store a song of the session anew, without having it heard again."""
    clients.redis().hset(_key(user, song.session), str(song.slot), checked.encode(song))
