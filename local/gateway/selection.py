"""Which route, model or template a message selects, by API Gateway's selection expressions."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

import msgspec

from local.gateway.json_path import find

DEFAULT = "$default"
PREDEFINED = frozenset({"$connect", "$disconnect", DEFAULT})
"""Routes that no message can name."""
ValueT = TypeVar("ValueT")

_decode = msgspec.json.Decoder().decode


def parse(body: str) -> Any:
    """The JSON value of a message, or None if it is no JSON."""
    try:
        return _decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None


def evaluate(expression: str, body: Any) -> str | None:
    """The key that `expression` selects for a message with the JSON value `body`.

    `$request.body.a.b` (or with braces) is the value there as text, None where there is none;
    anything else is a constant, with a backslash before its dollar sign.
    """
    path = _body_path(expression)
    if path is None:
        return expression.removeprefix("\\")
    value = find(path, body)
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def select_route(expression: str, body: Any, routes: Mapping[str, ValueT]) -> ValueT | None:
    """The route of a message: the one it names, else `$default`, else None."""
    key = evaluate(expression, body)
    named = None if key is None or key in PREDEFINED else routes.get(key)
    return routes.get(DEFAULT) if named is None else named


def select(expression: str | None, body: Any, choices: Mapping[str, ValueT]) -> ValueT | None:
    """The model or template for a message: the one selected, else `$default`, else None."""
    key = DEFAULT if expression is None else evaluate(expression, body)
    selected = None if key is None else choices.get(key)
    return choices.get(DEFAULT) if selected is None else selected


@cache
def _body_path(expression: str) -> str | None:
    match = re.fullmatch(r"\$(?:request\.body(\..+)|\{request\.body(\..+)\})", expression)
    return "$" + (match[1] or match[2]) if match else None
