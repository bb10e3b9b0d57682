"""Messages of the WebSocket API: what a client may send, what it may receive.

Whatever a client sends may have an `id`, and what answers it has the same; what is pushed has none.
A gateway's own refusal has no `type` and no `id`: `{"message": "Bad request body", ...}`.
"""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, json

from events.history import End, Ended, History, HistoryQuery, PastSongs
from events.ids import MaybeId
from events.samples import HeartRate, TimeMs
from events.session import (
    Floor,
    FloorClass,
    Genre,
    Opinion,
    Plan,
    Settings,
    Slot,
    SongId,
    SongPush,
    Tempo,
)
from events.stream import HeartRateBatch

MAX_OWN_SONGS = 50
"""Of one message, which must fit into a frame of 32 KB."""
UserId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:@|-]{1,128}(?![\s\S])")]
Text = Annotated[str, Meta(max_length=200)]


class Start(Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", tag="start"):
    """Starts a session at `at_ms`; the same `at_ms` again changes nothing.

    Without settings it begins with those that the person chose last, on whatever device; so does a
    session that begins with a heart rate. A lock and a cadence are of one session only.
    """

    at_ms: TimeMs
    settings: Settings | UnsetType = UNSET
    id: MaybeId = UNSET


class Skip(Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", tag="skip"):
    """Ends the song of `slot` at `at_ms`; twice is the same as once."""

    slot: Slot
    at_ms: TimeMs
    id: MaybeId = UNSET


class Change(Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", tag="change"):
    """Changes how the next songs of the session are chosen."""

    settings: Settings
    id: MaybeId = UNSET


class Rate(Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", tag="rate"):
    """What the person thinks of a song of the session; replaces what they said before.

    Kept for later sessions. A tempo corrects the song's: double, half, or as tapped.
    """

    song_id: SongId
    opinion: Opinion
    id: MaybeId = UNSET


class WorkoutQuery(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", tag="workout"
):
    """Asks for the session so far: heart rates after `since_ms` and songs that end after it.

    Whoever says the newest time that they know has the rest already. Without it, two hours are
    told, and as many of the newest songs as a message holds. Coaches may ask for the session of an
    `athlete` who is on a floor now; all others for their own.
    """

    since_ms: TimeMs = 0
    athlete: UserId | None = None
    id: MaybeId = UNSET


class FloorQuery(Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", tag="floor"):
    """Asks who works out on a floor now; for coaches only."""

    floor: Floor
    id: MaybeId = UNSET


class ClassPlan(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", tag="class_plan"
):
    """Starts a plan at `at_ms` for everybody on a floor; null ends it. For coaches only.

    All who are there follow it, whatever mode they chose, and so does who comes later, in the phase
    that runs then. It ends by itself when its plan is done. Who leaves the floor, or chooses for
    themselves, has left it; when it ends early, all others go on in the mode and the plan that are
    kept of them: a lock and a cadence are of one session only.
    """

    floor: Floor
    plan: Plan | None
    at_ms: TimeMs
    id: MaybeId = UNSET


class OwnSong(Struct, frozen=True, forbid_unknown_fields=True):
    """A song of the person's own; `id` is theirs to choose, the music stays with them."""

    id: SongId
    title: Text
    artist: Text
    tempo: Tempo
    duration_seconds: Annotated[float, Meta(ge=45, le=900)]
    genre: Genre | None = None


class OwnSongs(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", tag="own_songs"
):
    """Puts songs into the person's library `own`, and takes others out; twice is as once.

    The library holds 2,000 songs. What would make it more is refused, whole. API Gateway closes
    the connection of who sends a frame of over 32 KB, or a message of over 128 KB: where a message
    is one frame, as in a browser, long titles make it fewer songs.
    """

    songs: Annotated[list[OwnSong], Meta(max_length=MAX_OWN_SONGS)] = []
    remove: Annotated[list[SongId], Meta(max_length=MAX_OWN_SONGS)] = []
    id: MaybeId = UNSET


ClientMessage = (
    HeartRateBatch
    | Start
    | Change
    | Skip
    | End
    | Rate
    | WorkoutQuery
    | FloorQuery
    | ClassPlan
    | OwnSongs
    | HistoryQuery
)


class Started(Struct, frozen=True, tag_field="type", tag="started"):
    """The session runs; `session` names it from here on."""

    session: TimeMs
    settings: Settings
    id: MaybeId = UNSET


class Changed(Struct, frozen=True, tag_field="type", tag="changed"):
    """The session goes on with these settings."""

    settings: Settings
    id: MaybeId = UNSET


class Rated(Struct, frozen=True, tag_field="type", tag="rated"):
    """What the person thinks of a song is kept."""

    song_id: SongId
    opinion: Opinion
    id: MaybeId = UNSET


class Skipped(Struct, frozen=True, tag_field="type", tag="skipped"):
    """The song of `slot` has ended; the next one follows as a `song`."""

    slot: Slot
    id: MaybeId = UNSET


class TracePoint(Struct, frozen=True, array_like=True):
    """One point of the workout's line: [epoch ms, heart rate, running average]."""

    at_ms: TimeMs
    heart_rate: HeartRate
    average: HeartRate


class Workout(Struct, frozen=True, tag_field="type", tag="workout"):
    """The session so far. `latest` is the newest folded sample: whatever is newer was not taken.

    `athlete` is whose session a coach asked for, of whom nothing earlier than that session is told;
    null in one's own. `ended_ms` is when an `end` closed the session; null while it goes on.
    """

    athlete: str | None
    session: TimeMs | None
    settings: Settings
    latest: TracePoint | None
    trace: list[TracePoint]
    songs: list[SongPush]
    stale_after_ms: int
    ended_ms: TimeMs | None = None
    id: MaybeId = UNSET


class FloorSong(Struct, frozen=True):
    """What somebody on a floor hears; `tempo` as it is felt, beats a minute."""

    title: str
    artist: str
    tempo: float
    target_tempo: float
    distance: float
    """|tempo - target tempo| / target tempo, where the target is what would suit now."""
    ends_at_ms: TimeMs


class FloorPerson(Struct, frozen=True):
    """Somebody on a floor, as far as a coach needs to know at a glance."""

    user: str
    alias: str | None
    session: TimeMs
    latest: TracePoint | None
    resting_heart_rate: HeartRate
    max_heart_rate: HeartRate
    song: FloorSong | None
    effort_points: float | None = None
    """Minutes of this session's last two hours, each times 1 to 5 by its share of the maximum heart
    rate (TRIMP, Edwards 1994); null where the person did not choose to tell them."""


class FloorView(Struct, frozen=True, tag_field="type", tag="floor"):
    """Who works out on a floor: at most 200, those who came last; `count` is all of them."""

    floor: str
    people: list[FloorPerson]
    count: int
    stale_after_ms: int
    running: FloorClass | None = None
    """The class of the floor, if one runs."""
    id: MaybeId = UNSET


class ClassPlanned(Struct, frozen=True, tag_field="type", tag="class_planned"):
    """The class of a floor from now on, null if none; `people` is how many it was changed for."""

    floor: str
    running: FloorClass | None
    people: int
    id: MaybeId = UNSET


class OwnSongsKept(Struct, frozen=True, tag_field="type", tag="own_songs_kept"):
    """So many songs were put into the person's library, and so many taken out."""

    kept: int
    removed: int
    id: MaybeId = UNSET


class Error(Struct, frozen=True, tag_field="type", tag="error"):
    """Something was refused: `code` for programs, `message` says what, where and what to do."""

    code: str
    message: str
    id: MaybeId = UNSET


ServerMessage = (
    SongPush
    | Started
    | Changed
    | Skipped
    | Ended
    | Rated
    | Workout
    | FloorView
    | ClassPlanned
    | OwnSongsKept
    | History
    | PastSongs
    | Error
)

encode = json.Encoder().encode
decode_client = json.Decoder(ClientMessage).decode
decode_server = json.Decoder(ServerMessage).decode
decode_song_push = json.Decoder(SongPush).decode
