"""A song as it was played: what is kept of it, and what that tells."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from struct import Struct as Layout
from typing import NamedTuple, Protocol

from msgspec import Struct, structs

from events.history import POINT_SECONDS, Play
from events.session import Mode, Settings, Song, SongPush
from lambdas.domain.session import Session
from lambdas.domain.target import ZONES, max_heart_rate, reserve, target_now

HELD_SECONDS = 30
"""For how long a heart rate counts when none follows; after that nothing is known."""
FITS = 0.08
"""Distance from the target tempo, as a share of it, within which a song fits."""
MOST_MS = 9_999_999_999_999
"""Later than every time."""
_ZONES_BEGIN = [low for low, _ in ZONES]
_POINT = Layout("<HB")
"""Seconds since the song began, and whole beats a minute."""
_MOST_SECONDS, _MOST_BEATS = 2**16 - 1, 2**8 - 1


class Measured(Protocol):
    """A heart rate, beats/min, and when it was measured, epoch ms."""

    @property
    def at_ms(self) -> int: ...
    @property
    def heart_rate(self) -> float: ...


class Ending(NamedTuple):
    """A song, when it ended, epoch ms, and whether it was skipped."""

    song: SongPush
    settings: Settings
    ends_at_ms: int
    skipped: bool


class Played(Struct, frozen=True, array_like=True):
    """What is kept of a song. Stored by position: new fields go to the end and have a default."""

    song: Song
    starts_at_ms: int
    ends_at_ms: int
    target_tempo: float
    tempo: float
    """As it was felt."""
    mode: Mode
    lock: float | None
    decided_by: str
    resting_heart_rate: float
    max_heart_rate: float
    skipped: bool
    line: bytes


class Sums(NamedTuple):
    """What is known of a stretch of time; sums, so that those of songs make those of a workout."""

    seconds: float = 0.0
    """In which a heart rate is known."""
    beats: float = 0.0
    """Heart rate times seconds."""
    highest: float = 0.0
    zone_seconds: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)
    fitting_seconds: float = 0.0

    @property
    def average(self) -> float | None:
        """Beats/min, weighted by time; None where nothing was measured."""
        return round(self.beats / self.seconds, 1) if self.seconds else None

    @property
    def fit(self) -> float | None:
        """Share of the measured time in which the song fitted."""
        return round(self.fitting_seconds / self.seconds, 4) if self.seconds else None

    @property
    def zones(self) -> tuple[float, float, float, float, float]:
        """Seconds in zones 1 to 5, as finely as anybody reads."""
        one, two, three, four, five = (round(seconds, 1) for seconds in self.zone_seconds)
        return one, two, three, four, five


def last_song(session: Session, until_ms: int) -> Ending | None:
    """The song that no play tells of yet, which ends at `until_ms` if not earlier.

    None where there is none, or where it had not begun.
    """
    if session.end.ended_ms is not None:
        return None
    song, ends_at_ms, skipped = session.before, until_ms, False
    if session.song is not None:
        song, ends_at_ms = session.song, min(until_ms, session.end.ends_at_ms)
        skipped = session.end.ends_at_ms < song.ends_at_ms
    if song is None:
        return None
    ends_at_ms = min(ends_at_ms, song.ends_at_ms)
    if ends_at_ms <= song.starts_at_ms:
        return None
    return Ending(song, session.settings, ends_at_ms, skipped)


def cut_ms(session: Session, next_session: int) -> int:
    """When the next session puts an end to the songs of this one; never, if it is of earlier."""
    return next_session if next_session > session.end.session else MOST_MS


def carried(session: Session, next_session: int) -> SongPush | None:
    """The last song of a session, with its true end, for the one that begins after it."""
    last = last_song(session, cut_ms(session, next_session))
    return structs.replace(last.song, ends_at_ms=last.ends_at_ms) if last else None


def is_open(session: Session, at_ms: int, gap_ms: int) -> bool:
    """Whether a session that was ended, or had gone on, at `at_ms` may be ended then."""
    return session.end.session <= at_ms <= session.end.ends_at_ms + gap_ms


def ended(session: Session, at_ms: int, heard_ms: int) -> Session:
    """The session, ended at `at_ms`; not before what is known: its song's choice, its last sample.

    The song that plays ends with it.
    """
    end, song = session.end, session.song
    at_ms = max(at_ms, heard_ms, song.why.at_ms if song else end.session)
    end = replace(end, ended_ms=at_ms, ends_at_ms=min(end.ends_at_ms, at_ms))
    return replace(session, end=end, before=None)


def played(ending: Ending, points: Iterable[Measured]) -> Played:
    """What is kept of a song, with what was measured meanwhile, oldest first."""
    song, settings, ends_at_ms, skipped = ending
    why = song.why
    return Played(
        song.song,
        song.starts_at_ms,
        ends_at_ms,
        why.target_tempo,
        why.tempo * why.octave,
        why.mode,
        why.lock,
        why.decided_by,
        settings.resting_heart_rate,
        settings.max_heart_rate or max_heart_rate(settings.age),
        skipped,
        _packed(points, song.starts_at_ms, ends_at_ms),
    )


def _packed(points: Iterable[Measured], starts_at_ms: int, ends_at_ms: int) -> bytes:
    """The line: what was known as the song began, and then a point every few seconds at most."""
    line: list[tuple[int, float]] = []
    for point in points:
        if not starts_at_ms - 1000 * HELD_SECONDS < point.at_ms < ends_at_ms:
            continue
        seconds = min(_MOST_SECONDS, max(0, point.at_ms - starts_at_ms) // 1000)
        if line and seconds == 0:
            line.clear()
        if not line or seconds - line[-1][0] >= POINT_SECONDS:
            line.append((seconds, point.heart_rate))
    return b"".join(
        _POINT.pack(seconds, min(_MOST_BEATS, round(heart_rate))) for seconds, heart_rate in line
    )


def line_of(play: Played) -> list[tuple[int, float]]:
    """Seconds since the song began, and heart rates. Raises struct.error when it is no line."""
    ends_seconds = (play.ends_at_ms - play.starts_at_ms) / 1000
    points = ((at, float(beats)) for at, beats in _POINT.iter_unpack(play.line))
    return [point for point in points if point[0] < ends_seconds]


def sums_of(play: Played) -> Sums:
    """What was measured while the song played. Raises struct.error."""
    line = line_of(play)
    ends_seconds = (play.ends_at_ms - play.starts_at_ms) / 1000
    sums = Sums()
    for (at, heart_rate), (until, _) in pairwise([*line, (ends_seconds, 0.0)]):
        sums = added(sums, _sums(play, heart_rate, min(until - at, HELD_SECONDS)))
    return sums


def added(one: Sums, other: Sums) -> Sums:
    """Those of both stretches."""
    first, second, third, fourth, fifth = (
        mine + theirs for mine, theirs in zip(one.zone_seconds, other.zone_seconds, strict=True)
    )
    return Sums(
        one.seconds + other.seconds,
        one.beats + other.beats,
        max(one.highest, other.highest),
        (first, second, third, fourth, fifth),
        one.fitting_seconds + other.fitting_seconds,
    )


def _sums(play: Played, heart_rate: float, seconds: float) -> Sums:
    target = target_now(play.mode, play.lock, heart_rate, play.target_tempo)
    fits = abs(play.tempo - target) <= FITS * target
    zones = [0.0] * len(ZONES)
    zone = _zone(heart_rate, play.resting_heart_rate, play.max_heart_rate)
    if zone:
        zones[zone - 1] = seconds
    first, second, third, fourth, fifth = zones
    return Sums(
        seconds,
        heart_rate * seconds,
        heart_rate,
        (first, second, third, fourth, fifth),
        seconds if fits else 0.0,
    )


def _zone(heart_rate: float, resting: float, maximum: float) -> int:
    """The zone of heart-rate reserve, 1 to 5; 0 below the resting heart rate."""
    if heart_rate < resting:
        return 0
    return bisect_right(_ZONES_BEGIN, reserve(heart_rate, resting, maximum))


def told(slot: int, play: Played, liked: bool | None) -> Play:
    """What a person is told of the song of a slot. Raises struct.error."""
    sums = sums_of(play)
    return Play(
        slot=slot,
        song=play.song,
        starts_at_ms=play.starts_at_ms,
        ends_at_ms=play.ends_at_ms,
        target_tempo=play.target_tempo,
        tempo=play.tempo,
        mode=play.mode,
        decided_by=play.decided_by,
        average=sums.average,
        highest=sums.highest or None,
        zone_seconds=sums.zones,
        fit=sums.fit,
        skipped=play.skipped,
        liked=liked,
        line=line_of(play),
    )
