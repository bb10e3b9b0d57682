"""Everything that is kept of one person, wherever it lies, to be deleted.

The patterns of keys stand beside those of the adapters that write them; a test runs every function
for a person, forgets them, and looks through all keys, fields and items for what is left.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from events.stream import group_of
from lambdas.adapters import clients, environment, own_songs, plays, song_ends, tastes

LOOKED_AT = 1_000
"""Keys that one SCAN looks at; Redis does nothing else meanwhile, for less than a millisecond."""
AT_ONCE = 200
"""Fields of a person in a hash of the trace."""

_PLAYLIST, _NOTICE = r"playlist:{user}:\d+", r"notice:{user}:[a-z_]+"


def delete_items(user: str) -> dict[str, int]:
    """Delete the person's items; how many there were, by kind."""
    return {
        "song ends": _delete_item(environment.read(song_ends.Table).song_ends_table, user),
        "tastes": _delete_item(environment.read(tastes.Table).tastes_table, user),
        "plays": plays.delete_all(user),
        "own songs": own_songs.delete_all(user),
    }


def delete_connections(user: str) -> int:
    """Delete whom songs are pushed to; 1 if there was any connection."""
    return int(clients.redis().unlink(f"connections:{user}"))


def delete_keys(user: str) -> dict[str, int]:
    """Delete the person's keys, and their fields in the hashes of their group; how many, by kind.

    Their names hold times that nobody has noted, so the whole keyspace is looked through, three
    times.
    """
    counts = {"windows": 0, "traces": 0, "playlists": 0, "notices": 0}
    own = {"playlists": _whole(_PLAYLIST, user), "notices": _whole(_NOTICE, user)}
    # A person may be named like the beginning of another's key, so the pattern is not enough.
    for keys in _chunks(_scan(f"[np]*:{_literal(user)}:*")):
        for kind, pattern in own.items():
            counts[kind] += _unlink(key for key in keys if pattern.fullmatch(key))
    for keys in _chunks(_scan(f"[tw]*:{group_of(user)}:*")):
        counts["windows"] += _delete_fields(_of("windows", keys), [user])
        counts["traces"] += _delete_fields(_of("trace", keys), [user])
    counts["floors"] = sum(_leave(keys, user) for keys in _chunks(_scan("floor:*")))
    counts["heard songs"] = int(clients.redis().unlink(f"heard:{user}"))
    counts["floods"] = int(clients.redis().unlink(f"flood:{user}"))
    return counts


def _delete_item(table: str, user: str) -> int:
    answer = clients.dynamodb().delete_item(
        TableName=table, Key={"user_id": {"S": user}}, ReturnValues="ALL_OLD"
    )
    return int("Attributes" in answer)


def _scan(pattern: str) -> Iterator[str]:
    for key in clients.redis().scan_iter(match=pattern, count=LOOKED_AT):
        yield key.decode()


def _chunks(keys: Iterator[str]) -> Iterator[list[str]]:
    while chunk := list(islice(keys, AT_ONCE)):
        yield chunk


def _of(kind: str, keys: list[str]) -> list[str]:
    return [key for key in keys if key.startswith(f"{kind}:")]


def _unlink(keys: Iterable[str]) -> int:
    """One command a key: two keys may lie in different slots."""
    with clients.redis().pipeline(transaction=False) as pipeline:
        for key in keys:
            pipeline.unlink(key)
        return sum(pipeline.execute())


def _delete_fields(keys: list[str], fields: list[str]) -> int:
    with clients.redis().pipeline(transaction=False) as pipeline:
        for key in keys:
            pipeline.hdel(key, *fields)
        return sum(pipeline.execute())


def _leave(floors: list[str], user: str) -> int:
    with clients.redis().pipeline(transaction=False) as pipeline:
        for key in floors:
            pipeline.zrem(key, user)
        return sum(pipeline.execute())


def _whole(pattern: str, user: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("{user}", re.escape(user)))


def _literal(user: str) -> str:
    """A name as part of a pattern of SCAN."""
    return re.sub(r"([\\*?\[\]])", r"\\\1", user)
