"""The dashboard is laid out like the path, and shows every alarm."""

import re

from tests.infra.conftest import Template, of_type
from tests.infra.watching import ALARM, board

PATH = [
    "API",
    "heart-rate",
    "average",
    "average-heart-rate",
    "schedule",
    "song-requests",
    "recommend",
    "push",
]


def test_the_dashboard_is_laid_out_like_the_path(template: Template) -> None:
    widgets = board(template)
    assert {widget["width"] + widget["x"] <= 24 for widget in widgets} == {True}
    rows = sorted((w for w in widgets if w["type"] == "text"), key=lambda w: (w["y"], w["x"]))
    titles = [re.match(r"## \d+\. (.+)", row["properties"]["markdown"]) for row in rows]
    assert [title and title[1] for title in titles] == PATH
    assert [row["x"] for row in rows] == [0] * len(PATH)
    for row, name in zip(rows, PATH, strict=True):
        beside = [w for w in widgets if w["y"] == row["y"] and w["type"] == "metric"]
        shown = [w["properties"]["title"] for w in beside]
        assert len([title for title in shown if title.startswith(f"{name}: ")]) == 2
    side = " ".join(w["properties"].get("title", "") for w in widgets if w["x"] == 18)
    assert all(store in side for store in ("Redis", "DynamoDB", "Dead letters"))


def test_the_dashboard_shows_the_state_of_every_alarm(template: Template) -> None:
    (status,) = [widget for widget in board(template) if widget["type"] == "alarm"]
    assert len(status["properties"]["alarms"]) == len(of_type(template, ALARM))
