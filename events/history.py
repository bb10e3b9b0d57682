"""Workouts that are over: how a client asks for them, and what is told of each."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from events.ids import MaybeId
from events.samples import MAX_HEART_RATE, HeartRate, TimeMs
from events.session import Mode, Slot, Song

MAX_WORKOUTS = 20
"""Of one page."""
LINE_POINTS = 60
"""Of the line of a whole workout."""
POINT_SECONDS = 5
"""From one point of a song's line to the next, at least."""

Seconds = Annotated[float, Meta(ge=0)]
ZoneSeconds = Annotated[
    tuple[Seconds, Seconds, Seconds, Seconds, Seconds],
    Meta(
        description="seconds in zones 1 to 5 of heart-rate reserve; those below zone 1 are in none"
    ),
]
Share = Annotated[float, Meta(ge=0, le=1)]
Point = Annotated[
    tuple[Annotated[int, Meta(ge=0)], HeartRate],
    Meta(description="[seconds from the song's start, beats a minute]"),
]


class End(Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", tag="end"):
    """Ends the session at `at_ms`, and the song that plays with it; twice is the same as once.

    The next heart rate begins another session, with the settings that the person chose last.
    """

    at_ms: TimeMs
    id: MaybeId = UNSET


class HistoryQuery(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", tag="history"
):
    """Asks for one's own workouts, newest first, of those that began before `before_ms`.

    With a `session`, for that one and its songs.
    """

    before_ms: TimeMs | UnsetType = UNSET
    session: TimeMs | UnsetType = UNSET
    id: MaybeId = UNSET


class Ended(Struct, frozen=True, tag_field="type", tag="ended"):
    """The session is over since `ended_ms`: no song follows."""

    session: TimeMs
    ended_ms: TimeMs
    id: MaybeId = UNSET


class PastWorkout(Struct, frozen=True):
    """A workout at a glance; it began at `session`. Null and 0 where nothing was measured."""

    session: TimeMs
    ends_at_ms: TimeMs
    """Of its last song, or half a minute after the last heart rate, whichever is earlier."""
    mode: Mode
    """In which it ended."""
    resting_heart_rate: HeartRate
    max_heart_rate: HeartRate
    average: HeartRate | None
    highest: HeartRate | None
    zone_seconds: ZoneSeconds
    songs: int
    skipped: int
    fit: Share | None
    """Share of the measured time in which the song was within 8 % of the target tempo."""
    line: Annotated[
        list[Annotated[float, Meta(ge=0, le=MAX_HEART_RATE)]], Meta(max_length=LINE_POINTS)
    ]
    """Heart rates, evenly spaced from start to end; 0 where there is none."""


class Play(Struct, frozen=True):
    """A song that was played in a workout; `tempo` as it was felt, beats a minute."""

    slot: Slot
    song: Song
    starts_at_ms: TimeMs
    ends_at_ms: TimeMs
    """When it ended, or was skipped, or made way."""
    target_tempo: float
    tempo: float
    mode: Mode
    decided_by: str
    average: HeartRate | None
    highest: HeartRate | None
    zone_seconds: ZoneSeconds
    fit: Share | None
    skipped: bool
    liked: bool | None
    """What the person thinks of the song now."""
    line: list[Point]


class History(Struct, frozen=True, tag_field="type", tag="history"):
    """A page of workouts, newest first; `before_ms` asks for the next page, null: there is none."""

    workouts: Annotated[list[PastWorkout], Meta(max_length=MAX_WORKOUTS)]
    before_ms: TimeMs | None
    id: MaybeId = UNSET


class PastSongs(Struct, frozen=True, tag_field="type", tag="past_workout"):
    """A workout with its songs, first to last; of more than a message holds, the first."""

    workout: PastWorkout
    plays: list[Play]
    id: MaybeId = UNSET
