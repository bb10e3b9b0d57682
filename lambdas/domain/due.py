"""Whether a person's next song must be chosen now."""

from dataclasses import dataclass

from events.pulse import Pulse

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
    ended_ms: int | None = None
    """When the person ended the session; None while it goes on."""


@dataclass(frozen=True, slots=True)
class DueSlot:
    """The slot to fill; a new session starts with slot 0."""

    session: int
    slot: int


@dataclass(frozen=True, slots=True)
class Timing:
    """`lead_ms` before a song's end the next is asked for, and again `ask_again_ms` later.

    From then on each time twice as late, up to four times `ask_again_ms`. A session ends
    `session_gap_ms` after its last song.
    """

    lead_ms: int
    ask_again_ms: int
    session_gap_ms: int


def due_slot(song_end: SongEnd | None, pulse: Pulse, timing: Timing) -> DueSlot | None:
    """The slot to ask for at this average, if one is due.

    A song is due `lead_ms` before the last one ends and when there is none. The first average
    from then on asks for it; while nobody answers, so does the first of every further turn, and
    after every silence. Nothing needs to be noted, and the same average asks again when it is
    delivered again. What was measured before the end of a session asks for nothing more of it.
    """
    ended_ms = song_end.ended_ms if song_end else None
    if ended_ms is not None and pulse.at_ms <= ended_ms:
        return None
    if song_end is None or ended_ms is not None or _is_over(song_end, pulse, timing):
        due, due_ms = _new_session(pulse, timing, after_ms=ended_ms or 0)
    else:
        due = DueSlot(song_end.session, song_end.slot + 1)
        due_ms = song_end.ends_at_ms - timing.lead_ms
    turn = _turn(pulse.at_ms - due_ms, timing)
    is_first = pulse.previous_ms < pulse.started_ms
    asked = None if is_first else _turn(pulse.previous_ms - due_ms, timing)
    return due if turn not in (None, asked) else None


def _is_over(song_end: SongEnd, pulse: Pulse, timing: Timing) -> bool:
    return pulse.at_ms > song_end.ends_at_ms + timing.session_gap_ms


def _new_session(pulse: Pulse, timing: Timing, after_ms: int) -> tuple[DueSlot, int]:
    """Slot 0 of a session, which is named by the first sample, and since when it is due.

    So all that ask for it ask for one session. Who has gone without a song for `session_gap_ms`
    may have had a session of that name, which is over: theirs is named by the gap's end; and that
    of a heart that went on while its session was ended, at `after_ms`, by the moment after.
    """
    first_ms = max(pulse.started_ms or pulse.at_ms, after_ms + 1)
    session = pulse.at_ms - (pulse.at_ms - first_ms) % timing.session_gap_ms
    return DueSlot(session, slot=0), session


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


def _turn(since_ms: int, timing: Timing) -> int | None:
    """The turn in which a slot is asked for that fell due `since_ms` ago; None before that.

    In units of `ask_again_ms` turns begin at 0, 1, 3, 7, and then at every fourth.
    """
    if since_ms < 0:
        return None
    passed = since_ms // timing.ask_again_ms
    return min(passed, 1) if passed < 3 else 2 + (passed - 3) // 4


def song_times(ends_at_ms: int, at_ms: int, duration_ms: int) -> tuple[int, int]:
    """When the next song starts and ends, chosen at `at_ms`.

    It follows the song before it, which ends at `ends_at_ms`, or starts at once when that is over.
    """
    starts_at_ms = max(at_ms, ends_at_ms)
    return starts_at_ms, starts_at_ms + duration_ms
