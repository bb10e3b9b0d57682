"""What the local cloud takes of a mapping in a template, and what it refuses to leave out."""

from typing import Any

import pytest

from local.template.intrinsics import StackError
from local.template.mappings import read_mapping

QUEUES = "http://127.0.0.1:4566"
PLAIN = {
    "EventSourceArn": "arn:aws:kinesis:us-east-1:000000000000:stream/heart-rate",
    "FunctionName": "average",
    "StartingPosition": "TRIM_HORIZON",
}
QUEUE = "arn:aws:sqs:us-east-1:000000000000:dead-letters"


def read(**more: Any) -> Any:
    return read_mapping({**PLAIN, **more}, QUEUES, {"heart-rate"}, {"average"})


def test_a_mapping_has_the_values_of_aws_where_it_says_nothing() -> None:
    mapping = read()
    assert (mapping.batch_size, mapping.batching_window_seconds) == (100, 0)
    assert (mapping.maximum_retry_attempts, mapping.maximum_record_age_seconds) == (-1, -1)
    assert (mapping.parallelization_factor, mapping.bisect_on_error) == (1, False)
    assert not mapping.report_batch_item_failures
    assert mapping.on_failure_queue_url is None


def test_what_changes_nothing_is_taken() -> None:
    mapping = read(
        Enabled=True,
        TumblingWindowInSeconds=0,
        FunctionResponseTypes=[],
        Tags=[{"Key": "a", "Value": "b"}],
        DestinationConfig={"OnFailure": {"Destination": QUEUE}},
    )
    assert not mapping.report_batch_item_failures
    assert mapping.on_failure_queue_url == f"{QUEUES}/000000000000/dead-letters"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FilterCriteria", {"Filters": [{"Pattern": "{}"}]}),
        ("Enabled", False),
        ("TumblingWindowInSeconds", 30),
        ("FunctionResponseTypes", ["SomethingElse"]),
        ("StartingPosition", "AT_TIMESTAMP"),
        ("StartingPositionTimestamp", 1_700_000_000),
        ("ScalingConfig", {"MaximumConcurrency": 2}),
        ("DestinationConfig", {"OnFailure": {"Destination": "arn:aws:sns:us-east-1:1:topic"}}),
        ("DestinationConfig", {"OnFailure": {"Destination": "arn:aws:s3:::bucket"}}),
        ("DestinationConfig", {"OnSuccess": {"Destination": QUEUE}}),
    ],
)
def test_what_is_not_done_here_is_refused_with_its_name(name: str, value: Any) -> None:
    with pytest.raises(StackError, match=f"from heart-rate to average has {name}.*does not do"):
        read(**{name: value})


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "ParallelizationFactor",
            11,
            "Value '11' at 'parallelizationFactor' failed to satisfy constraint: Member must have "
            "value less than or equal to 10",
        ),
        (
            "BatchSize",
            0,
            "Value '0' at 'batchSize' failed to satisfy constraint: Member must have value "
            "greater than or equal to 1",
        ),
        ("BatchSize", 10_001, "less than or equal to 10000"),
        ("MaximumBatchingWindowInSeconds", 301, "less than or equal to 300"),
        ("MaximumRetryAttempts", 10_001, "less than or equal to 10000"),
        ("MaximumRecordAgeInSeconds", 604_801, "less than or equal to 604800"),
        ("MaximumRecordAgeInSeconds", -2, "greater than or equal to -1"),
        ("MaximumRecordAgeInSeconds", 59, "is 59; it may be -1 or from 60 on"),
    ],
)
def test_a_value_that_lambda_refuses_is_refused_here(name: str, value: int, sentence: str) -> None:
    with pytest.raises(StackError, match="would be refused by Lambda") as raised:
        read(**{name: value})
    assert sentence in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("EventSourceArn", QUEUE, "reads from 'arn:aws:sqs"),
        ("EventSourceArn", f"{PLAIN['EventSourceArn']}/consumer/average:1", "reads from"),
        ("FunctionName", "average:live", "without versions and aliases: average"),
    ],
)
def test_both_ends_of_a_mapping_are_of_the_template(name: str, value: str, sentence: str) -> None:
    with pytest.raises(StackError, match=sentence):
        read(**{name: value})
