"""Workout profiles: how hard a person works, second by second, as a share of heart-rate reserve."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, get_args

ProfileName = Literal["steady", "intervals", "hills", "whole"]
PROFILE_NAMES: tuple[ProfileName, ...] = get_args(ProfileName)


@dataclass(frozen=True, slots=True)
class Block:
    """`seconds` of work that goes evenly from `start` to `end`, 0-1 of heart-rate reserve."""

    seconds: float
    start: float
    end: float


# Shares of reserve follow ACSM's zones: under 0.4 light, 0.4-0.59 moderate, 0.6-0.89 vigorous.
_BLOCKS: dict[ProfileName, tuple[Block, ...]] = {
    "steady": (Block(600, 0.65, 0.65),),
    "intervals": (Block(240, 0.88, 0.88), Block(180, 0.45, 0.45)),
    "hills": (
        Block(300, 0.50, 0.85),
        Block(120, 0.85, 0.40),
        Block(180, 0.40, 0.75),
        Block(90, 0.75, 0.50),
    ),
    "whole": (
        Block(420, 0.15, 0.60),  # warm-up
        Block(900, 0.65, 0.70),
        Block(180, 0.88, 0.88),
        Block(480, 0.60, 0.15),  # cool-down
        Block(120, 0.10, 0.10),
    ),
}


class Profile:
    """Blocks one after another, again from the first when the last has ended."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = tuple(blocks)
        self._ends = list(accumulate(block.seconds for block in self._blocks))

    def intensity(self, second: float) -> float:
        """Share of heart-rate reserve, 0-1, that is asked for at `second` of the workout."""
        second %= self._ends[-1]
        index = bisect_right(self._ends, second)
        block = self._blocks[index]
        share = 1 - (self._ends[index] - second) / block.seconds
        return block.start + (block.end - block.start) * share


def profile(name: ProfileName) -> Profile:
    """The profile of that name: steady, intervals, hills, or whole (warm-up to cool-down)."""
    return Profile(_BLOCKS[name])
