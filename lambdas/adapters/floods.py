"""Who sends too much is told so, and then their connection is closed.

Each warm function counts by itself: of a flood each takes its share, and no store is asked.
"""

from events.messages import Error
from lambdas.domain.allowance import Allowance

MESSAGES = Allowance(burst=60, per_second=10, patience=60)
"""Of one function behind the WebSocket API; a page sends two a second at most, or 40 in a row."""
HEART_RATES = Allowance(burst=600, per_second=10, patience=600)
"""Of `average`; what a phone held back for two hours without a network comes as 120 at once."""


def too_many(allowance: Allowance) -> Error:
    """What somebody is told whose message was not taken."""
    return Error(
        "too_many_messages",
        f"You send more than {allowance.per_second:g} messages a second, and this one was not "
        "taken: send fewer, or this connection is closed.",
    )
