"""What choosing gains by songs that were skipped or let play before, with made listeners.

Each has a hidden taste, by which a song is skipped or not, whatever its tempo. They work out again
and again to the recorded lines, and the chooser knows of them what the functions would know. Nobody
tires of a song here, so what brings songs back sooner is told by how many different ones they hear.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle, islice
from math import exp, inf
from random import Random
from statistics import fmean

import numpy as np
from msgspec import Struct

from evaluation.fit import tempi
from evaluation.live import START_MS, TIMING, Session, averages, recommend
from evaluation.playing import Library, Play
from evaluation.segments import Segment
from events.pulse import Pulse
from events.session import Settings, Song
from lambdas.domain.choose import DAY_MS, HEARD_DAYS, SKIPPED, SKIPS
from lambdas.domain.next_song import Ask, ask

SIZES = (60, 200, 1_000)
WORKOUTS, DAYS_APART = 20, 2
RARELY, MOSTLY = 0.4, 2.0
"""Of the Beta distribution that the probabilities of a skip are drawn from: a sixth on average, of
four songs in ten below a twentieth."""
BY_ARTIST = 0.5
"""Standard deviation of the logarithm by which all songs of an artist are skipped more often."""
SKIP_SECONDS = (5.0, 30.0)
"""How long a song plays before it is skipped: until the average after that."""

Step = Callable[[], None]
Dislike = Callable[[Song], float]
"""The probability that a listener skips a song."""


@dataclass(slots=True)
class History:
    """What is known of a listener, by song."""

    heard: dict[str, int] = field(default_factory=dict)
    """When each was chosen in the last two weeks, epoch ms; each workout begins at `START_MS`."""
    skipped: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    """How often each was skipped, and not."""
    last_kept: set[str] = field(default_factory=set)
    """Those that were not skipped the last time."""

    @property
    def earlier(self) -> list[str]:
        """Songs of earlier workouts."""
        return [song for song, at_ms in self.heard.items() if at_ms < START_MS]

    def note(self, song: Song, *, is_skipped: bool) -> None:
        """A song has ended."""
        counts = self.skipped if is_skipped else self.kept
        counts[song.id] = counts.get(song.id, 0) + 1
        (self.last_kept.discard if is_skipped else self.last_kept.add)(song.id)

    def rest(self) -> None:
        """The days until the next workout pass."""
        moved = {song: at_ms - DAYS_APART * DAY_MS for song, at_ms in self.heard.items()}
        oldest = START_MS - HEARD_DAYS * DAY_MS
        self.heard = {song: at_ms for song, at_ms in moved.items() if at_ms > oldest}


Counting = Callable[[History], Mapping[str, float]]
"""What speaks against songs, and below 0 for them, in skips: of `SKIPPED`, `SKIPS` at most."""


def nothing(history: History) -> Mapping[str, float]:
    """Skips are not counted."""
    return dict.fromkeys(history.heard, 0)


def skips(history: History, weight: float = SKIPPED) -> dict[str, float]:
    """Each skip counts so much, all of them no more than three do now."""
    counted = {song: times * weight for song, times in history.skipped.items()}
    return dict.fromkeys(history.heard, 0.0) | _in_skips(counted)


def kept(history: History, weight: float) -> Mapping[str, float]:
    """And for a song that was heard in an earlier workout and not skipped then; nor three times."""
    counted = skips(history)
    for song in history.earlier:
        if song in history.last_kept and history.skipped.get(song, 0) < SKIPS:
            counted[song] -= weight / SKIPPED
    return counted


def familiar(history: History, weight: float) -> Mapping[str, float]:
    """And for a song that was heard in an earlier workout, skipped or not: what `kept` does
    without knowing anything."""
    counted = skips(history)
    for song in history.earlier:
        counted[song] -= weight / SKIPPED
    return counted


def rate(history: History, weight: float) -> Mapping[str, float]:
    """The share of plays that were skipped, as if there had been one more; limited as `skips`."""
    plays = {song: times + history.kept.get(song, 0) for song, times in history.skipped.items()}
    counted = {song: weight * history.skipped[song] / (plays[song] + 1) for song in plays}
    return dict.fromkeys(history.heard, 0.0) | _in_skips(counted)


def _in_skips(counted: Mapping[str, float]) -> dict[str, float]:
    return {song: min(SKIPS, value / SKIPPED) for song, value in counted.items()}


BASE = "skips"
"""What the others are held against."""
WAYS: dict[str, Counting] = {
    "nothing": nothing,
    BASE: skips,
    "skips 0.04": lambda history: skips(history, 0.04),
    "kept 0.01": lambda history: kept(history, 0.01),
    "kept 0.02": lambda history: kept(history, 0.02),
    "kept 0.03": lambda history: kept(history, 0.03),
    "familiar 0.02": lambda history: familiar(history, 0.02),
    "rate 0.12": lambda history: rate(history, 0.12),
}
STEPS = len(SIZES) * len(WAYS)


class Outcome(Struct, frozen=True):
    """How songs fit, and how often they are skipped; ratios to counting skips alone."""

    gap: float
    """Between target and tempo, beats/min, over all seconds."""
    gap_ratio: float
    skips_per_hour: float
    skips_ratio: float
    songs: float
    """Different ones that a listener hears in all workouts."""
    songs_ratio: float


@dataclass(slots=True)
class Sums:
    """What came of workouts."""

    gap: float = 0.0
    seconds: int = 0
    skips: int = 0
    songs: list[int] = field(default_factory=list)
    """How many different ones each listener heard."""


def taste(seed: str) -> Dislike:
    """A listener's, that the seed draws."""

    def dislike(song: Song) -> float:
        its_own = Random(f"{seed} {song.id}").betavariate(RARELY, MOSTLY)
        its_artist = Random(f"{seed} by {song.artist}").gauss(0, BY_ARTIST)
        return min(1.0, its_own * exp(its_artist))

    return dislike


