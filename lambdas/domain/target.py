"""The tempo that suits how hard a person works."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from math import inf
from typing import Literal, Protocol

Mode = Literal["pulse", "zone", "push", "hold", "recover", "cadence", "plan"]
MIN_TEMPO, MAX_TEMPO = 60.0, 180.0
STEP = 0.12
"""Most that a target moves from one song to the next, where the mode limits it."""
LIMITED = ("zone", "push", "hold")
"""Modes whose targets move by `STEP` at most. Not `pulse`: there the limit raises the mean gap
on recorded workouts from 9.1 to 12.5 beats a minute. Not `plan` and `cadence`: their steps are
phases and the person's own. `recover` has a limit of its own."""
PUSH = 0.06
"""Most that `push` and `hold` lead or hold back; people follow shifts of about 3 % (Van Dyck
2015)."""
PUSH_GAIN = 0.3
"""Tempo per share of reserve that is missing to the goal zone. Assumed."""
PUSH_LEAD = 0.02
"""What `push` is ahead of the work at the goal itself. Assumed."""
RECOVER_STEP = 0.15
RECOVER_TEMPO, RECOVER_MAX = 80.0, 110.0
"""Slow music helps recovery: aims at 70-90 (Karageorghis et al. 2018)."""
WORK, RISE = 0.78, 0.45
"""Share of the reserve that a session warms up to, and how much of the way there the first song
sees. Fitted to the tuning half of the recorded workouts (`tempofit evaluate`)."""
RISE_SECONDS = 600
"""By then nothing is left of the rise; it fades with the square of what is left of this."""
RISING_SECONDS, RISEN = 60, 0.4
"""From so long on, a heart that uses less than this share of its reserve is expected to rise in
proportion: some people stay at rest. Fitted to the tuning half."""
SHORTEST_SECONDS = 30
"""A stretch of a plan with no more than this left is not worth a song."""

ZONE_CURVE = (
    (0.00, 95.0),
    (0.20, 110.0),
    (0.40, 123.0),
    (0.50, 126.0),
    (0.60, 128.0),
    (0.70, 131.0),
    (0.80, 135.0),
    (0.90, 140.0),
    (1.00, 142.0),
)
"""Preferred tempo over heart-rate reserve. Range and ceiling: Karageorghis et al. 2011, doi
10.1080/02701367.2011.10599755, and Karageorghis & Jones 2014; inner anchors assumed."""
CURVE_MIDDLE = 127.0
ZONES = ((0.0, 0.3), (0.3, 0.4), (0.4, 0.6), (0.6, 0.9), (0.9, 1.0))
"""Zones 1 to 5 as shares of heart-rate reserve (ACSM)."""


class Planned(Protocol):
    """A stretch of a workout plan: how long, and in which zone, 1 to 5."""

    @property
    def seconds(self) -> int: ...
    @property
    def zone(self) -> int: ...


class Goal(Protocol):
    """What a person chose for the session."""

    @property
    def mode(self) -> Mode: ...
    @property
    def resting_heart_rate(self) -> float: ...
    @property
    def max_heart_rate(self) -> float | None: ...
    @property
    def age(self) -> int: ...
    @property
    def goal_zone(self) -> int: ...
    @property
    def span(self) -> float: ...
    @property
    def cadence(self) -> float | None: ...
    @property
    def lock(self) -> float | None: ...


def max_heart_rate(age: int) -> float:
    """Maximum heart rate at this age, beats/min: 208 - 0.7 x age (Tanaka 2001), error 7-11."""
    return 208 - 0.7 * age


def reserve(heart_rate: float, resting: float, maximum: float) -> float:
    """Share of the heart-rate reserve in use, 0 to 1 (Karvonen 1957)."""
    if maximum <= resting:
        return 1.0 if heart_rate > resting else 0.0
    return min(1.0, max(0.0, (heart_rate - resting) / (maximum - resting)))


def expected_heart_rate(goal: Goal, average: float, newest: float, elapsed_seconds: float) -> float:
    """What to expect of the coming song, beats/min: halfway from the average to the newest.

    On recorded workouts its mean gap to the song's heart rate is 7.3, the average's alone 7.7; a
    trend drawn on, or a pull towards the mean of the session, does worse. In a warm-up, which
    `elapsed_seconds` since the session began tell, it lies higher: towards `WORK`, after a minute
    the less the farther the heart is from working.
    """
    settled = (average + newest) / 2
    if goal.mode == "recover":
        return settled
    work = goal.resting_heart_rate + WORK * (_maximum(goal) - goal.resting_heart_rate)
    left = max(0.0, 1 - elapsed_seconds / RISE_SECONDS)
    begun = 1.0 if elapsed_seconds < RISING_SECONDS else share_in_use(goal, settled) / RISEN
    return settled + RISE * left**2 * min(1.0, begun) * max(0.0, work - settled)


