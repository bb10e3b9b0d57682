"""Choosing one song among those near the target tempo."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Generic, Protocol, TypeVar

DEAD_BAND = 0.02
"""Distances below this are alike: people notice tempo changes of about 4 % (Van Dyck 2015)."""
BEST = 10
"""How many of the best songs one is drawn from."""


class HasTempo(Protocol):
    """What choosing needs to know of a song."""

    @property
    def id(self) -> str: ...
    @property
    def tempo(self) -> float: ...


S = TypeVar("S", bound=HasTempo)


@dataclass(frozen=True, slots=True)
class Choice(Generic[S]):
    """The song, |tempo - target| / target, and what decided, as a sentence."""

    song: S
    distance: float
    decided_by: str


def distance(tempo: float, target: float) -> float:
    """|tempo - target| / target."""
    return abs(tempo - target) / target


def fresh(candidates: Sequence[S], played: Sequence[str]) -> list[S]:
    """The candidates that were not played yet."""
    seen = set(played)
    return [song for song in candidates if song.id not in seen]


def choose(candidates: Sequence[S], target: float, played: Sequence[str], seed: str) -> Choice[S]:
    """One of the ten nearest songs not yet played, at random; else the least recently played.

    `played` holds song ids, oldest first. The same `seed` makes the same choice. Raises
    ValueError when there is no candidate.
    """
    if not candidates:
        raise ValueError("no song to choose from: the library is empty")
    unplayed = fresh(candidates, played)
    if not unplayed:
        last_played = {song_id: index for index, song_id in enumerate(played)}
        song = min(candidates, key=lambda song: last_played[song.id])
        return Choice(
            song,
            distance(song.tempo, target),
            f"All {len(candidates)} songs were played; this one was played longest ago.",
        )
    ranked = sorted(
        unplayed, key=lambda song: (max(distance(song.tempo, target), DEAD_BAND), song.id)
    )
    best = ranked[:BEST]
    song = Random(seed).choice(best)  # noqa: S311 - taste, not a secret
    among = f"the {len(best)} nearest songs" if len(best) > 1 else "one song"
    return Choice(
        song, distance(song.tempo, target), f"Drawn from {among} not yet played in this session."
    )
