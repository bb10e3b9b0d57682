"""Records of the three Kinesis streams.

| stream               | record                           | partition key      |
|----------------------|----------------------------------|--------------------|
| `heart-rate`         | `Sent`, `HeartRateBatch` of a producer, `SessionStart` | user |
| `average-heart-rate` | `Averages`                       | group of users     |
| `song-requests`      | `SongRequest`                    | user               |
"""

from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Annotated, NamedTuple
from zlib import crc32

from msgspec import UNSET, Meta, MsgspecError, Raw, Struct, ValidationError, json

from events import checked
from events.ids import MaybeId
from events.pulse import Pulse
from events.samples import Samples, TimeMs
from events.session import IntervalSeconds, Slot

GROUPS = 16


@lru_cache(100_000)
def group_of(user: str) -> int:
    """The group, 0 to 15, whose windows, trace and averages hold this user."""
    return crc32(user.encode()) % GROUPS


def hash_key_of(group: int) -> str:
    """The hash key of a group's records: groups lie evenly on any number of shards.

    Sixteen names would not: by their MD5, thirteen of them share one of two shards.
    """
    return str(group * 2**128 // GROUPS)


class HeartRateBatch(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", tag="heartrate"
):
    """1-120 samples of one person, oldest first; also what a client sends."""

    samples: Samples
    id: MaybeId = UNSET


class Sent(NamedTuple):
    """What a client sent, as the gateway writes it: with the id of the connection it came over."""

    connection: Annotated[str, Meta(min_length=1, max_length=128)]
    message: HeartRateBatch
    connected_at_ms: TimeMs = 0
    """When that connection began; 0 where the record does not tell."""


class SessionStart(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", tag="session"
):
    """A person started a session; from here on their window is empty and this long."""

    session: TimeMs
    interval_seconds: IntervalSeconds


class Average(Struct, frozen=True, array_like=True):
    """The running average of one person at the time of their newest sample."""

    user: str
    pulse: Pulse
    samples: int
    """Samples folded into this person's window since it was first opened."""
    arrived_ms: TimeMs
    """When the newest sample reached its stream."""


class Averages(Struct, frozen=True):
    """Averages of people of one group, in the order in which they were made."""

    averages: list[Average]


class SongRequest(Struct, frozen=True):
    """Slot `slot` of this session is due; `pulse` is that of the sample that made it so."""

    session: TimeMs
    slot: Slot
    pulse: Pulse
    ends_at_ms: TimeMs
    """When the song before this slot ends."""
    playing_tempo: float | None
    """As the song is felt that this slot would cut short; None when it ends by itself."""
    version: int
    """Version of the song end that the asker read; 0 when there was none."""
    arrived_ms: TimeMs
    """When the sample, or the skip, that asked for the song arrived."""


class _Apart(Struct, frozen=True):
    """Averages, each still as it was written."""

    averages: list[Raw]


def together(averages: Iterable[bytes]) -> bytes:
    """A record of `Averages` that are encoded already, each by itself."""
    return _encode(_Apart([Raw(average) for average in averages]))


encode = checked.encode
_encode = json.Encoder().encode
decode_sent = json.Decoder(Sent | HeartRateBatch | SessionStart).decode
decode_averages = json.Decoder(Averages).decode
decode_song_request = json.Decoder(SongRequest).decode
_decode_apart = json.Decoder(_Apart).decode
_decode_average = json.Decoder(Average).decode


def message_of(sent: Sent | HeartRateBatch | SessionStart) -> HeartRateBatch | SessionStart:
    """What somebody sent, whatever it came over."""
    return sent.message if isinstance(sent, Sent) else sent


def decode_heart_rate(data: bytes) -> HeartRateBatch | SessionStart:
    """What a record of `heart-rate` says. Raises msgspec.MsgspecError."""
    return message_of(decode_sent(data))


def readable_averages(data: bytes) -> tuple[list[Average], int]:
    """The averages of a record that can be read, and how many cannot.

    Raises msgspec.MsgspecError when the record itself cannot.
    """
    try:
        return decode_averages(data).averages, 0
    except ValidationError:
        apart = _decode_apart(data).averages
    readable = []
    for raw in apart:
        with suppress(MsgspecError):
            readable.append(_decode_average(raw))
    return readable, len(apart) - len(readable)
