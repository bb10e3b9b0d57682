"""TempoFit itself on a recorded workout: the domain's functions in the order of the pipeline.

A stretch is a session of a person who played nothing before and has no opinions. Samples come one
by one, answers at once: what batches and the way through the cloud delay is not counted.
"""

from collections import deque
from dataclasses import dataclass, field

from msgspec.structs import replace

from benchmarks.playing import Library, Play
from benchmarks.segments import Segment
from events.session import Settings, Song
from events.stream import Average
from lambdas.adapters.songs import STEP
from lambdas.domain.choose import ARTISTS_APART, Listener, choose, search, unsettled
from lambdas.domain.due import (
    DueSlot,
    SongEnd,
    Timing,
    due_change,
    due_slot,
    is_worth_changing,
    song_times,
)
from lambdas.domain.plans import phases
from lambdas.domain.target import expected_heart_rate, max_heart_rate, target_tempo
from lambdas.domain.window import Window, average, extremes, fold, is_due_to_emit, is_full

START_MS = 1_760_000_000_000
EMIT_EVERY_MS, GAP_MS = 5_000, 30_000
"""The defaults of the function `average`."""
TIMING = Timing(lead_ms=10_000, ask_again_ms=30_000, session_gap_ms=900_000)
"""The defaults of the function `schedule`."""


@dataclass(slots=True)
class Session:
    """One person's session as it runs."""

    user: str
    library: Library
    settings: Settings
    end: SongEnd | None = None
    heard: dict[str, int] = field(default_factory=dict)
    artists: deque[str] = field(default_factory=lambda: deque(maxlen=ARTISTS_APART))
    plays: list[Play] = field(default_factory=list)


def play(segment: Segment, library: Library, settings: Settings, seed: str) -> list[Play]:
    """The songs that TempoFit plays; with `settings.responsive` some are changed in the middle."""
    session = Session(f"{seed} {segment.user}", library, settings)
    window = Window(interval_ms=settings.interval_seconds * 1000, session=START_MS)
    for second, heart_rate in enumerate(segment.heart_rates.tolist()):
        at_ms = START_MS + second * 1000
        fold(window, ((at_ms, heart_rate),), at_ms, GAP_MS)
        if is_due_to_emit(window, EMIT_EVERY_MS):
            _schedule(session, _emitted(session.user, window))
    return session.plays


def _emitted(user: str, window: Window) -> Average:
    previous_ms, window.emitted_ms = window.emitted_ms, window.last_ms
    running = average(window)
    if is_full(window):
        window.peak = max(window.peak, running)
    lowest, highest = extremes(window)
    return Average(
        user=user,
        at_ms=window.last_ms,
        previous_ms=previous_ms,
        heart_rate=window.heart_rates[-1],
        average=running,
        lowest=lowest,
        highest=highest,
        peak=window.peak,
        samples=window.folded,
    )


def _schedule(session: Session, average: Average) -> None:
    """Ask for a song if one is due, or for one to change to if the one that plays is left."""
    end = session.end
    due = due_slot(end, average.previous_ms, average.at_ms, TIMING)
    if due is not None:
        _recommend(session, due, average, end.ends_at_ms if end else average.at_ms)
    elif end is not None and session.settings.responsive:
        low, high = (
            _target(session, heart_rate, average.at_ms - end.session)
            for heart_rate in (average.lowest, average.highest)
        )
        due = due_change(end, (low, high), average.at_ms, TIMING)
        if due is not None:
            _recommend(session, due, average, average.at_ms, playing_tempo=end.tempo)


def _recommend(
    session: Session,
    due: DueSlot,
    average: Average,
    before_ends_ms: int,
    playing_tempo: float | None = None,
) -> None:
    """Choose the song of a slot; one that would cut another short has to be worth it."""
    _learn(session, average.peak)
    expected = expected_heart_rate(average.average, average.heart_rate)
    target = _target(session, expected, max(average.at_ms, before_ends_ms) - due.session)
    listener = _listener(session, due, average)
    choice = choose(
        search(lambda tempo, count: _near(session.library, tempo, count), target, listener),
        target,
        listener,
        seed=f"{session.user} {due.session} {due.slot}",
    )
    song, felt = choice.song, choice.tempo * choice.octave
    if playing_tempo is not None:
        if not is_worth_changing(playing_tempo, felt, target):
            return
        session.plays[-1].ends_ms = average.at_ms - START_MS
    duration_ms = int(song.duration_seconds * 1000)
    starts_ms, ends_ms = song_times(before_ends_ms, average.at_ms, duration_ms)
    session.end = SongEnd(due.session, due.slot, ends_ms, starts_ms, felt, target)
    session.heard[song.id] = average.at_ms
    session.artists.append(song.artist)
    session.plays.append(
        Play(starts_ms - START_MS, ends_ms - START_MS, choice.tempo, song, choice.octave)
    )


def _listener(session: Session, due: DueSlot, average: Average) -> Listener:
    elapsed_seconds = (average.at_ms - due.session) / 1000
    return Listener(
        at_ms=average.at_ms,
        session=due.session,
        heard=session.heard,
        artists=session.artists,
        genres=session.settings.genres,
        unsettled=unsettled(average.lowest, average.highest, average.average, elapsed_seconds),
    )


def _near(library: Library, tempo: float, count: int) -> list[Song]:
    """As the songs table answers, which is asked in steps of tempo."""
    return library.near(round(tempo / STEP) * STEP, count)


def _target(session: Session, heart_rate: float, elapsed_ms: int) -> float:
    return target_tempo(
        session.settings,
        heart_rate,
        plan=phases(session.settings.plan),
        elapsed_seconds=elapsed_ms / 1000,
        previous=session.end.target if session.end else None,
    )


def _learn(session: Session, peak: float) -> None:
    settings = session.settings
    if peak > (settings.max_heart_rate or max_heart_rate(settings.age)):
        session.settings = replace(settings, max_heart_rate=peak)
