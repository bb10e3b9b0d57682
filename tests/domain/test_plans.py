import json
from pathlib import Path

from lambdas.domain.plans import PLANS

FILE = Path(__file__).parents[2] / "events" / "plans.json"


def test_the_plans_are_those_that_the_page_shows() -> None:
    shown = json.loads(FILE.read_text("utf-8"))
    ours = {
        name: [[phase.seconds, phase.zone] for phase in phases] for name, phases in PLANS.items()
    }
    assert ours == shown
