"""Writing many items to DynamoDB: whole batches, with what was throttled tried again."""

import time
from collections.abc import Sequence
from random import uniform
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.adapters import clients

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestUnionTypeDef

BATCH = 25
"""Items that one BatchWriteItem call takes."""
BACKOFF_CAP_SECONDS = 5.0
THROTTLED = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
    }
)


class BusyError(Exception):
    """DynamoDB refused items again and again; `left` is how many of a batch."""

    def __init__(self, left: int) -> None:
        super().__init__(f"{left} items were refused again and again.")
        self.left = left


def write(
    table: str,
    requests: "Sequence[WriteRequestUnionTypeDef]",
    *,
    attempts: int,
    dynamodb: "DynamoDBClient | None" = None,
    backoff_seconds: float = 0.05,
) -> None:
    """Put and delete items of different keys, by the function's own client unless one is given.

    What is left unprocessed is tried again, later each time. Raises BusyError when so many attempts
    in a row wrote nothing, and botocore's errors. The function's own client has tried a throttled
    call again before it says so, and BusyError is raised at once; by another it is an attempt.
    """
    for start in range(0, len(requests), BATCH):
        _write(table, requests[start : start + BATCH], attempts, dynamodb, backoff_seconds)


def _write(
    table: str,
    requests: "Sequence[WriteRequestUnionTypeDef]",
    attempts: int,
    dynamodb: "DynamoDBClient | None",
    backoff_seconds: float,
) -> None:
    attempt = 0
    while left := _left(table, requests, dynamodb):
        attempt = attempt + 1 if len(left) == len(requests) else 0
        if attempt == attempts:
            raise BusyError(len(left))
        requests = left
        most_seconds = min(BACKOFF_CAP_SECONDS, backoff_seconds * 2**attempt)
        time.sleep(uniform(0, most_seconds))  # noqa: S311 - jitter


def _left(
    table: str,
    requests: "Sequence[WriteRequestUnionTypeDef]",
    dynamodb: "DynamoDBClient | None",
) -> "Sequence[WriteRequestUnionTypeDef]":
    """What one call leaves unwritten: all of it when a client that was given is throttled."""
    has_tried_again = dynamodb is None
    if dynamodb is None:
        dynamodb = clients.dynamodb()
    try:
        answer = dynamodb.batch_write_item(RequestItems={table: requests})
    except ClientError as error:
        if error.response["Error"]["Code"] not in THROTTLED:
            raise
        if has_tried_again:
            raise BusyError(len(requests)) from None
        return requests
    return answer.get("UnprocessedItems", {}).get(table, [])
