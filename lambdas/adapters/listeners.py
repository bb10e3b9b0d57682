"""What is known of those who wait for a song: one round trip a store, however many they are."""

from collections.abc import Iterable, Sequence
from typing import Any

from redis.exceptions import RedisError

from events.messages import TracePoint
from events.stream import SongRequest
from lambdas.adapters import (
    batch_get,
    clients,
    connections,
    floors,
    playlists,
    song_ends,
    tastes,
    traces,
    windows,
)
from lambdas.adapters.optional import optional
from lambdas.adapters.records import Record
from lambdas.domain.played import HELD_SECONDS
from lambdas.domain.session import Session
from lambdas.domain.taste import Taste
from lambdas.domain.turn import Turn

ANSWERS = 5
"""Of Redis, about one person."""
WINDOW_ANSWERS = 2
"""The last of them, which hold the person's window."""
NO_MINUTES = range(0)


def read(requests: Sequence[Record[SongRequest]]) -> list[Turn]:
    """The turns of different people, by position, with what is known of each.

    What Redis cannot read of one person is the error of their turn. Raises what the stores raise.
    """
    users = [record.key for record in requests]
    items = batch_get.read(users, song_ends.wanted(songs=True) | tastes.wanted())
    sessions, opinions = song_ends.sessions_of(items), tastes.tastes_of(items)
    minutes = {user: _minutes(session) for user, session in sessions.items()}
    with clients.redis().pipeline(transaction=False) as pipeline:
        for record in requests:
            playlists.ask(pipeline, record.key, record.value.session, record.value.slot)
            connections.ask(pipeline, record.key)
            windows.ask(pipeline, record.key, record.arrived_ms)
        for user in users:
            traces.ask(pipeline, user, minutes.get(user, NO_MINUTES))
        answers = pipeline.execute(raise_on_error=False)
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
    at = len(turns) * ANSWERS
    for place, turn in enumerate(turns):
        about = answers[place * ANSWERS : (place + 1) * ANSWERS]
        _add(turn, about)
        its = minutes.get(turn.user, NO_MINUTES)
        with optional("the line of a song"):
            turn.line = _line(its, answers[at : at + len(its)], about)
        at += len(its)
    return turns


def _minutes(session: Session) -> range:
    """Those in which the song played that the next one puts an end to."""
    song = session.song or session.before
    if song is None or session.end.ended_ms is not None:
        return NO_MINUTES
    return traces.minutes_of(song.starts_at_ms - 1000 * HELD_SECONDS, song.ends_at_ms)


def _line(minutes: range, lines: Sequence[Any], about: Sequence[Any]) -> list[TracePoint]:
    """What could be read of the line; a minute that Redis refuses is missing."""
    known = [one if isinstance(one, bytes) else None for one in lines]
    packed = [one if isinstance(one, bytes) else None for one in about[-WINDOW_ANSWERS:]]
    return traces.line(minutes, known, windows.held(*packed)) if minutes else []


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
