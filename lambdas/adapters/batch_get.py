"""Items of many people, read in batches from tables that are keyed by user."""

from collections.abc import Iterator, Sequence
from random import uniform
from time import sleep
from typing import Any

from lambdas.adapters import clients
from lambdas.adapters.batch_writes import BusyError

MAX_KEYS = 100
"""Items that one BatchGetItem call reads."""
ATTEMPTS = 6
Item = dict[str, Any]
Tables = dict[str, dict[str, Any]]
"""Each with options as BatchGetItem has them for a table."""
Found = dict[str, dict[str, Item]]
"""Items by table and user."""


def read(users: Sequence[str], tables: Tables) -> Found:
    """The items of those who have one.

    What DynamoDB leaves out is asked for again with full jitter; raises BusyError when some of it
    is left out to the end.
    """
    found: Found = {table: {} for table in tables}
    for part in _parts(users, MAX_KEYS // len(tables)):
        keys = [{"user_id": {"S": user}} for user in part]
        wanted: Any = {table: {"Keys": keys, **options} for table, options in tables.items()}
        for attempt in range(ATTEMPTS):
            answer = clients.dynamodb().batch_get_item(RequestItems=wanted)
            for table, items in answer["Responses"].items():
                found[table] |= {item["user_id"]["S"]: item for item in items}
            wanted = answer.get("UnprocessedKeys")
            if not wanted:
                break
            sleep(uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter
        else:
            raise BusyError(sum(len(left["Keys"]) for left in wanted.values()))
    return found


def _parts(users: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(users), size):
        yield users[start : start + size]
