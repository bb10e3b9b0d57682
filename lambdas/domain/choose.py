"""Choosing one song among those near the target tempo."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp
from random import Random
from typing import Generic, Protocol, TypeVar

DEAD_BAND = 0.02
"""Distances below this are alike: people notice tempo changes of about 4 % (Van Dyck 2015)."""
NEAR = 60
"""Songs looked at first; twice as many while too few of them may be played."""
BEST = 10
"""How many of the best songs one is drawn from."""
SPREAD = 0.01
"""A song is drawn 1/e times as often as the best for each of this that it scores worse."""
OCTAVE = 0.20
"""Penalty of half and double time: only where no song comes nearer at its own tempo."""
SLOW, QUIET = 80.0, 0.4
"""Below both, a song is not felt at double its tempo."""
HEARD, HEARD_DAYS = 0.05, 14
"""Penalty of a song heard just now, in an earlier session; it is gone after two weeks."""
LIKED, DISLIKED, SKIPPED, SKIPS = -0.02, 0.20, 0.02, 3
"""A like, a dislike, and each of at most three skips."""
GENRE = 0.02
"""Penalty outside the genres that the person prefers, if any."""
LONG = 0.02
"""Penalty of each minute beyond what fits: `SHORT_SECONDS` while the heart rate is all but
settled, up to `SETTLED_SECONDS` more the more it is."""
SHORT_SECONDS, SETTLED_SECONDS = 120.0, 180.0
UNSETTLED = 0.04
"""Range of the heart rate in the interval, over its average, that counts as not settled at all."""
WARM_UP_SECONDS = 300
NEARBY = 0.04
"""The term of a tempo that is still called near the target."""
TOLD = 0.01
"""Terms smaller than this are not worth a word."""
ARTISTS_APART = 3
"""Songs between two of one artist."""
DAY_MS = 86_400_000


class Candidate(Protocol):
    """What choosing needs to know of a song."""

    @property
    def id(self) -> str: ...
    @property
    def artist(self) -> str: ...
    @property
    def tempo(self) -> float: ...
    @property
    def duration_seconds(self) -> float: ...
    @property
    def genre(self) -> str | None: ...
    @property
    def energy(self) -> float | None: ...
    @property
    def meter(self) -> int | None: ...


S = TypeVar("S", bound=Candidate)


class Opinion(Protocol):
    """What a person thinks of a song: liked or not, and its tempo if they corrected it."""

    @property
    def liked(self) -> bool | None: ...
    @property
    def tempo(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Listener:
    """What is known of the person who listens, at the time of choosing."""

    at_ms: int
    session: int
    """Start of the session, epoch ms: what was heard since is not repeated."""
    heard: Mapping[str, int] = field(default_factory=dict)
    """When each song was last chosen, epoch ms."""
    artists: Sequence[str] = ()
    """Of the last songs."""
    opinions: Mapping[str, Opinion] = field(default_factory=dict)
    skips: Mapping[str, int] = field(default_factory=dict)
    """How often the person skipped each song."""
    genres: Sequence[str] = ()
    unsettled: float = 0.0
    """0 when the heart rate keeps still, 1 when it moves as in a warm-up."""


@dataclass(frozen=True, slots=True)
class Choice(Generic[S]):
    """The song and why: its tempo for this person, how it is counted, and the terms of its score.

    `octave` is 2 where the song is felt at double its tempo, 0.5 at half; `distance` is
    |tempo x octave - target| / target; `terms` are what it scored by, smaller is better.
    """

    song: S
    tempo: float
    octave: float
    distance: float
    terms: dict[str, float]
    decided_by: str

    @property
    def felt_tempo(self) -> float:
        """The tempo as it is counted, beats/min."""
        return self.tempo * self.octave


class EmptyLibraryError(Exception):
    """There is no song to choose from."""


def unsettled(lowest: float, highest: float, average: float, elapsed_seconds: float) -> float:
    """How far from settled a heart rate is that ranged so within the interval, 0 to 1.

    `elapsed_seconds` since the session began: a warm-up is not settled yet.
    """
    if elapsed_seconds < WARM_UP_SECONDS:
        return 1.0
    return min(1.0, (highest - lowest) / average / UNSETTLED)


def search(near: Callable[[float, int], Sequence[S]], target: float, listener: Listener) -> list[S]:
    """Songs to choose from: near the target and, where that is far, near its half and double.

    `near(tempo, count)` answers the songs nearest to a tempo, nearest first; fewer than `count`
    only when the library has no more. Looks further until ten of them may be played.
    """
    wanted = NEAR
    while True:
        found = list(near(target, wanted))
        usable = _playable(found, listener)
        if len(usable) >= BEST or len(found) < wanted:
            break
        wanted *= 2
    if not usable or distance(usable[0].tempo, target) > OCTAVE:
        known = {song.id: song for song in found}
        for tempo in (target / 2, target * 2):
            known |= {song.id: song for song in near(tempo, NEAR)}
        return list(known.values())
    return found


def choose(candidates: Sequence[S], target: float, listener: Listener, seed: str) -> Choice[S]:
    """One of the ten best songs, the better the likelier; the same `seed` makes the same choice.

    What was played in the session is left out while anything else is there, and an artist of the
    last three songs while another is. Raises EmptyLibraryError when there is no candidate.
    """
    if not candidates:
        raise EmptyLibraryError("There is no song to choose from: the library is empty.")
    songs = _playable(candidates, listener)
    if not songs:
        longest_ago = min(candidates, key=lambda song: (listener.heard[song.id], song.id))
        return _choice(longest_ago, target, listener, "all were played, this one longest ago")
    scores = {song.id: _score(song, target, listener) for song in songs}
    best = sorted(songs, key=lambda song: (scores[song.id], song.id))[:BEST]
    weights = [exp((scores[best[0].id] - scores[song.id]) / SPREAD) for song in best]
    (song,) = Random(seed).choices(best, weights)  # noqa: S311 - taste, not a secret
    drawn = f"drawn from the best {len(best)}" if len(best) > 1 else "the only one left"
    return _choice(song, target, listener, drawn)


def _playable(songs: Sequence[S], listener: Listener) -> list[S]:
    """Those not played in this session; of other artists than the last, if there are such."""
    heard, session = listener.heard, listener.session
    fresh = [song for song in songs if heard.get(song.id, -1) < session]
    return [song for song in fresh if song.artist not in listener.artists] or fresh


def _score(song: Candidate, target: float, listener: Listener) -> float:
    return sum(_terms(song, target, listener).values())


def _terms(song: Candidate, target: float, listener: Listener) -> dict[str, float]:
    """What speaks for (below 0) and against a song, by name; what says nothing is left out."""
    tempo = felt_tempo(song, listener)
    octave = octave_of(song, tempo, target)
    off = distance(tempo * octave, target)
    terms = {"tempo": max(0.0, off - DEAD_BAND)}
    if octave != 1:
        terms["octave"] = OCTAVE
    heard_ms = listener.heard.get(song.id)
    if heard_ms is not None:
        days = (listener.at_ms - heard_ms) / DAY_MS
        terms["heard"] = HEARD * min(1.0, max(0.0, 1 - days / HEARD_DAYS))
    opinion = listener.opinions.get(song.id)
    if opinion is not None and opinion.liked is not None:
        terms["liked"] = LIKED if opinion.liked else DISLIKED
    if song.id in listener.skips:
        terms["skipped"] = SKIPPED * min(SKIPS, listener.skips[song.id])
    if listener.genres and song.genre not in listener.genres:
        terms["genre"] = GENRE
    fitting_seconds = SHORT_SECONDS + SETTLED_SECONDS * (1 - listener.unsettled)
    if song.duration_seconds > fitting_seconds:
        terms["length"] = LONG * (song.duration_seconds - fitting_seconds) / 60
    return terms


def felt_tempo(song: Candidate, listener: Listener) -> float:
    """The song's tempo, as the person corrected it if they did."""
    opinion = listener.opinions.get(song.id)
    return song.tempo if opinion is None or opinion.tempo is None else opinion.tempo


