"""Heart-rate samples and the limits that hold wherever they are sent."""

from typing import Annotated

from msgspec import Meta

MIN_HEART_RATE = 30
MAX_HEART_RATE = 230
MAX_SAMPLES = 120
"""Of one message: a minute of new ones, and as many again that nobody has told as arrived."""
MAX_FUTURE_MS = 60_000

TimeMs = Annotated[int, Meta(ge=0, le=9_999_999_999_999, description="epoch milliseconds")]
HeartRate = Annotated[
    float, Meta(ge=MIN_HEART_RATE, le=MAX_HEART_RATE, description="beats a minute of a heart")
]
Sample = Annotated[
    tuple[TimeMs, HeartRate], Meta(description="[epoch milliseconds, beats a minute]")
]
Samples = Annotated[list[Sample], Meta(min_length=1, max_length=MAX_SAMPLES)]
