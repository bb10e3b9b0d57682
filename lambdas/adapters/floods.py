"""Who sends too much is told so, and then their connection is closed.

Of heart rates, a person's window knows how many came. Of all else each warm function counts by
itself: of a flood each takes its share, and no store is asked. No function stands between heart
rates and the stream that everybody shares, so whoever floods it stays out for a while.
"""

from events.messages import Error
from lambdas.adapters import clients
from lambdas.domain.allowance import Allowance, Allowances

HEART_RATES = Allowance(burst=600, each_ms=100, patience=600)
"""Of `average`; what a phone held back for two hours without a network comes as 120 at once."""
MESSAGES = Allowances(Allowance(burst=60, each_ms=100, patience=60))
"""Of one function behind the WebSocket API; a page sends two a second at most, or 40 in a row."""
SONGS = Allowances(Allowance(burst=120, each_ms=200, patience=60))
OWN_SONGS = Allowances(Allowance(burst=12, each_ms=4_000, patience=60))
"""Of `recommend`, where a choice from two thousand songs of one's own takes most of a second; who
skips more often gets the next song when `schedule` asks again."""
OUT_SECONDS = 60


def shut_out(user: str) -> None:
    """From now on, and for a minute, `is_out` says that this person may not connect."""
    clients.redis().set(_key(user), b"", ex=OUT_SECONDS)


def is_out(user: str) -> bool:
    """Whether a person was shut out within the last minute."""
    return clients.redis().exists(_key(user)) == 1


def _key(user: str) -> str:
    return f"flood:{user}"


def too_many(allowance: Allowance) -> Error:
    """What somebody is told whose message was not taken."""
    return Error(
        "too_many_messages",
        f"You send more than {1000 / allowance.each_ms:g} messages a second, and this one was not "
        "taken: send fewer, or this connection is closed.",
    )
