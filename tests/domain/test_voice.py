from collections.abc import Sequence
from copy import copy
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.voice import NO_CONNECTION, SILENT_MS, hear, listen, voice_of
from lambdas.domain.window import Window, has_seen, restarted

START_MS = 1_760_000_040_000
GAP_MS = 30_000
LATER = 10**13
PHONE = voice_of("phone", START_MS - 60_000)
WATCH = voice_of("watch", START_MS - 30_000)
VOICES = (NO_CONNECTION, PHONE, WATCH)


class Message(NamedTuple):
    """Times are in ms from the start."""

    voice: int
    arrived_ms: int
    samples: list[tuple[int, float]]


def says(voice: int, second: int, heart_rate: float = 120) -> Message:
    """One sample a second of the last five; it arrives with the last."""
    samples = [(START_MS + each * 1000, heart_rate) for each in range(second - 4, second + 1)]
    return Message(voice, START_MS + second * 1000, samples)


def deliver(window: Window, messages: Sequence[Message]) -> list[int]:
    """As `average` does; the places of those that are left out."""
    left_out = []
    for place, (voice, arrived_ms, samples) in enumerate(messages):
        if has_seen(window, samples, arrived_ms):
            continue
        listen(window, max(arrived_ms, window.arrived_ms))
        if hear(window, voice, samples, LATER, GAP_MS) is None:
            left_out.append(place)
    return left_out


seconds = st.lists(st.integers(5, 600), min_size=1, max_size=40, unique=True).map(sorted)
messages = seconds.flatmap(
    lambda times: st.lists(st.sampled_from(VOICES), min_size=len(times), max_size=len(times)).map(
        lambda voices: [says(*each) for each in zip(voices, times, strict=True)]
    )
)


def test_the_device_that_connected_last_is_heard_and_the_other_left_out() -> None:
    window = Window(30_000)
    assert deliver(window, [says(PHONE, 5), says(WATCH, 6), says(PHONE, 10), says(WATCH, 11)]) == [
        2
    ]
    assert window.voice == WATCH
    assert window.last_ms == START_MS + 11_000


def test_what_comes_over_no_connection_is_heard_while_no_connection_speaks() -> None:
    window = Window(30_000)
    assert deliver(window, [says(NO_CONNECTION, 5), says(NO_CONNECTION, 10)]) == []
    assert deliver(window, [says(PHONE, 15), says(NO_CONNECTION, 16)]) == [1]
    assert deliver(window, [says(NO_CONNECTION, 36), says(PHONE, 37)]) == []


def test_a_voice_that_drops_out_keeps_its_place_until_it_is_stale() -> None:
    window = Window(30_000)
    deliver(window, [says(WATCH, 5)])
    assert deliver(window, [says(PHONE, 5 + SILENT_MS // 1000)]) == [0]
    assert deliver(window, [says(PHONE, 6 + SILENT_MS // 1000)]) == []
    assert window.voice == PHONE
    assert deliver(window, [says(WATCH, 30)]) == [], "and has it back as soon as it speaks"
    assert window.voice == WATCH


def test_a_phone_that_connects_again_goes_on_without_a_gap() -> None:
    window = Window(30_000)
    again = voice_of("phone-2", START_MS + 12_000)
    assert (
        deliver(window, [says(PHONE, 5), says(PHONE, 10), says(again, 15), says(again, 20)]) == []
    )
    assert (window.folded, window.voice) == (20, again)


def test_a_device_whose_clock_is_behind_silences_nobody() -> None:
    window = Window(30_000)
    deliver(window, [says(PHONE, 100)])
    behind = [says(WATCH, second)._replace(arrived_ms=START_MS + 101_000) for second in (5, 40)]
    assert deliver(window, behind) == []
    assert window.voice == PHONE
    assert deliver(window, [says(PHONE, 105)]) == []


def test_a_record_that_tells_no_time_is_of_the_connection_of_its_name() -> None:
    """Both forms are under way while a stage is deployed."""
    nameless, other = voice_of("phone", 0), voice_of("watch", 0)
    window = Window(30_000)
    voices = (nameless, PHONE, nameless, other, PHONE)
    told = [says(voice, 5 * place) for place, voice in enumerate(voices, 1)]
    assert deliver(window, told) == [3]
    assert window.voice == PHONE


def test_voices_of_connections_are_those_that_a_window_may_hold() -> None:
    assert NO_CONNECTION < voice_of("", 0) < 2**16
    assert voice_of("phone", 9_999_999_999_999) < 2**63


def test_a_clock_that_is_set_back_does_not_lengthen_the_silence() -> None:
    window = Window(30_000)
    listen(window, START_MS + 90_000)
    assert hear(window, WATCH, [(START_MS, 120)], LATER, GAP_MS) == []
    listen(window, START_MS + 1_000)
    assert (window.silent_ms, window.arrived_ms) == (0, START_MS + 1_000)
    listen(window, START_MS + 1_001 + SILENT_MS)
    assert hear(window, PHONE, [(START_MS + 22_000, 120)], LATER, GAP_MS) == []


def test_a_new_session_keeps_the_voice() -> None:
    window = Window(30_000)
    deliver(window, [says(WATCH, 5)])
    window = restarted(window, START_MS + 6_000, 60_000)
    assert deliver(window, [says(PHONE, 12), says(WATCH, 14)]) == [0]


@given(messages)
def test_what_is_delivered_again_changes_nothing(told: list[Message]) -> None:
    window = Window(30_000)
    deliver(window, told)
    before = copy(window)
    deliver(window, told)
    assert window == before


@given(messages, st.integers(0, 40))
def test_in_two_batches_or_one_the_same_counts(told: list[Message], place: int) -> None:
    whole, parts = Window(30_000), Window(30_000)
    left_out = deliver(whole, told)
    place = min(place, len(told))
    first = deliver(parts, told[:place])
    assert first + [each + place for each in deliver(parts, told[place:])] == left_out
    assert parts == whole


@given(st.permutations([says(voice, 5 + place) for place, voice in enumerate(VOICES * 4)]))
def test_in_whatever_order_some_seconds_come_the_newest_device_is_the_voice(
    told: list[Message],
) -> None:
    window = Window(30_000)
    deliver(window, [says(PHONE, 0), *told, says(WATCH, 17)])
    assert window.voice == WATCH


@given(messages)
def test_while_the_newest_device_speaks_no_other_is_mixed_in(told: list[Message]) -> None:
    window = Window(300_000)
    spoke_ms = -1
    for message in told:
        left_out = deliver(window, [message])
        if message.voice == WATCH:
            assert not left_out
            spoke_ms = message.arrived_ms
        elif spoke_ms >= 0 and message.arrived_ms <= spoke_ms + SILENT_MS:
            assert left_out or message.samples[-1][0] <= window.last_ms
            assert window.voice == WATCH
