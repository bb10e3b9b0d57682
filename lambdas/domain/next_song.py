"""The next song of a person: whether one is asked for, and which it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Generic, Protocol

from events.pulse import Pulse
from lambdas.domain.choose import Choice, Listener, S, choose, search, unsettled
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
from lambdas.domain.target import Goal, Planned, expected_heart_rate, stretch, target_tempo

Near = Callable[[float, int], Sequence[S]]
"""The songs nearest to a tempo, at most so many, as `choose.search` takes it."""


class Chosen(Goal, Protocol):
    """What a person chose for the session, with what only the next song needs."""

    @property
    def plan(self) -> str | Sequence[Planned]: ...
    @property
    def responsive(self) -> bool: ...
    @property
    def genres(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Ask:
    """A slot to fill, which begins when the song before it ends, epoch ms.

    `playing_tempo` is the felt tempo of the song that it would cut short, if it would.
    """

    session: int
    slot: int
    ends_at_ms: int
    previous_target: float | None = None
    playing_tempo: float | None = None


@dataclass(frozen=True, slots=True)
class NextSong(Generic[S]):
    """The song, the tempo that it was chosen for, beats/min, and when it plays and ends."""

    target: float
    choice: Choice[S]
    end: SongEnd


def ask(end: SongEnd | None, chosen: Chosen, pulse: Pulse, timing: Timing) -> Ask | None:
    """What to ask for at this average, or None: a song falls due, or is left by its target."""
    due = due_slot(end, pulse, timing)
    if due is not None:
        return _ask(due, end)
    if end is None or end.ended_ms is not None or not chosen.responsive:
        return None
    low, high = (
        _target(chosen, heart_rate, pulse.at_ms - end.session, end.target)
        for heart_rate in (pulse.lowest, pulse.highest)
    )
    due = due_change(end, (low, high), pulse.at_ms, timing)
    if due is None:
        return None
    return replace(_ask(due, end), ends_at_ms=pulse.at_ms, playing_tempo=end.tempo)


def next_song(
    asked: Ask,
    chosen: Chosen,
    pulse: Pulse,
    listener: Listener,
    near: Near[S],
    others: Sequence[S] = (),
    *,
    seed: str,
) -> NextSong[S] | None:
    """The song for a slot, or None when it is not worth cutting another short for.

    `near` as `choose.search` takes it; `others` are looked at wherever their tempo lies. Raises
    EmptyLibraryError when there is no song at all.
    """
    starts_ms = max(pulse.at_ms, asked.ends_at_ms)
    elapsed_seconds = (pulse.at_ms - asked.session) / 1000
    expected = expected_heart_rate(chosen, pulse.average, pulse.heart_rate, elapsed_seconds)
    target = _target(chosen, expected, starts_ms - asked.session, asked.previous_target)
    listener = replace(
        listener,
        genres=chosen.genres,
        unsettled=unsettled(pulse.lowest, pulse.highest, pulse.average, elapsed_seconds),
    )
    candidates = search(near, target, listener)
    known = {song.id for song in candidates}
    candidates += [song for song in others if song.id not in known]
    choice = choose(candidates, target, listener, seed)
    playing = asked.playing_tempo
    if playing is not None and not is_worth_changing(playing, choice.felt_tempo, target):
        return None
    duration_ms = int(choice.song.duration_seconds * 1000)
    starts_at_ms, ends_at_ms = song_times(asked.ends_at_ms, pulse.at_ms, duration_ms)
    ends_at_ms = int(min(ends_at_ms, _makes_way_ms(chosen, asked.session, starts_at_ms)))
    end = SongEnd(asked.session, asked.slot, ends_at_ms, starts_at_ms, choice.felt_tempo, target)
    return NextSong(target, choice, end)


def _ask(due: DueSlot, end: SongEnd | None) -> Ask:
    if end is None or end.session != due.session:
        return Ask(due.session, due.slot, ends_at_ms=due.session)
    return Ask(due.session, due.slot, end.ends_at_ms, end.target)


def _makes_way_ms(chosen: Chosen, session: int, starts_ms: int) -> float:
    """When a song is over though it has not ended: where a plan that it follows goes on."""
    if chosen.mode != "plan" or chosen.lock is not None:
        return inf
    return session + 1000 * stretch(phases(chosen.plan), (starts_ms - session) / 1000)[1]


def _target(chosen: Chosen, heart_rate: float, elapsed_ms: int, previous: float | None) -> float:
    return target_tempo(
        chosen,
        heart_rate,
        plan=phases(chosen.plan),
        elapsed_seconds=elapsed_ms / 1000,
        previous=previous,
    )
