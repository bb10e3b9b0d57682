"""The state of a person's session: its last song, its settings, what was learned meanwhile."""

from dataclasses import dataclass, field

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
    before: SongPush | None = None
    """The last song of the session before this one, with its true end, while no play tells of it;
    `song` takes its place."""
    over_ms: int = field(default=0, compare=False)
    """From when on, by the clock and not by the times of heart rates, it counts as over."""


def lasting(settings: Settings) -> Settings:
    """What of a session's settings the next one begins with: no tempo of the day, nor its mode."""
    mode = "pulse" if settings.mode == "cadence" else settings.mode
    return replace(settings, mode=mode, lock=None, cadence=None)


def with_maximum(settings: Settings, seen: float | None) -> Settings:
    """The settings with a maximum heart rate no lower than `seen`, beats/min; the same if it is."""
    if seen is None or seen <= (settings.max_heart_rate or max_heart_rate(settings.age)):
        return settings
    return replace(settings, max_heart_rate=seen)
