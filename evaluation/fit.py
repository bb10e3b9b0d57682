"""How well songs fit a workout: the measure.

The gap of a second is |target - tempo| in beats/min, its target by the true heart rate of that
second. Raw: by the song's own tempo. Folded: by the nearest of half, once and twice that. Heard:
by the tempo as a client bends it towards the target.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

import numpy as np
from msgspec import Struct

from evaluation.playing import Play
from evaluation.segments import Numbers, Segment
from lambdas.domain.bend import playback_rate, tempo_range
from lambdas.domain.choose import ARTISTS_APART

CLOSE, NEAR = 0.04, 0.10
BACK_MINUTES = (20, 30, 60)


@dataclass(frozen=True, slots=True)
class Fit:
    """One stretch as one policy played it: gaps of each second, and counts of songs."""

    user: str
    targets: Numbers
    raw: Numbers
    folded: Numbers
    heard: Numbers
    first_song: Numbers
    second_song: Numbers
    """Raw gaps of the first and the second song alone: the warm-up."""
    songs: int
    repeats: int
    artist_repeats: int
    empty: int
    back: tuple[int, ...]
    """Songs that were back within so many minutes from start to start, for `BACK_MINUTES`."""
    away_seconds: float
    """How long ago a song had played, at most, that would have fitted better within 4 %."""


class PolicyFit(Struct, frozen=True):
    """How one policy fits: gaps in beats/min over all seconds, shares of seconds, counts of songs.

    Each is the mean over the seeds.
    """

    gap_raw_mean: float
    gap_raw_p90: float
    gap_folded_mean: float
    gap_heard_mean: float
    within_4pct: float
    within_10pct: float
    """Shares of the seconds with a raw gap of at most so much of the target."""
    first_song_gap_raw_mean: float
    second_song_gap_raw_mean: float
    repeats: float
    """Songs that were played before in the same stretch."""
    back_within_20_minutes: float
    back_within_30_minutes: float
    back_within_60_minutes: float
    """Share of songs that had begun so shortly before."""
    longest_away_minutes: float
    """Mean over the stretches: how long ago a good song, within 4 % of the target and nearer than
    the one that was chosen in its place, had played at most."""
    artist_repeats: float
    """Share of songs whose artist was among those of the last three."""
    empty: float
    """Choices that found nothing."""
    songs_played: float
    gap_raw_by_person: dict[str, float]
    spread: dict[str, float] = {}
    """Standard deviation of each over the seeds, where there are several and they decide."""


BY_NAME = ("gap_raw_by_person", "spread")
"""Fields that hold figures by name."""


def measure(segment: Segment, plays: Sequence[Play]) -> Fit:
    """The fit of songs that follow each other without a hole from the start of a stretch."""
    targets = segment.targets
    plays = [one for one in plays if one.starts_ms < segment.seconds * 1000]
    ends = _ends(segment, plays)
    starts = [0, *ends[:-1]]
    tempo = tempi(segment, plays)
    raw = np.abs(targets - tempo)
    folded = np.minimum(raw, np.minimum(abs(targets - tempo / 2), abs(targets - tempo * 2)))
    spans = zip(starts, ends, plays, strict=True)
    chosen = [one.song for one in plays if one.song and not one.empty]
    artists = [song.artist for song in chosen]
    return Fit(
        user=segment.user,
        targets=targets,
        raw=raw,
        folded=folded,
        heard=np.concatenate([_heard(targets[start:end], one) for start, end, one in spans]),
        first_song=raw[: ends[0]],
        second_song=raw[starts[1] : ends[1]] if len(plays) > 1 else raw[:0],
        songs=len(plays),
        repeats=len(chosen) - len({song.id for song in chosen}),
        artist_repeats=sum(
            artist in artists[max(0, place - ARTISTS_APART) : place]
            for place, artist in enumerate(artists)
        ),
        empty=sum(one.empty for one in plays),
        back=tuple(_back(plays, minutes) for minutes in BACK_MINUTES),
        away_seconds=_away_seconds(plays, starts, targets),
    )


def tempi(segment: Segment, plays: Sequence[Play]) -> Numbers:
    """The tempo of the song that plays in each second; the last song may begin no later."""
    return np.repeat([one.tempo for one in plays], np.diff(_ends(segment, plays), prepend=0))


def _ends(segment: Segment, plays: Sequence[Play]) -> list[int]:
    return [min(segment.seconds, -(-one.ends_ms // 1000)) for one in plays]


def _back(plays: Sequence[Play], minutes: int) -> int:
    """Songs that begin again within so many minutes; one that only goes on does not."""
    begun_ms: dict[str, int] = {}
    back = 0
    for one in plays:
        if one.song and not one.empty:
            before_ms = begun_ms.get(one.song.id)
            back += before_ms is not None and one.starts_ms - before_ms < minutes * 60_000
            begun_ms[one.song.id] = one.starts_ms
    return back


def _away_seconds(plays: Sequence[Play], starts: Sequence[int], targets: Numbers) -> float:
    ended: dict[str, tuple[float, int]] = {}
    longest = 0.0
    for start, one in zip(starts, plays, strict=True):
        target = float(targets[min(start, len(targets) - 1)])
        off = min(abs(one.tempo * one.octave - target), CLOSE * target)
        for tempo, ended_ms in ended.values():
            if abs(tempo - target) < off:
                longest = max(longest, start - ended_ms / 1000)
        if one.song:
            ended[one.song.id] = one.tempo, one.ends_ms
    return longest


def _heard(targets: Numbers, one: Play) -> Numbers:
    """Gaps of a song that starts at its own tempo and is bent by the rule of the client."""
    bounds = tempo_range(one.tempo * one.octave)
    rate, gaps = 1.0, []
    for target in targets.tolist():
        gaps.append(abs(target - rate * one.tempo))
        rate = playback_rate(rate, bounds, target, 1.0)
    return np.array(gaps)


def summary(fits: Sequence[Fit]) -> PolicyFit:
    """All stretches of one pass in figures: every second counts the same."""
    raw = np.concatenate([fit.raw for fit in fits])
    share = raw / np.concatenate([fit.targets for fit in fits])
    first, second = (
        np.concatenate([getattr(fit, name) for fit in fits])
        for name in ("first_song", "second_song")
    )
    back = [sum(fit.back[place] for fit in fits) for place in range(len(BACK_MINUTES))]
    songs = sum(fit.songs for fit in fits)
    by_person: dict[str, list[Numbers]] = {}
    for fit in fits:
        by_person.setdefault(fit.user, []).append(fit.raw)
    return PolicyFit(
        gap_raw_mean=float(raw.mean()),
        gap_raw_p90=float(np.quantile(raw, 0.9)),
        gap_folded_mean=float(np.concatenate([fit.folded for fit in fits]).mean()),
        gap_heard_mean=float(np.concatenate([fit.heard for fit in fits]).mean()),
        within_4pct=float((share <= CLOSE).mean()),
        within_10pct=float((share <= NEAR).mean()),
        first_song_gap_raw_mean=float(first.mean()),
        second_song_gap_raw_mean=float(second.mean()) if len(second) else 0.0,
        repeats=sum(fit.repeats for fit in fits),
        back_within_20_minutes=back[0] / songs,
        back_within_30_minutes=back[1] / songs,
        back_within_60_minutes=back[2] / songs,
        longest_away_minutes=fmean(fit.away_seconds for fit in fits) / 60,
        artist_repeats=sum(fit.artist_repeats for fit in fits) / songs,
        empty=sum(fit.empty for fit in fits),
        songs_played=songs,
        gap_raw_by_person={
            user: float(np.concatenate(gaps).mean()) for user, gaps in by_person.items()
        },
    )


def over_seeds(fits: Sequence[PolicyFit]) -> PolicyFit:
    """The passes of one policy, which differ by their seeds, as one."""
    if len(fits) == 1:
        return fits[0]
    names = [name for name in PolicyFit.__struct_fields__ if name not in BY_NAME]
    figures = {name: [float(getattr(fit, name)) for fit in fits] for name in names}
    return PolicyFit(
        **{name: fmean(values) for name, values in figures.items()},
        gap_raw_by_person={
            user: fmean(fit.gap_raw_by_person[user] for fit in fits)
            for user in fits[0].gap_raw_by_person
        },
        spread={name: stdev(values) for name, values in figures.items()},
    )
