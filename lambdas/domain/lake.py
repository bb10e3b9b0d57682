"""What the lake is told of a person: rows without a name, and no song of their own by its title."""

import hmac

from events.lake import AverageRow, PlayRow
from events.session import OWN
from events.stream import Average
from lambdas.domain.played import Ending, Played, sums_of

DIGITS = 32
"""Of the 64 that the hash has: 128 bits, of which no two people have the same."""


def person_of(user: str, key: bytes) -> str:
    """Whom the lake knows in the place of a user; without the key nobody can tell who it is."""
    return hmac.digest(key, user.encode(), "sha256").hex()[:DIGITS]


def average_row(average: Average, key: bytes) -> AverageRow:
    """The row of a running average."""
    pulse = average.pulse
    return AverageRow(
        person=person_of(average.user, key),
        at_ms=pulse.at_ms,
        heart_rate=pulse.heart_rate,
        average=round(pulse.average, 2),
        lowest=pulse.lowest,
        highest=pulse.highest,
        peak=round(pulse.peak, 2),
        samples=average.samples,
        started_ms=pulse.started_ms,
        arrived_ms=average.arrived_ms,
    )


def play_row(user: str, ending: Ending, play: Played, arrived_ms: int, key: bytes) -> PlayRow:
    """The row of a song that was over at `arrived_ms`, on the clock. Raises struct.error."""
    pushed, song, sums = ending.song, play.song, sums_of(play)
    own = pushed.library == OWN
    return PlayRow(
        person=person_of(user, key),
        session=pushed.session,
        slot=pushed.slot,
        library=pushed.library,
        song=song.id,
        title=None if own else song.title,
        artist=None if own else song.artist,
        genre=None if own else song.genre,
        mode=play.mode,
        target_tempo=round(play.target_tempo, 2),
        tempo=round(play.tempo, 2),
        starts_at_ms=play.starts_at_ms,
        ends_at_ms=play.ends_at_ms,
        measured_seconds=round(sums.seconds, 1),
        average=sums.average,
        highest=sums.highest or None,
        zone_1_seconds=sums.zones[0],
        zone_2_seconds=sums.zones[1],
        zone_3_seconds=sums.zones[2],
        zone_4_seconds=sums.zones[3],
        zone_5_seconds=sums.zones[4],
        fit=sums.fit,
        skipped=play.skipped,
        arrived_ms=arrived_ms,
    )
