"""What a person chooses for a session, and the song that fills one of its slots."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from events.samples import HeartRate, TimeMs

Mode = Literal["pulse", "zone"]
Library = Annotated[
    # `$` would let a newline at the end pass in some dialects.
    str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}(?![\s\S])", description="a song library")
]
IntervalSeconds = Annotated[
    int, Meta(ge=10, le=300, description="length of the running average, seconds")
]
Slot = Annotated[
    int, Meta(ge=0, le=1_000_000, description="position in the session's playlist, from 0")
]


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """How songs are chosen in one session.

    `zone` works on heart-rate reserve, so it needs a resting and a maximum heart rate; without a
    maximum, Tanaka's 208 - 0.7 x age stands in.
    """

    mode: Mode = "pulse"
    library: Library = "demo"
    interval_seconds: IntervalSeconds = 30
    resting_heart_rate: HeartRate = 60.0
    max_heart_rate: HeartRate | None = None
    age: Annotated[int, Meta(ge=5, le=110)] = 35


class Song(Struct, frozen=True):
    """One song of a library; `tempo` in beats a minute, `duration_seconds` in seconds."""

    id: str
    title: str
    artist: str
    tempo: float
    duration_seconds: float
    genre: str | None = None
    energy: float | None = None
    year: int | None = None


class Why(Struct, frozen=True):
    """Why a song was chosen: what was measured, what was aimed at, how near the song is."""

    mode: Mode
    at_ms: TimeMs
    heart_rate: HeartRate
    average: HeartRate
    target_tempo: float
    distance: float
    """|song tempo - target tempo| / target tempo, after half or double time where it was used."""
    decided_by: str
    """What decided, as a sentence."""


class SongPush(Struct, frozen=True, tag_field="type", tag="song"):
    """The song of one slot. The same slot is never filled by another song."""

    session: TimeMs
    slot: Slot
    song: Song
    starts_at_ms: TimeMs
    ends_at_ms: TimeMs
    why: Why
