import json
from pathlib import Path

import pytest
from msgspec import Struct, convert

from events.session import Mode
from lambdas.domain.target import target_now

FILE = Path(__file__).parents[2] / "events" / "targets.json"


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    """One case that the page's rule is held to as well, see frontend/test/target.test.ts."""

    case: str
    mode: Mode
    lock: float | None
    heart_rate: float | None
    target: float
    target_now: float


CASES = convert(json.loads(FILE.read_text("utf-8")), list[Case])


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.case)
def test_what_would_suit_now_is_what_the_page_takes_for_it(one: Case) -> None:
    assert target_now(one.mode, one.lock, one.heart_rate, one.target) == one.target_now
