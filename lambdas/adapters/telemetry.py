"""Logs, metrics and traces: once per batch, never per record, and never about a person."""

import os
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics()

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def traced(handler: Handler) -> Handler:
    """The handler, with a segment in X-Ray for each event if TRACING=on.

    The SDK of X-Ray takes longer to import than everything else here together, so a function
    without active tracing, which would record nothing, goes without.
    """
    if os.environ.get("TRACING") != "on":
        return handler
    from aws_lambda_powertools import Tracer

    traced_handler: Handler = Tracer().capture_lambda_handler(handler, capture_response=False)
    return traced_handler


def count(**numbers: int) -> None:
    """Add counts to the metrics of this invocation."""
    for name, number in numbers.items():
        metrics.add_metric(name, MetricUnit.Count, number)
