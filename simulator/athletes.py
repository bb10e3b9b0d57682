"""Simulated people: a heart that follows the work, and a strap that sometimes fails.

Everything is drawn from the `Random` that is passed in; time is an argument.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

from events.samples import MAX_HEART_RATE, MIN_HEART_RATE, Sample
from simulator.profiles import PROFILE_NAMES, Profile, ProfileName, profile

TAU_SECONDS = 57.6
"""Mean time constant of heart rate; spread 23.6 s (Hunt 2015, doi 10.1186/s12938-015-0112-7)."""
TAU_SPREAD_SECONDS = 23.6
TAU_BOUNDS_SECONDS = (15.0, 120.0)
"""The normal distribution has a tail below zero: times are drawn again until they lie in here."""
NOISE = 2.0
"""Standard deviation of the noise on heart rate, beats a minute (Hunt 2015)."""
NOISE_MEMORY = 0.9
"""Correlation of the noise from one second to the next; assumed, so that it looks like a heart."""


@dataclass(frozen=True, slots=True)
class Body:
    """What differs between hearts; heart rates in beats a minute."""

    resting_heart_rate: float
    max_heart_rate: float
    tau_seconds: float

    def demand(self, intensity: float) -> float:
        """Heart rate after minutes of work at this share of reserve (Karvonen)."""
        reserve = self.max_heart_rate - self.resting_heart_rate
        return self.resting_heart_rate + intensity * reserve


@dataclass(frozen=True, slots=True)
class Strap:
    """How often a chest strap fails: faults an hour of each kind."""

    gaps: float = 2.0
    """Nothing for 3-45 s."""
    freezes: float = 2.0
    """The last value again and again for 5-20 s."""
    spikes: float = 4.0
    """One to three values 25-60 beats a minute off."""


@dataclass(frozen=True, slots=True)
class Athlete:
    """One simulated person with one workout."""

    user: str
    body: Body
    profile: Profile
    strap: Strap
    seed: str


PERFECT_STRAP = Strap(gaps=0, freezes=0, spikes=0)


def user_name(number: int, group: str = "athlete") -> str:
    """The name of simulated person `number`, from 1."""
    return f"{group}-{number:03d}"


def draw_body(random: Random) -> Body:
    """A body of an adult; maximum heart rate by Tanaka's 208 - 0.7 x age, with its error of 7."""
    age = random.uniform(18, 70)
    return Body(
        resting_heart_rate=random.uniform(48, 72),
        max_heart_rate=min(210.0, max(150.0, random.gauss(208 - 0.7 * age, 7))),
        tau_seconds=_draw_tau(random),
    )


def athlete(
    number: int,
    seed: int,
    *,
    group: str = "athlete",
    name: ProfileName | None = None,
    strap: Strap | None = None,
) -> Athlete:
    """Athlete `number` (from 1) of a seed, the same every time.

    `name` is that of a profile; without it the profiles take turns.
    """
    return Athlete(
        user=user_name(number, group),
        body=draw_body(Random(f"{seed} {number} body")),
        profile=profile(name or PROFILE_NAMES[(number - 1) % len(PROFILE_NAMES)]),
        strap=Strap() if strap is None else strap,
        seed=f"{seed} {number}",
    )


def samples(athlete: Athlete, start_ms: int, seconds: int | None = None) -> Iterator[Sample]:
    """`[epoch ms, beats a minute]` once a second from `start_ms` on, whole beats, in the limits.

    A strap's gap leaves samples out. Without `seconds` the workout never ends.
    """
    random = Random(athlete.seed)
    hearts = noisy(heart_rates(athlete.body, athlete.profile), random)
    for second, heart_rate in enumerate(islice(worn(athlete.strap, hearts, random), seconds)):
        if heart_rate is not None:
            bounded = min(float(MAX_HEART_RATE), max(float(MIN_HEART_RATE), heart_rate))
            yield start_ms + second * 1000, float(round(bounded))


def heart_rates(body: Body, profile: Profile) -> Iterator[float]:
    """True heart rate of every second: a first-order system with this body's time constant."""
    decay = math.exp(-1 / body.tau_seconds)
    heart_rate = body.demand(0.1)
    second = 0
    while True:
        yield heart_rate
        demand = body.demand(profile.intensity(second))
        heart_rate = demand + (heart_rate - demand) * decay
        second += 1


def noisy(hearts: Iterable[float], random: Random) -> Iterator[float]:
    """The same with correlated noise of standard deviation `NOISE`."""
    fresh = NOISE * math.sqrt(1 - NOISE_MEMORY**2)
    noise = random.gauss(0, NOISE)
    for heart_rate in hearts:
        yield heart_rate + noise
        noise = NOISE_MEMORY * noise + random.gauss(0, fresh)


def worn(strap: Strap, hearts: Iterable[float], random: Random) -> Iterator[float | None]:
    """What the strap reports of each second: the heart rate, a wrong one, or nothing (`None`)."""
    kinds = ("gap", "freeze", "spike")
    rates = (strap.gaps / 3600, strap.freezes / 3600, strap.spikes / 3600)
    fault, left, offset, last = "", 0, 0.0, 0.0
    for heart_rate in hearts:
        if not left and random.random() < sum(rates):
            fault = random.choices(kinds, rates)[0]
            left = random.randint(*{"gap": (3, 45), "freeze": (5, 20), "spike": (1, 3)}[fault])
            offset = random.choice((-1, 1)) * random.uniform(25, 60)
            last = heart_rate
        if left:
            left -= 1
            yield {"gap": None, "freeze": last, "spike": heart_rate + offset}[fault]
        else:
            yield heart_rate


def _draw_tau(random: Random) -> float:
    low, high = TAU_BOUNDS_SECONDS
    while not low <= (tau := random.gauss(TAU_SECONDS, TAU_SPREAD_SECONDS)) <= high:
        pass
    return tau
