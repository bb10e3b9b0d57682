"""Messages of the WebSocket API: what a client may send, what it may receive.

A gateway's own refusal has no `type`: `{"message": "Bad request body", ...}`.
"""

from msgspec import Struct, json

from events.samples import HeartRate, TimeMs
from events.session import Opinion, Settings, Slot, SongId, SongPush
from events.stream import HeartRateBatch


class Start(Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", tag="start"):
    """Starts a session at `at_ms`; the same `at_ms` again changes nothing."""

    at_ms: TimeMs
    settings: Settings = Settings()


class Skip(Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", tag="skip"):
    """Ends the song of `slot` at `at_ms`; twice is the same as once."""

    slot: Slot
    at_ms: TimeMs


class Change(Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", tag="change"):
    """Changes how the next songs of the session are chosen."""

    settings: Settings


class Rate(Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", tag="rate"):
    """What the person thinks of a song of the session; replaces what they said before.

    Kept for later sessions. A tempo corrects the song's: double, half, or as tapped.
    """

    song_id: SongId
    opinion: Opinion


class Watch(Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", tag="workout"):
    """Asks for the session so far; the trace from `since_ms` on (default: the last hour)."""

    since_ms: TimeMs = 0


ClientMessage = HeartRateBatch | Start | Change | Skip | Rate | Watch


class Started(Struct, frozen=True, tag_field="type", tag="started"):
    """The session runs; `session` names it from here on."""

    session: TimeMs
    settings: Settings


class Changed(Struct, frozen=True, tag_field="type", tag="changed"):
    """The session goes on with these settings."""

    settings: Settings


class Rated(Struct, frozen=True, tag_field="type", tag="rated"):
    """What the person thinks of a song is kept."""

    song_id: SongId
    opinion: Opinion


class Skipped(Struct, frozen=True, tag_field="type", tag="skipped"):
    """The song of `slot` has ended; the next one follows as a `song`."""

    slot: Slot


class TracePoint(Struct, frozen=True, array_like=True):
    """One point of the workout's line: [epoch ms, heart rate, running average]."""

    at_ms: TimeMs
    heart_rate: HeartRate
    average: HeartRate


class Workout(Struct, frozen=True, tag_field="type", tag="workout"):
    """The session so far. `latest` is the newest folded sample: whatever is newer was not taken."""

    session: TimeMs | None
    settings: Settings
    latest: TracePoint | None
    trace: list[TracePoint]
    songs: list[SongPush]
    stale_after_ms: int


class Error(Struct, frozen=True, tag_field="type", tag="error"):
    """Something was refused: `code` for programs, `message` says what, where and what to do."""

    code: str
    message: str


ServerMessage = SongPush | Started | Changed | Skipped | Rated | Workout | Error

encode = json.Encoder().encode
decode_client = json.Decoder(ClientMessage).decode
decode_server = json.Decoder(ServerMessage).decode
decode_song_push = json.Decoder(SongPush).decode
