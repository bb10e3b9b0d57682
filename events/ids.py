"""What a client calls a message of its own, so that it knows the answer again."""

from typing import Annotated

from msgspec import Meta, UnsetType

RequestId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="what a client calls its message; what answers it says so",
    ),
]
MaybeId = RequestId | UnsetType
"""Left out, never null, where nobody asked or the question had none."""