@dataclass(slots=True)
class Listener:
    """Who works out: their library, how songs are chosen for them, what they dislike."""

    name: str
    """With the seed: it draws what they are played, and which songs they skip."""
    library: Library
    settings: Settings
    dislike: Dislike
    counting: Counting
    history: History = field(default_factory=History)

    def work_out(self, segment: Segment, pulses: Iterable[Pulse], number: int, sums: Sums) -> None:
        """One workout, after which days pass; what came of it is added to `sums`."""
        session = Session(
            f"{self.name} {number}",
            self.library,
            self.settings,
            heard=self.history.heard,
            skips=self.counting(self.history),
        )
        skip_ms = inf
        for pulse in pulses:
            is_skipped = pulse.at_ms >= skip_ms
            asked = _skip(session, pulse) if is_skipped else _ask(session, pulse)
            if asked is None:
                continue
            if session.plays and (song := session.plays[-1].song):
                self.history.note(song, is_skipped=is_skipped)
            sums.skips += is_skipped
            session.skips = self.counting(self.history)
            recommend(session, asked, pulse)
            skip_ms = self._skip_ms(session.plays[-1], number)
        plays = [one for one in session.plays if one.starts_ms < segment.seconds * 1000]
        sums.gap += float(np.abs(segment.targets - tempi(segment, plays)).sum())
        sums.seconds += segment.seconds
        self.history.rest()

    def _skip_ms(self, play: Play, number: int) -> float:
        """When the song will be skipped; the same in each way to count, if it is played there."""
        assert play.song
        random = Random(f"{self.name} {number} {play.song.id}")
        if random.random() >= self.dislike(play.song):
            return inf
        return START_MS + play.starts_ms + 1000 * random.uniform(*SKIP_SECONDS)


def _ask(session: Session, pulse: Pulse) -> Ask | None:
    return ask(session.end, session.settings, pulse, TIMING)


def _skip(session: Session, pulse: Pulse) -> Ask:
    """End the song now, and ask for the next one, as the function `skip` does."""
    end = session.end
    assert end
    session.plays[-1].ends_ms = pulse.at_ms - START_MS
    session.end = replace(end, ends_at_ms=pulse.at_ms)
    return Ask(end.session, end.slot + 1, pulse.at_ms, end.target)


def outcomes(
    segments: Sequence[Segment], songs: Sequence[Song], settings: Settings, seed: int, step: Step
) -> dict[str, dict[str, Outcome]]:
    """By a number of songs, what comes of each way to count; `step` is called `STEPS` times.

    Every person of the segments is a listener, who works out to theirs in turn.
    """
    known: dict[str, list[tuple[Segment, list[Pulse]]]] = {}
    for segment in segments:
        pulses = list(averages(segment, settings))
        known.setdefault(segment.user, []).append((segment, pulses))
    found: dict[str, dict[str, Outcome]] = {}
    for size in SIZES:
        library = Library(Random(f"{size} {seed}").sample(songs, min(size, len(songs))))
        all_sums: dict[str, Sums] = {}
        for name, counting in WAYS.items():
            all_sums[name] = sums = Sums()
            for user, own in known.items():
                seeded = f"{seed} {user}"
                listener = Listener(seeded, library, settings, taste(seeded), counting)
                for number, (segment, pulses) in enumerate(islice(cycle(own), WORKOUTS)):
                    listener.work_out(segment, pulses, number, sums)
                heard = listener.history.skipped.keys() | listener.history.kept.keys()
                sums.songs.append(len(heard))
            step()
        found[str(size)] = {name: _outcome(one, all_sums[BASE]) for name, one in all_sums.items()}
    return found


def _outcome(one: Sums, base: Sums) -> Outcome:
    gap, skips_per_hour, songs = _figures(one)
    base_gap, base_skips, base_songs = _figures(base)
    return Outcome(
        gap=gap,
        gap_ratio=gap / base_gap,
        skips_per_hour=skips_per_hour,
        skips_ratio=skips_per_hour / base_skips if base_skips else 1.0,
        songs=songs,
        songs_ratio=songs / base_songs,
    )


def _figures(sums: Sums) -> tuple[float, float, float]:
    return sums.gap / sums.seconds, 3600 * sums.skips / sums.seconds, fmean(sums.songs)
