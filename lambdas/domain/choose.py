"""Choosing one song among those near the target tempo."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from math import exp
from random import Random
from typing import Generic, Protocol, TypeVar

from lambdas.domain.bend import MAX_BEND

DEAD_BAND = 0.02
"""Distances below this are alike: people notice tempo changes of about 4 % (Van Dyck 2015). Where
fewer than `FEW` are so near, all that the client may bend to the target are alike."""
FEW = 3
"""Counting so where more are near costs libraries of 200 songs and more 5 % of their gap."""
NEAR = 60
"""Songs looked at first; twice as many while too few of them are new to the session."""
WIDE = 0.12
"""Distance from which on a new song is no better than one that was heard."""
BEST = 10
"""How many of the best songs one is drawn from."""
SPREAD = 0.005
"""A song is drawn 1/e times as often as the best for each of this that it scores worse."""
OCTAVE = 0.35
"""Penalty of half and double time: only where no song comes nearer at its own tempo. With 0.20 the
raw gap in libraries of seven songs is 15 % larger, the folded one 8 % smaller (tuning half)."""
SCARCE = 0.10
"""Distance of the nearest song from which on a library has none that is near the target."""
SLOW, QUIET = 80.0, 0.4
"""Below both, a song is not felt at double its tempo."""
HEARD, HEARD_DAYS = 0.05, 14
"""Penalty of a song heard just now; it is gone after two weeks. In a library of fewer than `NEAR`
songs this and `LONG` are as much smaller as the library: what fits is rare there, and short songs
use it up. With 20 songs the mean gap is 13 % smaller so (tuning half)."""
REPEAT, REPEAT_SONGS = 0.03, 12
"""Penalty of a song heard just now in this session, beside `HEARD`; it is gone after so many other
songs, or half the library where that is less, and after half as many for a song that is liked."""
REST_MS = 1_210_000
"""20 minutes, and how long before its start a song is chosen: until then no song comes back, where
half the library lasts as long."""
LIKED, DISLIKED, SKIPPED, SKIPS = -0.02, 0.20, 0.02, 3
"""A like, a dislike, and each of at most three skips."""
GENRE = 0.02
"""Penalty outside the genres that the person prefers, if any."""
LONG = 0.04
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
ARTIST, ARTISTS_APART = 0.06, 3
"""Penalty of an artist of the last so many songs."""
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
    """Start of the session, epoch ms."""
    heard: Mapping[str, int] = field(default_factory=dict)
    """When each song was last chosen, epoch ms."""
    artists: Sequence[str] = ()
    """Of the last songs."""
    opinions: Mapping[str, Opinion] = field(default_factory=dict)
    skips: Mapping[str, float] = field(default_factory=dict)
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
    scarce: bool
    """Whether no song of the library, played or not, is near the target at its own tempo."""

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
    only when the library has no more. Looks further until ten of them are new to the session, by
    other artists than the last, unless the next are too far away to be worth it.
    """
    wanted = NEAR
    while True:
        found = list(near(target, wanted))
        new = [song for song in found if _is_new(song, listener)]
        is_whole = len(found) < wanted
        if len(new) >= BEST or is_whole or distance(found[-1].tempo, target) > WIDE:
            break
        wanted *= 2
    free = _rested(found, listener)
    if not is_whole and distance(free[0].tempo, target) > OCTAVE:
        known = {song.id: song for song in found}
        for tempo in (target / 2, target * 2):
            known |= {song.id: song for song in near(tempo, NEAR)}
        return list(known.values())
    return found


def choose(candidates: Sequence[S], target: float, listener: Listener, seed: str) -> Choice[S]:
    """One of the ten best songs, the better the likelier; the same `seed` makes the same choice.

    `candidates` are the whole library where it is small. Raises EmptyLibraryError when there is
    no candidate.
    """
    if not candidates:
        raise EmptyLibraryError("There is no song to choose from: the library is empty.")
    songs = _rested(candidates, listener)
    band, repeats = _band(songs, target, listener), _repeats(candidates, listener)
    scoring = _Scoring(target, listener, band, repeats, min(1.0, len(candidates) / NEAR))
    scores = {song.id: sum(scoring.terms(song).values()) for song in songs}
    best = sorted(songs, key=lambda song: (scores[song.id], song.id))[:BEST]
    weights = [exp((scores[best[0].id] - scores[song.id]) / SPREAD) for song in best]
    (song,) = Random(seed).choices(best, weights)  # noqa: S311 - taste, not a secret
    drawn = f"drawn from the best {len(best)}" if len(best) > 1 else "the only one left"
    nearest = min(distance(felt_tempo(one, listener), target) for one in candidates)
    return scoring.choice(song, drawn, is_scarce=nearest > SCARCE)


def _is_new(song: Candidate, listener: Listener) -> bool:
    is_heard = listener.heard.get(song.id, -1) >= listener.session
    return not is_heard and song.artist not in listener.artists


