"""Attribute values: what DynamoDB takes for one, how large it is, how it compares and sorts.

A value is DynamoDB's own JSON, such as {"S": "text"}; numbers are written in one way, so equal
numbers are equal text. Limits are those of "Quotas in Amazon DynamoDB".
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterable
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

from local.tables.refused import Item, invalid

Value = dict[str, Any]

TYPES = frozenset({"S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"})
SETS = {"SS": "S", "NS": "N", "BS": "B"}
"""Sets, and of what."""
MAX_ITEM_BYTES = 400 << 10
MAX_DEPTH = 32
MAX_DIGITS = 38
MAX_EXPONENT, MIN_EXPONENT = 125, -130

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,9})?")
_EXACT = Context(prec=1_000)
_BASE = 1 << 15
"""Added to the exponent of a number's first digit, so that none is below zero."""


def check_item(item: Item) -> None:
    """Put every value of an item in its one form. Raises RefusedError for what is none."""
    for value in item.values():
        if type(value) is not dict or len(value) != 1 or type(value.get("S")) is not str:
            check_value(value)


def check_value(value: Any, depth: int = 0) -> None:
    """Put a value in its one form, in its place. Raises RefusedError for what is none."""
    kind, content = typed(value)
    if kind == "S":
        if type(content) is not str:
            raise _mistyped()
    elif kind == "N":
        value["N"] = canonical_number(content)
    elif kind in SETS:
        _check_set(value, kind, content)
    elif kind in ("L", "M"):
        if depth == MAX_DEPTH:
            raise invalid("Nesting Levels have exceeded supported limits")
        is_right = type(content) is (list if kind == "L" else dict)
        if not is_right:
            raise _mistyped()
        members: Iterable[Any] = content.values() if kind == "M" else content
        for each in members:
            check_value(each, depth + 1)
    elif kind == "B":
        _decoded(content)
    elif type(content) is not bool:
        raise _mistyped()
    elif kind == "NULL" and not content:
        raise invalid(
            "One or more parameter values were invalid: Null attribute value types must have the "
            "value of true"
        )


def typed(value: Any) -> tuple[str, Any]:
    """The type and the content of a value. Raises RefusedError unless it has one, and just one."""
    if type(value) is not dict:
        raise _mistyped()
    if len(value) != 1:
        raise invalid(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of "
            "the supported datatypes"
            if value
            else "Supplied AttributeValue is empty, must contain exactly one of the supported "
            "datatypes"
        )
    kind, content = next(iter(value.items()))
    if kind not in TYPES:
        raise invalid(
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
        )
    return kind, content


def _check_set(value: Value, kind: str, content: Any) -> None:
    if type(content) is not list:
        raise _mistyped()
    if not content:
        word = {"SS": "string", "NS": "number", "BS": "binary"}[kind]
        raise invalid(f"One or more parameter values were invalid: An {word} set  may not be empty")
    members = [{SETS[kind]: each} for each in content]
    for member in members:
        check_value(member)
    value[kind] = [member[SETS[kind]] for member in members]
    if len(set(value[kind])) < len(content):
        raise invalid(
            "One or more parameter values were invalid: Input collection "
            f"[{', '.join(content)}] contains duplicates."
        )


@lru_cache(maxsize=1 << 16)
def _canonical(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise invalid(f"The parameter cannot be converted to a numeric value: {text}")
    number = _EXACT.create_decimal(text)
    if not number:
        return "0"
    if number.adjusted() > MAX_EXPONENT:
        raise invalid(
            "Number overflow. Attempting to store a number with magnitude larger than supported "
            "range"
        )
    if number.adjusted() < MIN_EXPONENT:
        raise invalid(
            "Number underflow. Attempting to store a number with magnitude smaller than supported "
            "range"
        )
    number = number.normalize(_EXACT)
    if len(number.as_tuple().digits) > MAX_DIGITS:
        raise invalid("Attempting to store more than 38 significant digits in a Number")
    return format(number, "f")


def canonical_number(text: Any) -> str:
    """A number as DynamoDB answers it: no exponent, no zero that says nothing."""
    if type(text) is not str:
        raise _mistyped()
    return _canonical(text)


def _decoded(text: Any) -> bytes:
    if type(text) is not str:
        raise _mistyped()
    try:
        return b64decode(text, validate=True)
    except binascii.Error:
        raise invalid("Invalid binary value: it has to be Base64.") from None


def _mistyped() -> Exception:
    return invalid("An AttributeValue holds something of another type than it says.")


def key_bytes(kind: str, content: str) -> bytes:
    """The content of a key, S, N or B, as bytes that sort as DynamoDB sorts it."""
    if kind == "S":
        return content.encode()
    return _sortable(content) if kind == "N" else b64decode(content)


@lru_cache(maxsize=1 << 16)
def _sortable(text: str) -> bytes:
    number = Decimal(text)
    if not number:
        return b"\x01"
    digits = "".join(map(str, number.as_tuple().digits)).rstrip("0").encode()
    ascending = (number.adjusted() + _BASE).to_bytes(2, "big") + digits
    if number > 0:
        return b"\x02" + ascending
    return b"\x00" + bytes(255 - byte for byte in ascending) + b"\xff"


def item_bytes(item: Item) -> int:
    """The size by which DynamoDB limits and bills an item."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Value) -> int:
    content: Any
    ((kind, content),) = value.items()
    if kind in SETS:
        return sum(_value_bytes({SETS[kind]: each}) for each in content)
    if kind == "M":
        return 3 + len(content) + item_bytes(content)
    if kind == "L":
        return 3 + len(content) + sum(map(_value_bytes, content))
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        digits = content.lstrip("-").replace(".", "").strip("0")
        return (len(digits) + 1) // 2 + 1 + int(content.startswith("-"))
    return len(b64decode(content)) if kind == "B" else 1


def equal(one: Value, other: Value) -> bool:
    """Whether two values are the same; sets are whatever the order."""
    if one == other:
        return True
    ((kind, content),), ((kind_2, content_2),) = one.items(), other.items()
    if kind != kind_2:
        return False
    if kind in SETS:
        return set(content) == set(content_2)
    if kind == "L":
        return len(content) == len(content_2) and all(map(equal, content, content_2))
    if kind == "M":
        return content.keys() == content_2.keys() and all(
            equal(each, content_2[name]) for name, each in content.items()
        )
    return False


def comparable(value: Value) -> Any:
    """What sorts as the value does among those of its type; None for types that do not sort."""
    ((kind, content),) = value.items()
    if kind == "N":
        return Decimal(content)
    if kind == "S":
        return content.encode()
    return b64decode(content) if kind == "B" else None


def size_of(value: Value) -> int | None:
    """What `size` says: bytes of text, members of a collection; None for numbers and truth."""
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "B":
        return len(b64decode(content))
    return len(content) if kind in ("L", "M", *SETS) else None
