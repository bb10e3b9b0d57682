"""How many songs a second this machine can make.

The crowd grows by a twentieth a second until for five seconds more requests have waited than are
answered in that time; then it stays as it is for ten seconds. The capacity is the most songs a
second in any ten seconds of that.
"""

import asyncio
from collections.abc import Callable, Sequence

from benchmarks.watch import MOST_PEOPLE, Look, Watch

FIRST_PEOPLE = 100
FIRST_SONGS_SECONDS = 180.0
GROWTH = 1.05
WAITING_SECONDS = 5.0
FULL_SECONDS = 10.0


async def capacity_of(watch: Watch, progress: Callable[[str], None]) -> float:
    """Songs a second, found with a crowd that grows until there are too many."""
    people = float(FIRST_PEOPLE)
    await watch.set_active(FIRST_PEOPLE)
    await watch.until(lambda look: look.songs >= FIRST_PEOPLE, FIRST_SONGS_SECONDS)
    while watch.crowd.active < MOST_PEOPLE and not is_full(watch.looks):
        await asyncio.sleep(1)
        people *= GROWTH
        await watch.set_active(int(people))
    await asyncio.sleep(FULL_SECONDS)
    found = songs_per_second(watch.looks)
    progress(f"{watch.crowd.active:,} people are too many; {found:.0f} songs/s is the most")
    return found


def is_full(looks: Sequence[Look]) -> bool:
    """Whether for five seconds more requests have waited than are answered in five seconds."""
    if not looks:
        return False
    since_ms = looks[-1].at_ms - WAITING_SECONDS * 1000
    earlier = [look for look in looks if look.at_ms <= since_ms]
    late = looks[max(0, len(earlier) - 1) :]
    songs = late[-1].songs - late[0].songs
    return bool(earlier) and all(look.backlog > songs for look in late)


def songs_per_second(looks: Sequence[Look]) -> float:
    """The most songs a second between two looks that lie ten seconds apart."""
    most, first = 0.0, 0
    for index, look in enumerate(looks):
        while first < index and look.at_ms - looks[first + 1].at_ms >= FULL_SECONDS * 1000:
            first += 1
        seconds = (look.at_ms - looks[first].at_ms) / 1000
        if seconds >= FULL_SECONDS:
            most = max(most, (look.songs - looks[first].songs) / seconds)
    return most
