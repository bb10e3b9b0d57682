"""Whose heart rates count where several devices of one person send: one is the voice of all."""

from collections.abc import Sequence
from zlib import crc32

from events.stream import HeartRateBatch, Sent, SessionStart
from lambdas.domain.window import STALE_AFTER_MS, Over, Window, fold

SILENT_MS = STALE_AFTER_MS
"""A voice that is silent for longer is taken over by any other. A shorter time would take a steady
heart, of which its page tells every 15 s, or a strap that drops out for some seconds, for silence.
"""
NO_CONNECTION = 0
"""Whoever sends past the sockets, by the HTTP door or into the stream: all together, one voice."""
_NAMES = 2**16


def voice_of(connection: str, connected_at_ms: int) -> int:
    """The voice that speaks over a connection: of two, the greater one connected later.

    Where nobody tells when, at 0; it bears the name of the connection all the same.
    """
    return connected_at_ms * _NAMES + crc32(connection.encode()) % (_NAMES - 1) + 1


def voice_in(record: Sent | HeartRateBatch | SessionStart) -> int:
    """The voice that speaks in a record of `heart-rate`."""
    if isinstance(record, Sent):
        return voice_of(record.connection, record.connected_at_ms)
    return NO_CONNECTION


def listen(window: Window, arrived_ms: int) -> None:
    """The person's newest message arrived, whoever sent it; their voice is silent until it speaks.

    By a clock of the streams that was set back, it was silent from then on.
    """
    silent_ms = window.silent_ms + arrived_ms - window.arrived_ms
    window.silent_ms = silent_ms if silent_ms > 0 else 0
    window.arrived_ms = arrived_ms


def hear(
    window: Window,
    voice: int,
    samples: Sequence[tuple[int, float]],
    until_ms: int,
    gap_ms: int,
    over: Over | None = None,
) -> list[int] | None:
    """Fold what arrived just now, as `fold` does, if its voice counts; None where it does not.

    The newest voice counts while it speaks. What holds nothing new makes nobody the voice: a device
    whose clock is behind would silence the others for as long.
    """
    is_heard = (
        voice >= window.voice or window.silent_ms > SILENT_MS or voice == window.voice % _NAMES
    )
    if not is_heard and samples[-1][0] > window.last_ms:
        return None
    folded = window.folded
    refused = fold(window, samples, until_ms, gap_ms, over)
    if window.folded > folded:
        if voice != window.voice % _NAMES:
            window.voice = voice
        window.silent_ms = 0
    return refused
