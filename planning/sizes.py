"""Bytes of what travels and what is stored, as the capacity model counts them. No I/O.

Messages are real ones, encoded here; what stores add to them was measured, and tests repeat it.
"""

from functools import cache
from math import ceil

from msgspec import UNSET, Struct, json

from events.messages import FloorPerson, FloorSong, FloorView, Started, TracePoint, Workout
from events.pulse import Pulse
from events.samples import Sample
from events.session import Opinion, Song, SongPush, Why
from events.session import Settings as SongSettings
from events.stream import (
    Average,
    Averages,
    HeartRateBatch,
    Sent,
    SessionStart,
    SongRequest,
    encode,
)
from lambdas.domain.line import STEP_MS
from lambdas.domain.window import STALE_AFTER_MS
from planning.load import Load
from planning.page import repeated

USER_BYTES = 36
"""A Cognito subject is a UUID."""
CONNECTION_ID_BYTES = 16
SAMPLES_PER_SECOND = 1.0
CALL_BYTES, PUT_ANSWER_BYTES = 2_200, 117
"""An HTTPS call of a function besides its body: 1,600 bytes of signed headers, in which a session
token has 1,000, the rest assumed for the answer's and TLS; and PutRecords' answer for a record."""
SONG_END_BYTES = 1167
"""An item of song-ends with `typical_song`, names of attributes included; a test counts it."""
PLAY_BYTES = 434
"""An item of plays with the same song and a point every 15 s; a test counts it."""
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
AT_MS = 1_760_000_000_000
FLOOR_PEOPLE = 200
"""As many as a floor shows at most."""


class Sizes(Struct, frozen=True):
    """Bytes of what travels, partition key included."""

    heart_rates: int
    session_start: int
    averages: int
    average: int
    request: int
    song: int
    started: int
    workout: dict[str, int]
    """Answers to who asks for a workout: on connecting, at its end, and every few seconds."""
    floor: int
    """Of `FLOOR_PEOPLE`."""


def typical_song(slot: int = 3) -> SongPush:
    """A song of middling length, with everything that is told of it."""
    at_ms = AT_MS
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
def sizes(load: Load) -> Sizes:
    """Those of one message of each kind, as people of this load send and get them."""
    at_ms, user = AT_MS, "u" * USER_BYTES
    new = load.flush_seconds * SAMPLES_PER_SECOND
    count = max(1, new + repeated(load) * SAMPLES_PER_SECOND)
    sample: Sample = (at_ms, 142)
    pulse = Pulse(at_ms, at_ms - 5_000, 142, AVERAGE, 139, 144, AVERAGE, at_ms)
    average = Average(user, pulse, 900, at_ms)
    request = SongRequest(
        *(at_ms, 3, pulse, at_ms, None, at_ms, at_ms),
    )
    one, two = (len(encode(Averages([average] * many))) for many in (1, 2))
    beat, beats = (
        len(json.encode(Sent("c" * CONNECTION_ID_BYTES, HeartRateBatch([sample] * many))))
        for many in (1, 2)
    )
    return Sizes(
        heart_rates=round(USER_BYTES + beat + (count - 1) * (beats - beat)),
        session_start=USER_BYTES + len(encode(SessionStart(at_ms, 30))),
        averages=2 + one,
        average=two - one,
        request=USER_BYTES + len(encode(request)),
        song=len(encode(typical_song())),
        started=len(encode(Started(at_ms, SongSettings()))),
        workout={
            "connecting": len(encode(_workout(0, 0))),
            "end": len(encode(_workout(load.workout_seconds, load.songs_per_workout))),
            "looking": len(encode(_workout(1, 1))),
        },
        floor=len(encode(_floor())),
    )


def _workout(seconds: float, songs: float) -> Workout:
    """An answer with the line of so many seconds, and so many songs."""
    points = [TracePoint(AT_MS, 142.1, AVERAGE)] * ceil(1000 * seconds / STEP_MS)
    pushes = [typical_song(slot) for slot in range(round(songs))]
    latest = points[-1] if points else None
    return Workout(None, AT_MS, SongSettings(), latest, points, pushes, STALE_AFTER_MS, None, UNSET)


def _floor() -> FloorView:
    song = typical_song().song
    heard = FloorSong(song.title, song.artist, 141.8, 141.7, 0.0007, AT_MS)
    point = TracePoint(AT_MS, 142.1, 141.7)
    one = FloorPerson("u" * USER_BYTES, None, AT_MS, point, 60.0, 187.0, heard)
    return FloorView("demo", [one] * FLOOR_PEOPLE, FLOOR_PEOPLE, STALE_AFTER_MS)
