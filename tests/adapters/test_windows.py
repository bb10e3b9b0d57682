from array import array
from struct import Struct

from lambdas.adapters import windows
from lambdas.domain.window import Window, average, fold
from tests.adapters.conftest import START_MS


def test_a_window_survives_redis_as_it_was() -> None:
    window = Window(60_000, session=START_MS, emitted_ms=START_MS + 3000)
    samples = [(START_MS + 1000 * second, 100.5 + second) for second in range(90)]
    fold(window, samples, until_ms=START_MS + 90_000, gap_ms=30_000)
    windows.write({"ann": window, "bob": Window(30_000)}, START_MS)
    stored = windows.read(["ann", "bob", "cat"], START_MS)
    assert stored == {"ann": window, "bob": Window(30_000)}
    assert average(stored["ann"]) == average(window)


def test_a_window_of_the_version_before_does_not_tell_when_it_was_last_empty() -> None:
    window = Window(30_000, session=START_MS)
    fold(window, [(START_MS, 100.0), (START_MS + 1000, 101.0)], START_MS + 1000, gap_ms=30_000)
    head = Struct("<qqqqd").pack(30_000, START_MS, 7, START_MS, 0.0)
    read = windows._unpack(
        b"".join(
            (
                head,
                array("q", [START_MS, START_MS + 1000]),
                array("d", [100.0, 101.0]),
                array("d", [0.0, 100_500.0]),
            )
        )
    )
    window.folded, window.emitted_ms, window.started_ms = 7, START_MS, 0
    assert read == window
