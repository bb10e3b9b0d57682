"""How songs come back after `recommend` has answered nobody for a while. Seeded.

People whose song is over ask again and again, and what they asked in vain has to be read as well.
`python -m planning.outage` prints the table of docs/scaling.md.
"""

from collections.abc import Sequence
from math import exp
from random import Random

from msgspec import Struct

from catalog.demo import DURATION_SPREAD, MEDIAN_DURATION_SECONDS
from events.pulse import Pulse
from events.session import Settings as Chosen
from lambdas.domain.due import SongEnd, Timing
from lambdas.domain.next_song import ask
from local.template.synth import synthesize
from planning.lane import ASKED_MS, TIMING, WATCHED_MS, Lane, Way
from planning.tables import table
from planning.template import Settings, settings_of
from planning.work import answer_seconds, batch_seconds

CALM_MS = 60_000
"""So long before the end of that nobody may be silent any more."""
SONG_SECONDS = MEDIAN_DURATION_SECONDS * exp(DURATION_SPREAD**2 / 2)
VAIN_SHARE = 0.1
"""What a request in vain costs of one that gets a song. Assumed, as the most that it may."""


class Outage(Struct, frozen=True):
    """What an outage did to so many people."""

    users: int
    outage_seconds: float
    use: float
    """Of the time of the lanes of `recommend` before the outage."""
    recovered_seconds: float | None
    """From its end until nobody was silent any more; None if somebody always was."""
    requests_per_song: float
    """From the beginning of the outage until `WATCHED_MS` after it."""
    silent_most: int
    """People who were silent at some time."""


def turns_ms(timing: Timing, until_ms: int) -> tuple[int, ...]:
    """When the real `ask` asks for a slot that nobody fills, from when it is due, to the second."""
    due_ms, step = 1_000_000, 1_000
    end = SongEnd(1, 0, ends_at_ms=due_ms + timing.lead_ms)
    return tuple(
        since_ms
        for since_ms in range(0, until_ms, step)
        if ask(end, Chosen(), _pulse(due_ms + since_ms, step), timing) is not None
    )


def _pulse(at_ms: int, period_ms: int) -> Pulse:
    return Pulse(
        at_ms=at_ms,
        previous_ms=at_ms - period_ms,
        heart_rate=120.0,
        average=120.0,
        lowest=120.0,
        highest=120.0,
        peak=0.0,
    )


def as_it_is() -> Way:
    """The rules of the functions."""
    return Way(VAIN_SHARE, True, turns_ms(TIMING, ASKED_MS))


def naive() -> Way:
    """Every request costs the same, a song starts when it was asked for, asking goes on."""
    return Way(1.0, False, tuple(range(0, ASKED_MS, TIMING.ask_again_ms)))


def outage(
    users: int, outage_seconds: float, use: float, way: Way, settings: Settings, seed: int = 1
) -> Outage:
    """`recommend` stops for so long; before that, songs took this share of its lanes' time.

    There are as many lanes as make it so with the model's time for an answer, and each person
    keeps to one.
    """
    random = Random(f"{seed} {users} {outage_seconds} {use}")
    batch = settings.readers["recommend"].batch_size
    beside = batch_seconds() / batch  # what a batch takes besides, when it is full
    songs_per_second = users / SONG_SECONDS
    lanes = max(1, round(songs_per_second * (answer_seconds(settings) + beside) / use))
    answer_ms = 1000 * (use * lanes / songs_per_second - beside)
    until_ms = int(outage_seconds * 1000)
    found = [
        Lane(people, answer_ms, batch, way, random).run(until_ms)
        for people in _shares(users, lanes)
    ]
    last_ms = max(lane.silent_until_ms for lane in found)
    is_calm = last_ms <= until_ms + WATCHED_MS - CALM_MS
    songs = sum(lane.songs for lane in found)
    return Outage(
        users,
        outage_seconds,
        use,
        max(0.0, round((last_ms - until_ms) / 1000)) if is_calm else None,
        round(sum(lane.requests for lane in found) / songs, 2),
        sum(sum(lane.was_silent) for lane in found),
    )


def _shares(users: int, lanes: int) -> list[int]:
    return [users * (lane + 1) // lanes - users * lane // lanes for lane in range(lanes)]


def outages(settings: Settings, users: Sequence[int] = (10_000, 100_000)) -> str:
    """Outages of one and five minutes, without and with what keeps an overload from lasting."""
    ways = (naive(), as_it_is())
    rows = [
        [
            "people",
            "outage",
            "use before",
            "were silent",
            "as before after",
            "requests a song",
            "naively: as before after",
            "naively: requests a song",
        ]
    ]
    for people in users:
        for seconds in (60.0, 300.0):
            for use in (0.3, 0.5, 0.7):
                before, now = (outage(people, seconds, use, way, settings) for way in ways)
                rows.append(
                    [
                        f"{people:,}",
                        f"{seconds / 60:g} min",
                        f"{use:.0%}",
                        f"{now.silent_most:,}",
                        *(
                            text
                            for one in (now, before)
                            for text in (_after(one), f"{one.requests_per_song:.2f}")
                        ),
                    ]
                )
    return table(rows)


def _after(one: Outage) -> str:
    return "never" if one.recovered_seconds is None else f"{one.recovered_seconds:.0f} s"


if __name__ == "__main__":
    print(outages(settings_of(synthesize("prod"))))
