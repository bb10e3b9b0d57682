"""Items of many people, read in batches from a table that is keyed by user."""

from collections.abc import Sequence
from typing import Any

from lambdas.adapters import clients

MAX_KEYS = 100
"""Items that one BatchGetItem call reads."""
Item = dict[str, Any]


def read_items(table: str, users: Sequence[str], **options: Any) -> dict[str, Item]:
    """The items of those who have one, by user; `options` as BatchGetItem has them for a table."""
    items: dict[str, Item] = {}
    for start in range(0, len(users), MAX_KEYS):
        keys: Any = [{"user_id": {"S": user}} for user in users[start : start + MAX_KEYS]]
        while keys:
            request: Any = {table: {"Keys": keys, **options}}
            answer = clients.dynamodb().batch_get_item(RequestItems=request)
            items |= {item["user_id"]["S"]: item for item in answer["Responses"].get(table, [])}
            unprocessed = answer.get("UnprocessedKeys", {})
            keys = unprocessed[table]["Keys"] if table in unprocessed else None
    return items
