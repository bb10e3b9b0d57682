"""When Ctrl-C, a closed terminal and `kill` are heard."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible(heard: Callable[[], None]) -> Iterator[None]:
    """The first of the signals calls `heard` and raises KeyboardInterrupt within; others nothing.

    So whoever stops what was started is not stopped in turn. One that was ignored before, as
    `nohup` does, stays so.
    """
    first = True

    def hear(number: int, frame: FrameType | None) -> None:
        nonlocal first
        if first:
            first = False
            heard()
            raise KeyboardInterrupt

    with _handled(hear, lambda handler: handler is signal.SIG_DFL or callable(handler)):
        yield


@contextmanager
def postponed() -> Iterator[None]:
    """Signals that would raise within are heard at the end."""
    came: list[int] = []
    with _handled(lambda number, _: came.append(number), callable):
        yield
    for number in came:
        signal.raise_signal(number)


@contextmanager
def _handled(
    hear: Callable[[int, FrameType | None], None], applies: Callable[[object], bool]
) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread is interrupted
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    changed = {number: handler for number, handler in before.items() if applies(handler)}
    for number in changed:
        signal.signal(number, hear)
    try:
        yield
    finally:
        for number, handler in changed.items():
            signal.signal(number, handler)
