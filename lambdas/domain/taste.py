"""What a person thinks of songs."""

from dataclasses import dataclass, field

from events.session import Opinion, Song


@dataclass(slots=True)
class Taste:
    """What a person thinks of songs, by song id, and the highest heart rate seen."""

    max_heart_rate: float | None = None
    opinions: dict[str, Opinion] = field(default_factory=dict)
    skips: dict[str, int] = field(default_factory=dict)
    corrected: list[tuple[str, Song]] = field(default_factory=list)
    """Songs whose tempo the person corrected, each with its library."""