def _rested(songs: Sequence[S], listener: Listener) -> Sequence[S]:
    """Those not heard for 20 minutes; all where half of them last no longer than that."""
    if sum(song.duration_seconds for song in songs) * 1000 < 2 * REST_MS:
        return songs
    since_ms = listener.at_ms - REST_MS
    return [song for song in songs if listener.heard.get(song.id, since_ms) <= since_ms] or songs


def _repeats(candidates: Sequence[Candidate], listener: Listener) -> dict[str, float]:
    """The penalties of songs of this session, by id."""
    fades = min(REPEAT_SONGS, len(candidates) // 2)
    played = [
        (at_ms, song_id) for song_id, at_ms in listener.heard.items() if at_ms >= listener.session
    ]
    repeats: dict[str, float] = {}
    for others, (_, song_id) in enumerate(nlargest(fades, played)):
        opinion = listener.opinions.get(song_id)
        songs = fades / 2 if opinion is not None and opinion.liked else fades
        if others < songs:
            repeats[song_id] = REPEAT * (1 - others / songs)
    return repeats


def _band(songs: Sequence[Candidate], target: float, listener: Listener) -> float:
    """The distance below which songs are alike."""
    near = sum(distance(felt_tempo(song, listener), target) <= DEAD_BAND for song in songs)
    return DEAD_BAND if near >= FEW else MAX_BEND


@dataclass(frozen=True, slots=True)
class _Scoring:
    """By what songs are scored: one choice's target, listener, band of alike, repeats and supply.

    `supply` is 1 where there are songs enough, less in a small library.
    """

    target: float
    listener: Listener
    band: float
    repeats: Mapping[str, float]
    supply: float

    def terms(self, song: Candidate) -> dict[str, float]:
        """What speaks for (below 0) and against a song, by name; what says nothing is left out."""
        listener = self.listener
        tempo = felt_tempo(song, listener)
        octave = octave_of(song, tempo, self.target)
        off = distance(tempo * octave, self.target)
        terms = {"tempo": max(0.0, off - self.band)}
        if octave != 1:
            terms["octave"] = OCTAVE
        heard_ms = listener.heard.get(song.id)
        if heard_ms is not None:
            days = (listener.at_ms - heard_ms) / DAY_MS
            terms["heard"] = self.supply * HEARD * min(1.0, max(0.0, 1 - days / HEARD_DAYS))
        if song.id in self.repeats:
            terms["repeat"] = self.repeats[song.id]
        if song.artist in listener.artists:
            terms["artist"] = ARTIST
        opinion = listener.opinions.get(song.id)
        if opinion is not None and opinion.liked is not None:
            terms["liked"] = LIKED if opinion.liked else DISLIKED
        if song.id in listener.skips:
            terms["skipped"] = SKIPPED * min(SKIPS, listener.skips[song.id])
        if listener.genres and song.genre not in listener.genres:
            terms["genre"] = GENRE
        fitting_seconds = SHORT_SECONDS + SETTLED_SECONDS * (1 - listener.unsettled)
        if song.duration_seconds > fitting_seconds:
            minutes = (song.duration_seconds - fitting_seconds) / 60
            terms["length"] = self.supply * LONG * minutes
        return terms

    def choice(self, song: S, drawn: str, *, is_scarce: bool) -> Choice[S]:
        """The song as it is told."""
        tempo = felt_tempo(song, self.listener)
        octave = octave_of(song, tempo, self.target)
        terms = self.terms(song)
        corrected = tempo != song.tempo
        return Choice(
            song=song,
            tempo=tempo,
            octave=octave,
            distance=distance(tempo * octave, self.target),
            terms={name: round(value, 4) for name, value in terms.items()},
            decided_by=_sentence(terms, drawn, octave, is_corrected=corrected, is_scarce=is_scarce),
            scarce=is_scarce,
        )


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


def _sentence(
    terms: dict[str, float], drawn: str, octave: float, *, is_corrected: bool, is_scarce: bool
) -> str:
    words = {
        "octave": "felt at double time" if octave > 1 else "felt at half time",
        "heard": "heard in the last two weeks",
        "repeat": "played a few songs ago",
        "artist": "by an artist of the last songs",
        "liked": "you like it" if terms.get("liked", 0) < 0 else "you do not like it",
        "skipped": "you skipped it before",
        "genre": "not of your genres",
        "length": "long for how the heart rate moves",
    }
    said = [words[name] for name, value in terms.items() if name in words and abs(value) >= TOLD]
    if is_corrected:
        said.insert(0, "its tempo as you set it")
    return ", ".join([_nearness(terms["tempo"], is_scarce=is_scarce), *said, drawn]) + "."


def _nearness(off: float, *, is_scarce: bool) -> str:
    if is_scarce:
        return "Nothing in the library is near the target tempo"
    if off > NEARBY:
        return "Off the target tempo"
    return "Near the target tempo" if off else "At the target tempo"
