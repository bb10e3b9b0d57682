"""The environment of a function, read once into a typed object."""

import os
from typing import TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


def read(kind: type[T]) -> T:
    """Every field of `kind` from the environment variable of its name in capitals.

    Raises RuntimeError with a sentence when one is missing or out of range.
    """
    variables = {name.lower(): value for name, value in os.environ.items()}
    try:
        return msgspec.convert(variables, kind, strict=False)
    except msgspec.ValidationError as error:
        raise RuntimeError(f"The environment of this function is wrong: {error}.") from None
