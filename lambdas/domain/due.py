"""Whether a person's next song must be chosen now."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class SongEnd:
    """The last song chosen for a person; slot -1 before the first. Times are event time."""

    session: int
    slot: int
    ends_at_ms: int
    asked_slot: int | None = None
    asked_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class DueSlot:
    """The slot to fill; a new session starts with slot 0."""

    session: int
    slot: int


@dataclass(frozen=True, slots=True)
class Timing:
    """`lead_ms` before a song's end the next is asked for, again after `ask_again_ms`.

    A session ends `session_gap_ms` after its last song.
    """

    lead_ms: int
    ask_again_ms: int
    session_gap_ms: int


def due_slot(song_end: SongEnd | None, at_ms: int, timing: Timing) -> DueSlot | None:
    """The slot that is due at `at_ms`, the time of an average, or None.

    A song is due `lead_ms` before the last one ends and when there is none. It is asked for once;
    again when nobody answered, and when the very average that asked is delivered again.
    """
    if song_end is None or at_ms > song_end.ends_at_ms + timing.session_gap_ms:
        return DueSlot(session=at_ms, slot=0)
    if at_ms < song_end.ends_at_ms - timing.lead_ms:
        return None
    slot = song_end.slot + 1
    if song_end.asked_slot == slot and song_end.asked_at_ms is not None:
        waited_ms = at_ms - song_end.asked_at_ms
        if waited_ms != 0 and waited_ms < timing.ask_again_ms:
            return None
    return DueSlot(session=song_end.session, slot=slot)


def asked(song_end: SongEnd | None, due: DueSlot, at_ms: int) -> SongEnd:
    """What is known once `due` was asked for at `at_ms`."""
    if song_end is None or song_end.session != due.session:
        return SongEnd(due.session, -1, at_ms, asked_slot=due.slot, asked_at_ms=at_ms)
    return replace(song_end, asked_slot=due.slot, asked_at_ms=at_ms)


def song_times(ends_at_ms: int, at_ms: int, duration_ms: int) -> tuple[int, int]:
    """When the next song starts and ends, chosen at `at_ms`.

    It follows the song before it, which ends at `ends_at_ms`, or starts at once when that is over.
    """
    starts_at_ms = max(at_ms, ends_at_ms)
    return starts_at_ms, starts_at_ms + duration_ms
