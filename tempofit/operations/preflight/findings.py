"""What was found of one thing that a deployment needs, and what to do about it."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from tempofit.addresses import CloudError
from tempofit.operations.stage import aws_errors

Verdict = Literal["fine", "throttles", "fails", "unknown"]
"""It will work; it will, up to `users` people; it will not; that cannot be known, and why."""


class Finding(Struct, frozen=True):
    """What was found; `users` is with how many people at once a limit is reached."""

    name: str
    verdict: Verdict
    means: str
    remedy: str = ""
    users: int | None = None


Check = Callable[[], list[Finding]]


def found(name: str, check: Check) -> list[Finding]:
    """What `check` finds; that it cannot be known, when the account refuses to say."""
    try:
        with aws_errors("It cannot be read"):
            return check()
    except CloudError as error:
        return [Finding(name, "unknown", str(error))]
