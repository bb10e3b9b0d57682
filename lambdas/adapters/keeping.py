"""For how long a stage keeps what people did."""

from typing import Annotated

from msgspec import Meta, Struct

from lambdas.adapters import environment

NEVER = 253_402_300_799
"""Epoch seconds: the last second of the year 9999."""
DAY_SECONDS = 86_400


class Keeping(Struct, frozen=True):
    """Days until TTL sweeps a play, and the session that it belongs to; 0: until `forget`."""

    kept_days: Annotated[int, Meta(ge=0, le=36_500)] = 0


def expires_at(since: int) -> int | None:
    """When what is `since` then is swept, both epoch seconds; None: not before it is forgotten."""
    days = environment.read(Keeping).kept_days
    return since + days * DAY_SECONDS if days else None
