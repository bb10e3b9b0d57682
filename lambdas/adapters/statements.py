"""Conditional writes of many items at once: PartiQL statements, each with an answer of its own."""

from collections.abc import Sequence
from random import uniform
from time import sleep
from typing import TYPE_CHECKING

from lambdas.adapters import clients
from lambdas.adapters.batch_writes import BusyError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import BatchStatementRequestTypeDef

BATCH = 25
"""Statements that one BatchExecuteStatement call takes."""
ATTEMPTS = 5
THROTTLED = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
        "ThrottlingError",
        "TransactionConflict",
    }
)


class RefusedError(Exception):
    """A statement was not carried out; `code` is DynamoDB's for it, such as DuplicateItem."""

    def __init__(self, code: str) -> None:
        super().__init__(f"DynamoDB refused a statement: {code}.")
        self.code = code


def execute(
    statements: "Sequence[BatchStatementRequestTypeDef]",
    beside: "Sequence[BatchStatementRequestTypeDef]" = (),
) -> list[Exception | None]:
    """Carry out statements on different items; what kept each from it, by position.

    That is RefusedError, BusyError when it was throttled again and again, or botocore's error when
    the call failed in which it was. Nothing is raised: the others were carried out. Those `beside`
    come last, and are tried once: nothing waits for them.
    """
    outcomes: list[Exception | None] = []
    everything = [*statements, *beside]
    for start in range(0, len(everything), BATCH):
        part = everything[start : start + BATCH]
        try:
            outcomes += _execute(part, len(statements) - start)
        except Exception as error:  # noqa: BLE001 - what was carried out has to be told all the same
            outcomes += [error] * len(part)
    return outcomes


def _execute(
    statements: "Sequence[BatchStatementRequestTypeDef]", needed: int
) -> list[Exception | None]:
    codes: dict[int, str | None] = {}
    left = list(range(len(statements)))
    for attempt in range(ATTEMPTS):
        answer = clients.dynamodb().batch_execute_statement(
            Statements=[statements[place] for place in left]
        )
        for place, response in zip(left, answer["Responses"], strict=True):
            codes[place] = response["Error"]["Code"] if "Error" in response else None
        left = [place for place in left if place < needed and codes[place] in THROTTLED]
        if not left:
            break
        sleep(uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter
    return [_error(codes[place], len(left)) for place in range(len(statements))]


def _error(code: str | None, left: int) -> Exception | None:
    if code is None:
        return None
    return BusyError(max(1, left)) if code in THROTTLED else RefusedError(code)
