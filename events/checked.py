"""What is written can be read: a value leaves only when its own type takes it back."""

from collections.abc import Callable
from functools import cache
from typing import Any

from msgspec import Struct, json

_encode = json.Encoder().encode


def encode(value: Struct) -> bytes:
    """The value as JSON, which its type was given once to read.

    Limits hold when something is decoded, not when it is made: without this, a number that a sum
    has pushed over its limit is found by whoever reads it, with everything that lies beside it.
    Raises msgspec.ValidationError.
    """
    data = _encode(value)
    _reader(type(value))(data)
    return data


@cache
def _reader(kind: type[Struct]) -> Callable[[bytes], Any]:
    return json.Decoder(kind).decode
