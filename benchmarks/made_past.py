"""Past workouts, made up for the pictures of the page, and written as plays."""

from collections.abc import Iterator
from functools import partial
from heapq import nsmallest
from random import Random
from typing import Any, NamedTuple

from msgspec.structs import replace

from catalog.demo import demo_songs
from events.session import Settings, Song
from lambdas.adapters import plays
from lambdas.domain.line import STEP_MS
from lambdas.domain.played import Ending, Played, played
from planning.sizes import typical_song
from simulator.athletes import PERFECT_STRAP, Athlete, athlete, samples
from simulator.profiles import PROFILE_NAMES

SEED = 7
WORKOUTS = 34
DAYS = 2.4
"""From one workout to the one before, in the mean."""
DAY_MS = 86_400_000
SKIPPED = 0.12
NEAREST = 8
PUT_AT_ONCE = 25


class Point(NamedTuple):
    """What was measured, and when, epoch ms."""

    at_ms: int
    heart_rate: float


def store_past(dynamodb: Any, table: str, user: str, now_ms: int) -> None:
    """Write the workouts of a person, the newest of this day, into the table of plays."""
    requests = [
        {"PutRequest": {"Item": plays.item_of(user, session, slot, play, now_ms)}}
        for session, slot, play in _made(now_ms)
    ]
    for first in range(0, len(requests), PUT_AT_ONCE):
        chunk = requests[first : first + PUT_AT_ONCE]
        while chunk:
            answer = dynamodb.batch_write_item(RequestItems={table: chunk})
            chunk = answer["UnprocessedItems"].get(table, [])


def _made(now_ms: int) -> Iterator[tuple[int, int, Played]]:
    random = Random(SEED)
    songs = list(demo_songs())
    for number in range(WORKOUTS):
        begins_ms = now_ms - round((DAYS * number + random.uniform(0.1, 1)) * DAY_MS)
        name = PROFILE_NAMES[number % len(PROFILE_NAMES)]
        one = athlete(2, SEED + number, name=name, strap=PERFECT_STRAP)
        points = [
            Point(at_ms, heart_rate)
            for at_ms, heart_rate in samples(one, begins_ms, random.randrange(1200, 3000))
            if (at_ms - begins_ms) % STEP_MS == 0
        ]
        for slot, ending in enumerate(_songs(random, songs, points, one)):
            yield begins_ms, slot, played(ending, points)


def _songs(
    random: Random, songs: list[Song], points: list[Point], one: Athlete
) -> Iterator[Ending]:
    """A song near the heart's tempo, one after the other, until the workout is over."""
    body = one.body
    settings = Settings(
        resting_heart_rate=body.resting_heart_rate, max_heart_rate=body.max_heart_rate
    )
    at_ms, pushed = points[0].at_ms, typical_song()
    while at_ms < points[-1].at_ms:
        heart_rate = next(point.heart_rate for point in points if point.at_ms >= at_ms)
        near = nsmallest(NEAREST, songs, key=partial(_distance, heart_rate))
        song, skipped = random.choice(near), random.random() < SKIPPED
        ends_ms = at_ms + round(song.duration_seconds * 1000)
        why = replace(pushed.why, average=heart_rate, target_tempo=heart_rate, tempo=song.tempo)
        push = replace(pushed, song=song, starts_at_ms=at_ms, ends_at_ms=ends_ms, why=why)
        at_ms = min(ends_ms, points[-1].at_ms, at_ms + (60_000 if skipped else ends_ms))
        yield Ending(push, settings, at_ms, skipped)


def _distance(heart_rate: float, song: Song) -> float:
    return abs(song.tempo - heart_rate)
