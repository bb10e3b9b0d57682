"""Logs, metrics and traces: once per batch, never per record, and never about a person."""

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics()
tracer = Tracer()


def count(**numbers: int) -> None:
    """Add counts to the metrics of this invocation."""
    for name, number in numbers.items():
        metrics.add_metric(name, MetricUnit.Count, number)
