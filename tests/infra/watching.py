"""What the template says of alarms, the dashboard and metrics, for the tests of them."""

import json
from collections.abc import Iterator
from typing import Any

from tests.infra.conftest import Template, properties

ALARM = "AWS::CloudWatch::Alarm"


MATH = {
    "FILL": lambda value, otherwise: otherwise if value is None else value,
    "IF": lambda condition, then, otherwise: then if condition else otherwise,
    "MAX": max,
    "SUM": sum,
}
"""CloudWatch's functions at one moment; None is a metric without a value."""


Properties = dict[str, Any]


def metrics_of(alarm: Properties) -> list[Properties]:
    """The metrics of an alarm, each with its dimensions as one mapping, and its id and period."""
    if "MetricName" in alarm:
        return [alarm | {"Dimensions": _mapping(alarm.get("Dimensions", []))}]
    return [
        one["MetricStat"]["Metric"]
        | {"Id": one["Id"], "Period": one["MetricStat"]["Period"]}
        | {"Dimensions": _mapping(one["MetricStat"]["Metric"].get("Dimensions", []))}
        for one in alarm["Metrics"]
        if "MetricStat" in one
    ]


def alarms_on(
    template: Template,
    name: str,
    dimensions: Properties | None = None,
    *,
    expression: bool = True,
) -> list[Properties]:
    """The alarms on metric `name`, of these dimensions, in an expression or not."""
    return [
        alarm
        for alarm in properties(template, ALARM)
        if (expression or "MetricName" in alarm)
        and any(
            metric["MetricName"] == name and dimensions in (None, metric["Dimensions"])
            for metric in metrics_of(alarm)
        )
    ]


def is_breached(alarm: Properties, **values: float | None) -> bool:
    """Whether the expression of `alarm` is over its threshold with these values."""
    (expression,) = [one["Expression"] for one in alarm["Metrics"] if "Expression" in one]
    assert {metric["Id"] for metric in metrics_of(alarm)} == values.keys()
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    value = eval(expression, dict(MATH), values)  # of our own template
    return bool(value > alarm["Threshold"])


def page_of(alarm: Properties) -> str:
    text, _, page = alarm["AlarmDescription"].rpartition(" docs/runbook.md#")
    assert text.endswith(".")
    return str(page)


def board(template: Template) -> list[Properties]:
    """The widgets of the dashboard; references stand there by name."""
    (dashboard,) = properties(template, "AWS::CloudWatch::Dashboard")
    _, parts = dashboard["DashboardBody"]["Fn::Join"]
    text = "".join(part if isinstance(part, str) else str(*part.values()) for part in parts)
    widgets: list[Properties] = json.loads(text)["widgets"]
    return widgets


def all_metrics(template: Template) -> Iterator[Properties]:
    """What alarms watch and what the dashboard shows."""
    for alarm in properties(template, ALARM):
        yield from metrics_of(alarm)
    for widget in board(template):
        for row in widget["properties"].get("metrics", []):
            if isinstance(row[0], str):
                *names, _ = row
                namespace, name, *dimensions = names
                yield {
                    "Namespace": namespace,
                    "MetricName": name,
                    "Dimensions": dict(zip(dimensions[::2], dimensions[1::2], strict=True)),
                }


def variables(template: Template, function: str) -> dict[str, Any]:
    (found,) = [
        one["Environment"]["Variables"]
        for one in properties(template, "AWS::Lambda::Function")
        if one["Handler"] == f"lambdas.{function}.handler"
    ]
    assert isinstance(found, dict)
    return found


def filters(template: Template) -> list[tuple[str, str]]:
    """The metrics counted in logs, with their patterns."""
    return [
        (transformation["MetricName"], one["FilterPattern"])
        for one in properties(template, "AWS::Logs::MetricFilter")
        for transformation in one["MetricTransformations"]
    ]


def _mapping(dimensions: list[dict[str, Any]]) -> dict[str, Any]:
    return {one["Name"]: one["Value"] for one in dimensions}
