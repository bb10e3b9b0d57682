"""What the lake costs, and that its page says so."""

from functools import cache
from typing import Any

import pytest

from infra import lake as template_of
from infra.settings import LAKE_DAYS
from infra.stack import LAKE_WINDOW
from local.project import PROJECT
from local.template.synth import synthesize
from planning import lake as model
from planning.cost_tables import PEAK_MEAN
from planning.lake import Lake, lake
from planning.load import Load

USERS, FLUSH_SECONDS = 10_000, 12.0


@cache
def prod() -> dict[str, Any]:
    return synthesize("prod")


def of(mean: float = 1.0, users: int = USERS) -> Lake:
    return lake(Load(users, FLUSH_SECONDS), prod(), mean)


def test_the_model_is_of_what_is_deployed() -> None:
    assert (LAKE_WINDOW.to_seconds(), LAKE_DAYS) == (model.WINDOW_SECONDS, model.KEPT_DAYS)
    assert model.FILE_SECONDS == template_of.BUFFER_SECONDS


def test_rows_that_travel_together_cost_a_tenth_of_rows_alone() -> None:
    found = of()
    together = found.lines["Firehose"] + found.lines["Firehose conversion"]
    assert together < found.one_row_a_record_usd / 10
    assert sum(found.lines.values()) == pytest.approx(found.per_month_usd)


def test_few_people_pay_for_what_is_rounded_up() -> None:
    assert of(users=1_000).per_1000_user_hours_usd > of().per_1000_user_hours_usd
    assert of(users=1).lines["Secrets"] == pytest.approx(0.40)


def test_the_page_says_what_the_model_says() -> None:
    text = " ".join((PROJECT / "docs" / "analytics.md").read_text().split())
    found, evening = of(), of(PEAK_MEAN)
    assert (
        f"With 10,000 people at every hour it adds ${found.per_month_usd:.0f} a month to the bill, "
        f"${found.per_1000_user_hours_usd:.4f} for 1,000 user-hours; with 10,000 at the peak and "
        f"{PEAK_MEAN:.0%} of them on average ${evening.per_month_usd:.0f}."
    ) in text
    assert f"each as a record of its own would cost ${found.one_row_a_record_usd:.0f}" in text
