"""Whether a person's next song must be chosen now."""

from dataclasses import dataclass

AWAY = 0.06
"""Distance from the target beyond which a song may be changed while it plays, for one that is
nearer by as much."""
PLAYED_MS = 60_000
"""How long a song plays at least before it is changed."""


@dataclass(frozen=True, slots=True)
class SongEnd:
    """The last song chosen for a person; slot -1 before the first. Times are event time."""

    session: int
    slot: int
    ends_at_ms: int
    starts_at_ms: int = 0
    tempo: float | None = None
    """As the song is felt, beats/min."""
    target: float | None = None
    """The target tempo that it was chosen for."""


@dataclass(frozen=True, slots=True)
class DueSlot:
    """The slot to fill; a new session starts with slot 0."""

    session: int
    slot: int


@dataclass(frozen=True, slots=True)
class Timing:
    """`lead_ms` before a song's end the next is asked for, and every `ask_again_ms` from then on.

    A session ends `session_gap_ms` after its last song.
    """

    lead_ms: int
    ask_again_ms: int
    session_gap_ms: int


def due_slot(
    song_end: SongEnd | None, previous_ms: int, at_ms: int, timing: Timing
) -> DueSlot | None:
    """The slot to ask for at `at_ms`, the time of an average that follows one at `previous_ms`.

    A song is due `lead_ms` before the last one ends and when there is none. The first average
    from then on asks for it; while nobody answers, so does the first of every `ask_again_ms`.
    Nothing needs to be noted, and the same average asks again when it is delivered again.
    """
    due_ms = song_end.ends_at_ms - timing.lead_ms if song_end else 0
    if at_ms < due_ms or _turn(at_ms, due_ms, timing) == _turn(previous_ms, due_ms, timing):
        return None
    if song_end is None or at_ms > song_end.ends_at_ms + timing.session_gap_ms:
        return DueSlot(session=at_ms, slot=0)
    return DueSlot(session=song_end.session, slot=song_end.slot + 1)


def due_change(
    song_end: SongEnd, targets: tuple[float, float], at_ms: int, timing: Timing
) -> DueSlot | None:
    """The slot to ask for at `at_ms` because the song that plays has been left by its target.

    `targets` are those of the lowest and the highest heart rate of the last 30 s or more, so both
    lie on one side of the song only when the target has been away for as long.
    """
    plays = song_end.starts_at_ms + PLAYED_MS <= at_ms < song_end.ends_at_ms - timing.lead_ms
    if song_end.tempo is None or not plays:
        return None
    low, high = sorted(targets)
    if low <= song_end.tempo * (1 + AWAY) and high >= song_end.tempo * (1 - AWAY):
        return None
    return DueSlot(song_end.session, song_end.slot + 1)


def is_worth_changing(playing: float, chosen: float, target: float) -> bool:
    """Whether a song is so much nearer to the target than the one that plays, all in beats/min.

    Without this a small library would be played away on changes for nothing.
    """
    return abs(playing - target) - abs(chosen - target) > AWAY * target


def _turn(at_ms: int, due_ms: int, timing: Timing) -> int:
    return (at_ms - due_ms) // timing.ask_again_ms if at_ms >= due_ms else -1


def song_times(ends_at_ms: int, at_ms: int, duration_ms: int) -> tuple[int, int]:
    """When the next song starts and ends, chosen at `at_ms`.

    It follows the song before it, which ends at `ends_at_ms`, or starts at once when that is over.
    """
    starts_at_ms = max(at_ms, ends_at_ms)
    return starts_at_ms, starts_at_ms + duration_ms
