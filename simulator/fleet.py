"""Many people at once: a feed for each, and their clients in one process."""

import asyncio
import math
from collections.abc import Sequence
from random import Random

from simulator import athletes, replay
from simulator.client import Client
from simulator.pace import Feed, Pace, pace
from simulator.profiles import ProfileName
from simulator.replay import Workout

CONNECTS_PER_SECOND = 100
"""Well under the 500 new connections a second that API Gateway takes."""


def athlete_feeds(
    count: int,
    seed: int,
    now_ms: int,
    *,
    group: str = "athlete",
    profile: ProfileName | None = None,
    seconds: int | None = None,
    speed: float = 1.0,
) -> dict[str, Feed]:
    """The feeds of `count` athletes, `athlete-001` and on.

    Each works out for `seconds`, or without end, which needs speed 1.
    ValueError when the speed is not above 0, or above 1 without `seconds`.
    """
    if seconds is None and speed != 1:
        raise ValueError("At another speed than 1 an athlete needs a duration in seconds.")
    course = Pace(now_ms, now_ms) if seconds is None else pace(now_ms, seconds, speed)
    people = [
        athletes.athlete(number, seed, group=group, name=profile) for number in range(1, count + 1)
    ]
    return {
        person.user: Feed(athletes.samples(person, course.start_ms, seconds), course)
        for person in people
    }


def workout_feeds(
    workouts: Sequence[Workout],
    count: int,
    now_ms: int,
    *,
    group: str = "athlete",
    seconds: float | None = None,
    speed: float = 1.0,
) -> dict[str, Feed]:
    """The feeds of `count` people who replay the workouts in turn, at most `seconds` of each.

    ValueError when the speed is not above 0 or there is no workout.
    """
    if not workouts:
        raise ValueError("There is no workout to replay.")
    limit = math.inf if seconds is None else seconds
    feeds = {}
    for number in range(1, count + 1):
        workout = replay.cut(workouts[(number - 1) % len(workouts)], 0, limit)
        course = pace(now_ms, workout.duration_seconds, speed)
        feeds[athletes.user_name(number, group)] = Feed(workout.samples(course.start_ms), course)
    return feeds


async def run_clients(
    clients: Sequence[Client], linger_seconds: float = 0.0, random: Random | None = None
) -> None:
    """Runs clients until each has sent its feed; they connect one after another, not at once."""
    ramp_seconds = max(1.0, len(clients) / CONNECTS_PER_SECOND)
    draw = random or Random()
    async with asyncio.TaskGroup() as group:
        for client in clients:
            group.create_task(client.run(draw.uniform(0, ramp_seconds), linger_seconds))
