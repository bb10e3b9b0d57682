"""Bytes of what travels and what is stored, as the capacity model counts them. No I/O.

Messages are real ones, encoded here; what stores add to them was measured, and tests repeat it.
"""

from functools import cache

from msgspec import Struct

from events.messages import Started
from events.pulse import Pulse
from events.samples import MAX_SAMPLES, Sample
from events.session import Opinion, Song, SongPush, Why
from events.session import Settings as SongSettings
from events.stream import (
    Average,
    Averages,
    HeartRateBatch,
    SessionStart,
    SongRequest,
    encode,
)

USER_BYTES = 36
"""A Cognito subject is a UUID."""
CONNECTION_ID_BYTES = 16
SAMPLES_PER_SECOND = 1.0
REPEATED_SECONDS = 90.0
"""What a client sent within these goes again with each message, before what is new, until it is
told as arrived (docs/client.md): only a song tells it, so in the middle of one all of it."""
SONG_END_BYTES = 1104
"""An item of song-ends with `typical_song`, names of attributes included; a test counts it."""
SONG_ITEM_BYTES = 200
"""An item of the songs table, names of attributes included."""

WINDOW_BYTES, WINDOW_SAMPLE_BYTES = 73, 3
"""A packed window: what it holds besides, and each of its samples, whose heart rates are whole."""
WINDOW_ENTRY_BYTES, TRACE_ENTRY_BYTES, PLAYLIST_ENTRY_BYTES = 52, 22, 68
CONNECTIONS_KEY_BYTES = 128
HEARD_SONG_BYTES = 34
"""What Valkey 9.1 adds to each field of a hash, and a set of one connection: measured, by
`MEMORY USAGE` on what the adapters write, in tests/planning/test_capacity.py."""
AVERAGE = 141.66666666666666
"""As long as averages are in messages."""


class Sizes(Struct, frozen=True):
    """Bytes of what travels, partition key included."""

    heart_rates: int
    session_start: int
    averages: int
    average: int
    request: int
    song: int
    started: int


def typical_song(slot: int = 3) -> SongPush:
    """A song of middling length, with everything that is told of it."""
    at_ms = 1_760_000_000_000
    song = Song(
        "TRAAAAW128F429D538",
        "A Song of Middling Length",
        "Some Artist and Band",
        141.8,
        223.6,
        "drum and bass",
        0.72,
        1998,
        4,
    )
    why = Why(
        *("pulse", at_ms, 142, AVERAGE, AVERAGE, 141.8, 1, 0.004123456789012345),
        {"tempo": 0.0, "heard": 0.0214, "length": 0.0073},
        "At the target tempo, heard in the last two weeks, drawn from the best 10.",
    )
    bent = (136.12800000000001, 147.472)
    return SongPush(at_ms, slot, song, at_ms, at_ms + 223_600, bent, Opinion(), why)


@cache
def sizes(flush_seconds: float) -> Sizes:
    """Those of one message of each kind, with a flush of so many seconds."""
    at_ms, user = 1_760_000_000_000, "u" * USER_BYTES
    seconds = flush_seconds + REPEATED_SECONDS
    count = min(MAX_SAMPLES, max(1, round(seconds * SAMPLES_PER_SECOND)))
    samples: list[Sample] = [(at_ms + 1000 * second, 142) for second in range(count)]
    pulse = Pulse(at_ms, at_ms - 5_000, 142, AVERAGE, 139, 144, AVERAGE, at_ms)
    average = Average(user, pulse, 900, at_ms)
    request = SongRequest(
        *(at_ms, 3, pulse, at_ms, None, at_ms, at_ms),
    )
    one, two = (len(encode(Averages([average] * many))) for many in (1, 2))
    return Sizes(
        heart_rates=USER_BYTES + len(encode(HeartRateBatch(samples))),
        session_start=USER_BYTES + len(encode(SessionStart(at_ms, 30))),
        averages=2 + one,
        average=two - one,
        request=USER_BYTES + len(encode(request)),
        song=len(encode(typical_song())),
        started=len(encode(Started(at_ms, SongSettings()))),
    )
