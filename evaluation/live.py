"""TempoFit itself on a recorded workout: the domain's functions in the order of the pipeline.

A stretch is a session of a person who played nothing before and has no opinions. Samples come one
by one, answers at once: what batches and the way through the cloud delay is not counted.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from evaluation.playing import Library, Play
from evaluation.segments import Segment
from events.pulse import Pulse
from events.session import Settings, Song
from lambdas.adapters.songs import STEP
from lambdas.domain.choose import ARTISTS_APART, Listener
from lambdas.domain.due import SongEnd, Timing
from lambdas.domain.next_song import Ask, ask, next_song
from lambdas.domain.session import with_maximum
from lambdas.domain.window import Window, emit, fold, is_due_to_emit

START_MS = 1_760_000_000_000
EMIT_EVERY_MS, GAP_MS = 5_000, 30_000
"""The defaults of the function `average`."""
TIMING = Timing(lead_ms=10_000, ask_again_ms=30_000, session_gap_ms=900_000)
"""The defaults of the function `schedule`."""


@dataclass(slots=True)
class Session:
    """One person's session as it runs; of what was before, when songs were heard, and skips."""

    user: str
    library: Library
    settings: Settings
    end: SongEnd | None = None
    heard: dict[str, int] = field(default_factory=dict)
    skips: Mapping[str, float] = field(default_factory=dict)
    artists: deque[str] = field(default_factory=lambda: deque(maxlen=ARTISTS_APART))
    plays: list[Play] = field(default_factory=list)


def play(segment: Segment, library: Library, settings: Settings, seed: str) -> list[Play]:
    """The songs that TempoFit plays; with `settings.responsive` some are changed in the middle."""
    session = Session(f"{seed} {segment.user}", library, settings)
    for pulse in averages(segment, settings):
        asked = ask(session.end, session.settings, pulse, TIMING)
        if asked is not None:
            recommend(session, asked, pulse)
    return session.plays


def averages(segment: Segment, settings: Settings) -> Iterator[Pulse]:
    """What is known of the heart rate, every few seconds."""
    window = Window(interval_ms=settings.interval_seconds * 1000, session=START_MS)
    for second, heart_rate in enumerate(segment.heart_rates.tolist()):
        at_ms = START_MS + second * 1000
        fold(window, ((at_ms, heart_rate),), at_ms, GAP_MS)
        if is_due_to_emit(window, EMIT_EVERY_MS):
            yield emit(window)


def recommend(session: Session, asked: Ask, pulse: Pulse) -> None:
    """Choose the song of a slot; one that would cut another short has to be worth it."""
    session.settings = with_maximum(session.settings, pulse.peak)
    found = next_song(
        asked,
        session.settings,
        pulse,
        Listener(pulse.at_ms, asked.session, session.heard, session.artists, skips=session.skips),
        lambda tempo, count: _near(session.library, tempo, count),
        seed=f"{session.user} {asked.session} {asked.slot}",
    )
    if found is None:
        return
    if asked.playing_tempo is not None:
        session.plays[-1].ends_ms = pulse.at_ms - START_MS
    session.end, choice, song = found.end, found.choice, found.choice.song
    session.heard[song.id] = pulse.at_ms
    session.artists.append(song.artist)
    session.plays.append(
        Play(
            found.end.starts_at_ms - START_MS,
            found.end.ends_at_ms - START_MS,
            choice.tempo,
            song,
            choice.octave,
        )
    )


def _near(library: Library, tempo: float, count: int) -> list[Song]:
    """As the songs table answers, which is asked in steps of tempo."""
    return library.near(round(tempo / STEP) * STEP, count)
