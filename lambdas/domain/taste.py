"""What a person thinks of songs, and how they want them chosen."""

from dataclasses import dataclass, field

from events.session import Opinion, Settings, Song
from lambdas.domain.session import with_maximum


@dataclass(slots=True)
class Taste:
    """What a person thinks of songs, by song id, and what the next session begins with."""

    settings: Settings | None = None
    """As chosen last."""
    max_heart_rate: float | None = None
    """The highest that was seen."""
    opinions: dict[str, Opinion] = field(default_factory=dict)
    skips: dict[str, int] = field(default_factory=dict)
    corrected: list[tuple[str, Song]] = field(default_factory=list)
    """Songs whose tempo the person corrected, each with its library."""

    @property
    def coming(self) -> Settings:
        """What the next session begins with, where nothing else is chosen for it."""
        return with_maximum(self.settings or Settings(), self.max_heart_rate)
