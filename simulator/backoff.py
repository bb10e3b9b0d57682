"""How long to wait before trying again."""

from random import Random


def full_jitter(random: Random, attempt: int, base_seconds: float, cap_seconds: float) -> float:
    """Seconds to wait before attempt `attempt` (from 0): anything up to base x 2^attempt or cap.

    Source: "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
    """
    return random.uniform(0, min(cap_seconds, base_seconds * 2 ** min(attempt, 32)))
