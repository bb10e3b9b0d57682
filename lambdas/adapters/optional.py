"""What must not fail what it goes with: a notice, a push, a number learned on the way."""

from collections.abc import Iterator
from contextlib import contextmanager

from lambdas.adapters.telemetry import count, logger


@contextmanager
def optional(what: str) -> Iterator[None]:
    """A block that may fail: it is logged and counted as `what`, and the work goes on."""
    try:
        yield
    except Exception:  # noqa: BLE001 - whatever it is, the song that it goes with is stored
        logger.exception(f"Something optional failed: {what}.")
        count(OptionalFailures=1)
