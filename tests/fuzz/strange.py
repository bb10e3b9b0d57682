"""Strange things that files hold: numbers, texts, and bytes that were damaged on their way."""

from typing import Any

from hypothesis import strategies as st

NUMBERS = [
    *(
        "0",
        "-0",
        "1e400",
        "-1e400",
        "1e308",
        "5e-324",
        "nan",
        "inf",
        "0x10",
        "1_000",
        "１２０",
        "1,5",
    ),
    *("9" * 400, "9" * 5_000, f"-{'9' * 5_000}", f"{'9' * 5_000}:00", "4611686018427387904"),
    *(
        "2025-10-09T08:53:20Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        ":",
        "3:20",
    ),
]
numbers = st.sampled_from(NUMBERS) | st.floats().map(repr) | st.integers().map(str)
"""As text."""
likely = st.sampled_from(["100", "120", "180", "200"])

_plain = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**63), max_value=2**63)
    | st.sampled_from([10**400, 10**4_000, -(10**400), 2**62])
    | st.floats()
    | st.text(max_size=5)
)


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


values: st.SearchStrategy[Any] = st.recursive(
    _plain | st.integers(min_value=1, max_value=150).map(_nested),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
"""As Python holds them; numbers of any size, lists in lists."""


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """The bytes with some changed, missing or added, or without their end."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(min_value=0, max_value=5))):
        place = draw(st.integers(min_value=0, max_value=len(data)))
        missing = draw(st.sampled_from([1, 0, 2, 7]))
        data[place : place + missing] = draw(st.binary(max_size=missing + 2))
    end = draw(st.none() | st.integers(min_value=0, max_value=len(data)))
    return bytes(data[:end])
