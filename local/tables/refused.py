"""A call that DynamoDB refuses."""

from typing import Any

Item = dict[str, Any]
"""Attributes by name, each as {"S": "text"}, {"N": "1"} and so on."""


class RefusedError(Exception):
    """The text is DynamoDB's message; `code` its exception; `item` what a condition found there."""

    def __init__(self, code: str, message: str, item: Item | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.item = item


def invalid(message: str) -> RefusedError:
    """What DynamoDB cannot make sense of."""
    return RefusedError("ValidationException", message)
