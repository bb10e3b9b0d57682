"""Whole lines as straps and recordings leave them: spikes, locked cadence, blackouts, pauses."""

from collections.abc import Iterable

from events.pulse import Pulse
from lambdas.domain.due import DueSlot, SongEnd, Timing, due_slot, song_times
from lambdas.domain.window import Window, emit, fold, is_due_to_emit

START_MS = 1_760_000_000_000
EMIT_EVERY_MS, GAP_MS = 5_000, 30_000
TIMING = Timing(lead_ms=10_000, ask_again_ms=30_000, session_gap_ms=900_000)
SONG_MS = 200_000
Line = dict[int, float]
"""Heart rates by second."""


def calm(seconds: Iterable[int]) -> Line:
    """A heart that goes from 120 to 130 and back every ten minutes or so."""
    return {second: 120.0 + abs(second // 20 % 20 - 10) for second in seconds}


def pulses(line: Line) -> list[Pulse]:
    window, found = Window(30_000), []
    for second, heart_rate in line.items():
        at_ms = START_MS + second * 1000
        fold(window, [(at_ms, heart_rate)], at_ms, GAP_MS)
        if is_due_to_emit(window, EMIT_EVERY_MS):
            found.append(emit(window))
    return found


def second_of(pulse: Pulse) -> int:
    return (pulse.at_ms - START_MS) // 1000


def test_six_spikes_in_ten_minutes_change_no_average_and_are_no_heart_rate() -> None:
    plain = calm(range(600))
    spikes = {
        50 + 97 * turn + second: (225.0, 225.0, 198.0)[second]
        for turn in range(6)
        for second in range(3)
    }
    for one, other in zip(pulses(plain), pulses(plain | spikes), strict=True):
        assert abs(one.average - other.average) < 1.5
        assert other.heart_rate <= 131
        assert other.highest <= 131


def test_a_heart_rate_that_jumps_to_the_steps_and_back_is_followed_both_ways() -> None:
    line = {
        second: 130.0 if second < 60 else 172.0 if second < 240 else 136.0 for second in range(300)
    }
    found = {second_of(pulse): pulse for pulse in pulses(line)}
    assert found[65].heart_rate == 172
    assert found[100].average == 172
    assert found[245].heart_rate == 136
    assert found[280].average == 136


def test_blackouts_of_some_seconds_do_not_begin_the_average_anew() -> None:
    line = calm(range(300))
    for begins, lasts in ((40, 3), (90, 8), (150, 5), (220, 8)):
        for second in range(begins, begins + lasts):
            del line[second]
    found = pulses(line)
    assert {pulse.started_ms for pulse in found} == {START_MS}
    assert all(119 <= pulse.average <= 131 for pulse in found)


def test_a_pause_of_eleven_minutes_is_in_no_average_and_ends_neither_song_nor_session() -> None:
    """A minute is heard, then nothing until a second minute, whose heart beats faster."""
    line = dict.fromkeys(range(60), 120.0) | dict.fromkeys(range(720, 780), 150.0)
    found = pulses(line)
    assert {pulse.average for pulse in found if second_of(pulse) < 60} == {120}
    assert {pulse.average for pulse in found if second_of(pulse) >= 720} == {150}
    end: SongEnd | None = None
    songs = []
    for pulse in found:
        asked: DueSlot | None = due_slot(end, pulse, TIMING)
        if asked is not None:
            starts_ms, ends_ms = song_times(end.ends_at_ms if end else 0, pulse.at_ms, SONG_MS)
            end = SongEnd(asked.session, asked.slot, ends_ms)
            songs.append((asked.session, asked.slot, (starts_ms - START_MS) // 1000))
    assert songs == [(START_MS, 0, 0), (START_MS, 1, 720)]
