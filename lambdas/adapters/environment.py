"""The environment of a function, read once into typed objects.

Each adapter declares what it must be told; a handler says at its start what its path needs.
"""

import os
from functools import cache
from typing import Any, TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


def read(kind: type[T]) -> T:
    """Every field of `kind` from the environment variable of its name in capitals.

    Raises RuntimeError with a sentence when one is missing or out of range.
    """
    environment: T = _read_once(kind)
    return environment


def need(*kinds: type[msgspec.Struct]) -> None:
    """Read what will be needed, so that a function that lacks any of it does not start.

    Raises RuntimeError as `read` does.
    """
    for kind in kinds:
        read(kind)


@cache
def _read_once(kind: type[Any]) -> Any:
    variables = {name.lower(): value for name, value in os.environ.items()}
    try:
        return msgspec.convert(variables, kind, strict=False)
    except msgspec.ValidationError as error:
        raise RuntimeError(f"The environment of this function is wrong: {error}.") from None
