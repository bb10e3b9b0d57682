"""Workout plans to choose from: timed target zones, 1 to 5."""

from collections.abc import Sequence
from dataclasses import dataclass

from lambdas.domain.target import Planned


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a plan: how long, and in which zone."""

    seconds: int
    zone: int


WARM_UP, COOL_DOWN = Phase(600, 2), Phase(300, 1)
PLANS: dict[str, tuple[Phase, ...]] = {
    "steady": (Phase(300, 2), Phase(1800, 3), COOL_DOWN),
    "intervals": (WARM_UP, *(Phase(240, 5), Phase(180, 2)) * 4, COOL_DOWN),
    "pyramid": (
        Phase(300, 2),
        *(Phase(60, 4), Phase(60, 2), Phase(120, 4), Phase(90, 2), Phase(180, 4), Phase(120, 2)),
        *(Phase(240, 4), Phase(120, 2), Phase(180, 4), Phase(90, 2), Phase(120, 4), Phase(60, 2)),
        Phase(60, 4),
        COOL_DOWN,
    ),
    "couch-to-5k": (Phase(300, 2), *(Phase(60, 4), Phase(90, 2)) * 8, Phase(300, 1)),
}
"""`intervals`: 4 x 4 minutes hard, 3 easy between (Helgerud et al. 2007). `couch-to-5k`: week 1,
eight runs of 60 s with walks of 90 s."""


def phases(plan: str | Sequence[Planned]) -> Sequence[Planned]:
    """The phases of a plan: one of `PLANS` by its name, or somebody's own."""
    return PLANS[plan] if isinstance(plan, str) else plan
