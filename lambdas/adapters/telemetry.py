"""Logs, metrics and traces: once per batch, never per record, and never about a person."""

from collections.abc import Callable
from typing import Any, Literal

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from msgspec import Struct

from lambdas.adapters import environment

logger = Logger()
metrics = Metrics()

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


class Traces(Struct, frozen=True):
    """Whether there are any."""

    tracing: Literal["on", "off"] = "off"


def traced(handler: Handler) -> Handler:
    """The handler, with a segment in X-Ray for each event if TRACING=on.

    The SDK of X-Ray takes longer to import than everything else here together, so a function
    without active tracing, which would record nothing, goes without.
    """
    if environment.read(Traces).tracing == "off":
        return handler
    from aws_lambda_powertools import Tracer

    traced_handler: Handler = Tracer().capture_lambda_handler(handler, capture_response=False)
    return traced_handler


def count(**numbers: int) -> None:
    """Add counts to the metrics of this invocation."""
    for name, number in numbers.items():
        metrics.add_metric(name, MetricUnit.Count, number)


def took(*, until_ms: float, **since_ms: int) -> None:
    """Add the milliseconds from each time until `until_ms`, all in epoch ms.

    Values of one name travel together in the one line of their invocation, at most 100 of them,
    so that CloudWatch can tell percentiles.
    """
    for name, at_ms in since_ms.items():
        metrics.add_metric(name, MetricUnit.Milliseconds, max(0.0, until_ms - at_ms))
