"""What a person chooses for a session, and the song that fills one of its slots."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct

from events.ids import MaybeId
from events.samples import HeartRate, TimeMs

Mode = Literal["pulse", "zone", "push", "hold", "recover", "cadence", "plan"]
PlanName = Literal["steady", "intervals", "pyramid", "couch-to-5k"]
Zone = Annotated[int, Meta(ge=1, le=5, description="zone of heart-rate reserve (ACSM)")]
Tempo = Annotated[float, Meta(ge=40, le=250, description="beats a minute of a song")]
Library = Annotated[
    # `$` would let a newline at the end pass in some dialects.
    str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}(?![\s\S])", description="a song library")
]
IntervalSeconds = Annotated[
    int, Meta(ge=10, le=300, description="length of the running average, seconds")
]
OWN = "own"
"""The library that holds a person's own songs: under this name everyone finds theirs."""
Floor = Annotated[
    str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}(?![\s\S])", description="where a coach looks")
]
Alias = Annotated[str, Meta(min_length=1, max_length=40)]
Genre = Annotated[str, Meta(min_length=1, max_length=100)]
SongId = Annotated[str, Meta(min_length=1, max_length=200)]
Slot = Annotated[
    int, Meta(ge=0, le=1_000_000, description="position in the session's playlist, from 0")
]


class Phase(Struct, frozen=True, forbid_unknown_fields=True):
    """A stretch of a workout plan."""

    seconds: Annotated[int, Meta(ge=10, le=14_400)]
    zone: Zone


Plan = PlanName | Annotated[list[Phase], Meta(min_length=1, max_length=60)]


class FloorClass(Struct, frozen=True):
    """A plan that a coach started for everybody on a floor, and when it began, epoch ms."""

    plan: Plan
    started_ms: TimeMs


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """How songs are chosen in one session; each may be changed while it runs.

    All modes but `pulse` and `cadence` work on heart-rate reserve, so they need a resting and a
    maximum heart rate; without a maximum, Tanaka's 208 - 0.7 x age stands in. A running average
    above the maximum raises it.
    """

    mode: Mode = "pulse"
    library: Library = "demo"
    interval_seconds: IntervalSeconds = 30
    resting_heart_rate: HeartRate = 60.0
    max_heart_rate: HeartRate | None = None
    age: Annotated[int, Meta(ge=5, le=110)] = 35
    goal_zone: Zone = 3
    """What `push` and `hold` aim at."""
    span: Annotated[float, Meta(ge=0.5, le=2)] = 1.0
    """Stretches the tempi of the zones around 127 beats a minute."""
    cadence: Annotated[float, Meta(ge=20, le=250)] | None = None
    """Steps or revolutions a minute, which `cadence` aims at; the client measures them."""
    plan: Plan = "steady"
    """What `plan` follows."""
    plan_started_ms: TimeMs | None = None
    """When the plan began, epoch ms, where a coach started it for everybody on the floor; without
    it, with the session. Only the server sets it; who chooses another plan takes it away."""
    lock: Tempo | None = None
    """A tempo to keep to, whatever the mode."""
    responsive: bool = False
    """Whether a song may be changed while it plays, when the heart rate has left it."""
    genres: Annotated[list[Genre], Meta(max_length=20)] = []
    """Genres the person prefers, by their names in the library; none: all are alike."""
    floor: Floor | None = None
    """Where coaches see this person; without it, nowhere."""
    alias: Alias | None = None
    """How coaches see this person named; without it, by their user id."""
    effort_points: bool = False
    """Whether coaches, and who sees their wall, are told this person's effort points."""


class Song(Struct, frozen=True):
    """One song of a library; `tempo` in beats a minute, `meter` in beats a bar."""

    id: str
    title: str
    artist: str
    tempo: float
    duration_seconds: float
    genre: str | None = None
    energy: float | None = None
    year: int | None = None
    meter: int | None = None


class Why(Struct, frozen=True):
    """Why a song was chosen: what was measured, what was aimed at, how near the song is."""

    mode: Mode
    at_ms: TimeMs
    heart_rate: HeartRate
    average: HeartRate
    target_tempo: float
    tempo: float
    """The song's tempo for this person, who may have corrected it."""
    octave: float
    """2 where the song is felt at double its tempo, 0.5 at half, else 1."""
    distance: float
    """|tempo x octave - target tempo| / target tempo."""
    terms: dict[str, float]
    """What the song scored by, smaller is better: tempo, octave, heard, liked, length, ..."""
    decided_by: str
    """What decided, as a sentence."""
    lock: Tempo | None = None
    """The tempo that was locked when the song was chosen."""
    scarce: bool = False
    """Whether no song of the library is near the target tempo at its own."""


class Opinion(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person thinks of a song: liked or not, and its tempo if they corrected it."""

    liked: bool | None = None
    tempo: Tempo | None = None


class SongPush(Struct, frozen=True, tag_field="type", tag="song"):
    """The song of one slot. The same slot is never filled by another song."""

    session: TimeMs
    slot: Slot
    song: Song
    starts_at_ms: TimeMs
    ends_at_ms: TimeMs
    tempo_range: tuple[float, float]
    """The slowest and fastest tempo, beats a minute, that the client may bend the song to."""
    opinion: Opinion
    why: Why
    library: Library = "demo"
    """That the song was chosen from."""
    id: MaybeId = UNSET
    """Only where a song answers a skip; never stored."""