def distance(tempo: float, target: float) -> float:
    """|tempo - target| / target."""
    return abs(tempo - target) / target


def octave_of(song: Candidate, tempo: float, target: float) -> float:
    """1, or 2 or 0.5 where the song comes nearer at double or half its tempo in spite of the
    penalty. A slow quiet song is not felt at double, a song in an odd meter at neither."""
    enough = distance(tempo, target) - OCTAVE
    if enough <= 0 or (song.meter is not None and song.meter % 2):
        return 1.0
    quiet = song.energy is None or song.energy < QUIET
    if distance(tempo * 2, target) < enough and not (tempo < SLOW and quiet):
        return 2.0
    return 0.5 if distance(tempo / 2, target) < enough else 1.0


def _choice(song: S, target: float, listener: Listener, drawn: str) -> Choice[S]:
    tempo = felt_tempo(song, listener)
    octave = octave_of(song, tempo, target)
    terms = _terms(song, target, listener)
    corrected = tempo != song.tempo
    return Choice(
        song=song,
        tempo=tempo,
        octave=octave,
        distance=distance(tempo * octave, target),
        terms={name: round(value, 4) for name, value in terms.items()},
        decided_by=_sentence(terms, corrected, octave, drawn),
    )


def _sentence(terms: dict[str, float], corrected: bool, octave: float, drawn: str) -> str:
    words = {
        "octave": "felt at double time" if octave > 1 else "felt at half time",
        "heard": "heard in the last two weeks",
        "liked": "you like it" if terms.get("liked", 0) < 0 else "you do not like it",
        "skipped": "you skipped it before",
        "genre": "not of your genres",
        "length": "long for how the heart rate moves",
    }
    said = [words[name] for name, value in terms.items() if name in words and abs(value) >= TOLD]
    near = "Nearest tempo there was"
    if terms["tempo"] <= NEARBY:
        near = "Near the target tempo" if terms["tempo"] else "At the target tempo"
    if corrected:
        said.insert(0, "its tempo as you set it")
    return ", ".join([near, *said, drawn]) + "."
