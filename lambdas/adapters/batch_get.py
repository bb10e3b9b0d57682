"""Items of many people, read in batches from tables that are keyed by user."""

from collections.abc import Iterator, Sequence
from random import uniform
from time import monotonic, sleep
from typing import Any

from lambdas.adapters import clients
from lambdas.adapters.batch_writes import BusyError

MAX_KEYS = 100
"""Items that one BatchGetItem call reads."""
ATTEMPTS = 6
GLANCE_SECONDS = 0.4
"""For how long a glance begins calls."""
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
        wanted = _wanted(part, tables)
        for attempt in range(ATTEMPTS):
            answer = clients.dynamodb().batch_get_item(RequestItems=wanted)
            for table, items in _by_user(answer["Responses"]).items():
                found[table] |= items
            wanted = answer.get("UnprocessedKeys")
            if not wanted:
                break
            sleep(uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter
        else:
            raise BusyError(sum(len(left["Keys"]) for left in wanted.values()))
    return found


def glance(users: Sequence[str], tables: Tables) -> Iterator[tuple[Sequence[str], Found]]:
    """The items of those who have one, with who they are of whom that is known; part by part.

    For what can do without: each call is made once, and none begins late. Raises botocore's errors.
    """
    until = monotonic() + GLANCE_SECONDS
    for part in _parts(users, MAX_KEYS // len(tables)):
        if monotonic() > until:
            return
        answer: Any = clients.hasty_dynamodb().batch_get_item(RequestItems=_wanted(part, tables))
        unread = {
            key["user_id"]["S"]
            for left in answer.get("UnprocessedKeys", {}).values()
            for key in left["Keys"]
        }
        found: Found = {table: {} for table in tables}
        found |= _by_user(answer["Responses"])
        yield [user for user in part if user not in unread], found


def _wanted(users: Sequence[str], tables: Tables) -> Any:
    keys = [{"user_id": {"S": user}} for user in users]
    return {table: {"Keys": keys, **options} for table, options in tables.items()}


def _by_user(responses: Any) -> Found:
    return {
        table: {item["user_id"]["S"]: item for item in items} for table, items in responses.items()
    }


def _parts(users: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(users), size):
        yield users[start : start + size]
