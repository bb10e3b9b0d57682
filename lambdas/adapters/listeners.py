"""What is known of those who wait for a song: one round trip a store, however many they are."""

from collections.abc import Iterable, Sequence
from typing import Any

from redis.exceptions import RedisError

from events.stream import SongRequest
from lambdas.adapters import (
    batch_get,
    classes,
    clients,
    connections,
    floors,
    playlists,
    song_ends,
    tastes,
    windows,
)
from lambdas.adapters.records import Record
from lambdas.domain.taste import Taste
from lambdas.domain.turn import Turn

ANSWERS = 5
"""Of Redis, about one person."""


def read(requests: Sequence[Record[SongRequest]]) -> list[Turn]:
    """The turns of different people, by position, with what is known of each.

    What Redis cannot read of one person is the error of their turn. Raises what the stores raise.
    """
    users = [record.key for record in requests]
    items = batch_get.read(users, song_ends.wanted(songs=True) | tastes.wanted())
    sessions, opinions = song_ends.sessions_of(items), tastes.tastes_of(items)
    turns = [
        Turn(
            record.key,
            record.value,
            record.arrived_ms,
            sessions.get(record.key),
            opinions.get(record.key, Taste()),
        )
        for record in requests
    ]
    begin = [turn for turn in turns if turn.begins_on is not None]
    with clients.redis().pipeline(transaction=False) as pipeline:
        for record in requests:
            playlists.ask(pipeline, record.key, record.value.session, record.value.slot)
            connections.ask(pipeline, record.key)
            windows.ask(pipeline, record.key, record.arrived_ms)
        for turn in begin:
            classes.ask(pipeline, turn.begins_on or "")
        answers = pipeline.execute(raise_on_error=False)
    for place, turn in enumerate(turns):
        _add(turn, answers[place * ANSWERS : (place + 1) * ANSWERS])
    for turn, answer in zip(begin, answers[len(turns) * ANSWERS :], strict=True):
        turn.running = None if isinstance(answer, RedisError) else classes.named(answer)
    return turns


def _add(turn: Turn, answers: Sequence[Any]) -> None:
    heard, songs, members, *packed = answers
    try:
        for answer in answers:
            if isinstance(answer, RedisError):
                raise answer
        turn.before = playlists.before(heard, songs)
        turn.connected = connections.named(members)
        turn.newest = windows.newest(*packed)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this person's
        turn.error = error


def write(turns: Iterable[Turn]) -> None:
    """Put the songs of turns into playlists, and their people on their floors."""
    with clients.redis().pipeline(transaction=False) as pipeline:
        for turn in turns:
            for song in (turn.last, turn.song):
                if song is not None:
                    playlists.write(pipeline, turn.user, song)
            floor = turn.settings.floor
            if floor is not None:
                floors.join(pipeline, floor, turn.user, turn.arrived_ms)
        pipeline.execute()
