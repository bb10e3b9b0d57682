import signal
from collections.abc import Iterator

import pytest

from local.interrupts import SIGNALS, interruptible, postponed


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """As in a terminal, whatever started the tests."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_interrupts_and_the_others_do_not(number: signal.Signals) -> None:
    heard: list[str] = []
    with interruptible(lambda: heard.append("heard")):
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        for again in SIGNALS:
            signal.raise_signal(again)
    assert heard == ["heard"]
    assert signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler)


def test_a_signal_that_was_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with interruptible(lambda: None):
        signal.raise_signal(signal.SIGHUP)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)


def test_a_postponed_signal_interrupts_when_what_was_begun_is_done() -> None:
    done: list[str] = []

    def begin() -> None:
        with postponed():
            signal.raise_signal(signal.SIGTERM)
            done.append("written down")

    with interruptible(lambda: None), pytest.raises(KeyboardInterrupt):
        begin()
    assert done == ["written down"]
