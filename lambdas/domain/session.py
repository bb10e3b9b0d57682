"""The state of a person's session: its last song, its settings, what was learned meanwhile."""

from dataclasses import dataclass, field
from enum import Enum

from msgspec.structs import replace

from events.session import Settings, SongPush
from lambdas.domain.due import SongEnd
from lambdas.domain.target import max_heart_rate


@dataclass(frozen=True, slots=True)
class Session:
    """A person's session: when its last song ends, how songs are chosen, and the last song."""

    end: SongEnd
    settings: Settings = field(default_factory=Settings)
    song: SongPush | None = None
    version: int = 0
    """Version of the item that holds it; 0: no item yet."""


def with_maximum(settings: Settings, seen: float | None) -> Settings:
    """The settings with a maximum heart rate no lower than `seen`, beats/min; the same if it is."""
    if seen is None or seen <= (settings.max_heart_rate or max_heart_rate(settings.age)):
        return settings
    return replace(settings, max_heart_rate=seen)


class Standing(Enum):
    """What has become of a slot that was asked for."""

    DUE = "due"
    FILLED = "filled"
    """Its song is the last one of the session."""
    OVER = "over"
    """The session has gone on, or another one has begun."""


def standing(session: Session | None, asked: int, slot: int, version: int) -> Standing:
    """What has become of a slot of the session `asked`, as it was asked for at `version`."""
    if (session.version if session else 0) == version:
        return Standing.DUE
    if session is None or session.end.session != asked:
        return Standing.OVER
    if session.song is not None and session.end.slot == slot:
        return Standing.FILLED
    return Standing.DUE if session.end.slot == slot - 1 else Standing.OVER
