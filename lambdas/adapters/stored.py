"""State that was stored: what can no longer be read costs nobody but the person whose it is."""

import struct
from collections.abc import Callable
from typing import TypeVar

from msgspec import MsgspecError

from lambdas.adapters.telemetry import count, logger

S = TypeVar("S")
T = TypeVar("T")


def readable(read: Callable[[S], T], stored: S) -> T | None:
    """What `read` makes of something stored, or None, which is counted: it begins anew."""
    try:
        return read(stored)
    except (MsgspecError, ArithmeticError, KeyError, TypeError, ValueError, struct.error) as error:
        logger.warning(f"What {read.__module__} stored cannot be read: {type(error).__name__}.")
        count(UnreadableStates=1)
        return None
