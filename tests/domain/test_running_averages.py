import json
from pathlib import Path

import pytest
from msgspec import Struct, convert

from events.samples import Sample
from events.session import IntervalSeconds
from lambdas.domain.window import Window, average, fold

FILE = Path(__file__).parents[2] / "events" / "running_averages.json"
GAP_MS = 30_000
LATER = 10**13


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    """One case that the page's rule is held to as well, see frontend/test/average.test.ts."""

    case: str
    interval_seconds: IntervalSeconds
    samples: list[Sample]
    average: float


CASES = convert(json.loads(FILE.read_text("utf-8")), list[Case])


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.case)
def test_the_running_average_is_the_one_of_the_page(one: Case) -> None:
    window = Window(one.interval_seconds * 1000)
    fold(window, one.samples, LATER, GAP_MS)
    assert average(window) == pytest.approx(one.average, rel=1e-12)
