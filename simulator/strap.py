"""What a heart-rate strap says over Bluetooth: Heart Rate Measurement, characteristic 0x2A37."""

from dataclasses import dataclass, field

from events.samples import MAX_HEART_RATE, MIN_HEART_RATE

WIDE, CONTACT, CONTACT_TOLD, ENERGY, BEATS = 0x01, 0x02, 0x04, 0x08, 0x10
"""Bits of the first byte; the rest is reserved."""
BEAT_UNIT = 1024
"""Times between beats are told in parts of a second."""
TOLD_AFTER_MS = 3_000
"""Contact flickers: only what lasts is said."""
MOISTEN = "No heart rate for 3 s: moisten the strap and put it on tighter."
BACK = "The strap measures again."


class UnreadableError(ValueError):
    """A packet is no measurement; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One packet. What a strap does not tell is None, or no beats."""

    heart_rate: int
    contact: bool | None
    """Whether it touches the skin."""
    energy_kilojoules: int | None
    beats_ms: tuple[float, ...]
    """Times between beats, oldest first."""

    @property
    def is_believed(self) -> bool:
        """Whether the server would take it, and the skin was touched where that is told."""
        return self.contact is not False and MIN_HEART_RATE <= self.heart_rate <= MAX_HEART_RATE


def measurement(packet: bytes) -> Measurement:
    """Reads one packet. Raises UnreadableError for one that is cut off.

    Source: Heart Rate Service 1.0, section 3.1. Numbers are little-endian. Half a time between two
    beats at the end is left out.
    """
    flags = packet[0] if packet else 0
    width = 2 if flags & WIDE else 1
    energy_at = 1 + width
    beats_at = energy_at + (2 if flags & ENERGY else 0)
    if len(packet) < beats_at or not packet:
        raise UnreadableError(f"The packet {packet.hex(' ') or '(empty)'} is cut off.")
    energy = int.from_bytes(packet[energy_at:beats_at], "little") if flags & ENERGY else None
    beats = packet[beats_at:] if flags & BEATS else b""
    return Measurement(
        heart_rate=int.from_bytes(packet[1:energy_at], "little"),
        contact=bool(flags & CONTACT) if flags & CONTACT_TOLD else None,
        energy_kilojoules=energy,
        beats_ms=tuple(
            int.from_bytes(beats[at : at + 2], "little") * 1000 / BEAT_UNIT
            for at in range(0, len(beats) - 1, 2)
        ),
    )


@dataclass(slots=True)
class Contact:
    """Says when a strap has measured nothing for a while, and when it does again."""

    _good_ms: int | None = None
    _told: bool = field(default=False)

    def note(self, is_believed: bool, at_ms: int) -> str | None:
        """What to say after one more packet; None where nothing is new."""
        if is_believed:
            told, self._told, self._good_ms = self._told, False, at_ms
            return BACK if told else None
        if self._good_ms is None:
            self._good_ms = at_ms
        if self._told or at_ms - self._good_ms < TOLD_AFTER_MS:
            return None
        self._told = True
        return MOISTEN