def share_in_use(goal: Goal, heart_rate: float) -> float:
    """Share of this person's heart-rate reserve in use, 0 to 1."""
    return reserve(heart_rate, goal.resting_heart_rate, _maximum(goal))


def _maximum(goal: Goal) -> float:
    return goal.max_heart_rate or max_heart_rate(goal.age)


def zone_tempo(share: float, span: float = 1.0) -> float:
    """Preferred tempo, beats/min of a song, at this share of the heart-rate reserve.

    `span` stretches the curve around its middle, 127.
    """
    index = min(bisect_right(ZONE_CURVE, (share, MAX_TEMPO)), len(ZONE_CURVE) - 1)
    (low, low_tempo), (high, high_tempo) = ZONE_CURVE[index - 1], ZONE_CURVE[index]
    tempo = low_tempo + (high_tempo - low_tempo) * (share - low) / (high - low)
    return CURVE_MIDDLE + span * (tempo - CURVE_MIDDLE)


def stretch(plan: Sequence[Planned], elapsed_seconds: float) -> tuple[int, float]:
    """The zone of a song that begins here, and when it makes way, seconds into the session.

    That is where the zone changes; of the last one, never. A stretch that has no more than
    `SHORTEST_SECONDS` left is over: the song is the next one's.
    """
    ends = list(accumulate(phase.seconds for phase in plan))
    place = bisect_right(ends, elapsed_seconds + SHORTEST_SECONDS)
    zone = plan[min(place, len(plan) - 1)].zone
    changes = (
        float(begins)
        for begins, phase in zip(ends[place:], plan[place + 1 :], strict=False)
        if phase.zone != zone
    )
    return zone, next(changes, inf)


def target_tempo(
    goal: Goal,
    heart_rate: float,
    *,
    plan: Sequence[Planned] = (),
    elapsed_seconds: float = 0.0,
    previous: float | None = None,
) -> float:
    """The tempo to aim at, 60-180 beats/min of a song, for a heart rate in beats/min.

    `elapsed_seconds` is how far into the plan the song begins, for `plan`; `previous` the
    target of the song before it, when that was chosen by the same mode.
    """
    if goal.lock is not None:
        return playable(goal.lock)
    tempo = _wanted(goal, heart_rate, plan, elapsed_seconds, previous)
    if previous is not None and goal.mode in LIMITED:
        tempo = min(previous * (1 + STEP), max(previous * (1 - STEP), tempo))
    return playable(tempo)


def _wanted(
    goal: Goal,
    heart_rate: float,
    plan: Sequence[Planned],
    elapsed_seconds: float,
    previous: float | None,
) -> float:
    match goal.mode:
        case "zone":
            return zone_tempo(share_in_use(goal, heart_rate), goal.span)
        case "push":
            return _push(goal, share_in_use(goal, heart_rate))
        case "hold":
            return _hold(goal, share_in_use(goal, heart_rate))
        case "recover":
            return _recover(heart_rate, previous)
        case "cadence" if goal.cadence is not None:
            return goal.cadence if goal.cadence <= MAX_TEMPO else goal.cadence / 2
        case "plan" if plan:
            return _tempo_of(stretch(plan, elapsed_seconds)[0], goal.span)
        case _:
            return heart_rate


def _push(goal: Goal, share: float) -> float:
    """A little faster than the work, more the further below the goal zone."""
    low, high = ZONES[goal.goal_zone - 1]
    lead = 0.0 if share > high else min(PUSH, PUSH_LEAD + PUSH_GAIN * max(0.0, low - share))
    return zone_tempo(share, goal.span) * (1 + lead)


def _hold(goal: Goal, share: float) -> float:
    """The goal zone's tempo, faster when the work is below it, slower when above."""
    low, high = ZONES[goal.goal_zone - 1]
    missing = max(0.0, low - share) - max(0.0, share - high)
    lead = min(PUSH, max(-PUSH, PUSH_GAIN * missing))
    return _tempo_of(goal.goal_zone, goal.span) * (1 + lead)


def _recover(heart_rate: float, previous: float | None) -> float:
    """Down from song to song, never fast."""
    before = heart_rate if previous is None else previous
    return min(RECOVER_MAX, max(RECOVER_TEMPO, before * (1 - RECOVER_STEP)))


def _tempo_of(zone: int, span: float) -> float:
    low, high = ZONES[zone - 1]
    return zone_tempo((low + high) / 2, span)


def target_now(mode: Mode, lock: float | None, heart_rate: float | None, target: float) -> float:
    """The tempo that would suit now, 60-180 beats/min, while a song plays.

    The lock; in `pulse` the heart rate, if one is known; else the `target` the song was chosen for.
    The page has the same rule: events/targets.json holds both to it.
    """
    if lock is not None:
        return playable(lock)
    return playable(heart_rate if mode == "pulse" and heart_rate is not None else target)


def playable(tempo: float) -> float:
    """The tempo held to what any target may be, 60-180 beats/min of a song."""
    return min(MAX_TEMPO, max(MIN_TEMPO, tempo))
