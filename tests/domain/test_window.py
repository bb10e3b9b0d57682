from itertools import accumulate, pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambdas.domain.window import (
    MAX_SAMPLES,
    SPIKE,
    Window,
    _unpacked,
    average,
    emit,
    fold,
    is_due_to_emit,
    is_stale,
    restarted,
)

GAP_MS = 30_000
LATER = 10**13

heart_rates = st.floats(30, 230)
calm = st.floats(100, 111)
"""Nothing in them is odd beside the others."""
samples = st.lists(
    st.tuples(st.integers(1, 120_000), heart_rates), min_size=1, unique_by=lambda sample: sample[0]
)


def folded(samples: list[tuple[int, float]], interval_ms: int = 30_000) -> Window:
    window = Window(interval_ms)
    fold(window, samples, LATER, GAP_MS)
    return window


def times_ms(window: Window) -> list[int]:
    steps_ms, _ = _unpacked(window)
    return list(accumulate(steps_ms[1:], initial=window.last_ms - window.span_ms))


def held(window: Window) -> list[float]:
    _, numbers = _unpacked(window)
    return [number / (1, 10, 1)[window.form] for number in numbers]


def test_one_sample_is_its_own_average() -> None:
    assert average(folded([(1_000, 120)])) == 120


def test_time_weighs_more_than_the_number_of_samples() -> None:
    crowded = [(0, 100.0), (1, 100.0), (2, 100.0), (10_000, 200.0), (20_000, 200.0)]
    assert average(folded(crowded)) == pytest.approx(175, abs=0.01)


def test_the_average_begins_in_the_middle_of_a_line_between_two_samples() -> None:
    assert average(folded([(0, 100.0), (20_000, 200.0)], interval_ms=10_000)) == pytest.approx(175)


def test_a_short_interval_averages_little_and_looks_back_thirty_seconds_all_the_same() -> None:
    window = folded([(second * 1000, 100.0 + second) for second in range(61)], interval_ms=10_000)
    assert average(window) == pytest.approx(155)
    now = emit(window)
    assert (now.lowest, now.highest) == (130, 160)


def test_an_average_knows_when_the_one_before_was() -> None:
    window = folded([(1_000, 120.0)])
    assert (emit(window).previous_ms, emit(window).previous_ms) == (0, 1_000)


def test_only_an_average_over_a_whole_interval_can_be_the_peak() -> None:
    window = folded([(0, 200.0), (29_999, 200.0)])
    assert emit(window).peak == 0
    fold(window, [(30_000, 200.0)], LATER, GAP_MS)
    assert emit(window).peak == 200
    fold(window, [(60_000, 100.0)], LATER, GAP_MS)
    assert emit(window).peak == 200


def test_a_silence_longer_than_the_gap_empties_the_window() -> None:
    window = folded([(0, 60.0), (1_000, 60.0), (1_000 + GAP_MS + 1, 150.0)])
    assert average(window) == 150


def test_a_silence_as_long_as_the_gap_does_not() -> None:
    window = folded([(0, 60.0), (1_000, 60.0), (1_000 + GAP_MS, 150.0)])
    assert average(window) < 150


@given(samples, st.sampled_from([10_000, 30_000, 300_000]))
@example([(0, 229.9), (7_964, 230.0), (37_964, 230.0)], 30_000)
@example([(0, 30.1), (7_964, 30.0), (37_964, 30.0)], 30_000)
def test_a_mean_lies_between_the_lowest_and_the_highest(
    samples: list[tuple[int, float]], interval_ms: int
) -> None:
    window = folded(sorted(samples), interval_ms)
    assert min(held(window)) <= average(window) <= max(held(window))
    assert emit(window).peak <= max(held(window))


def test_a_window_knows_when_it_was_last_empty() -> None:
    window = folded([(second * 1000, 120.0) for second in range(1, 601)])
    assert emit(window).started_ms == 1_000, "however much was trimmed"
    fold(window, [(600_000 + GAP_MS, 120.0)], LATER, GAP_MS)
    assert emit(window).started_ms == 1_000, "no silence yet"
    fold(window, [(601_000 + 2 * GAP_MS, 120.0)], LATER, GAP_MS)
    assert emit(window).started_ms == 601_000 + 2 * GAP_MS
    anew = restarted(window, session=700_000, interval_ms=30_000)
    fold(anew, [(701_000, 120.0)], LATER, GAP_MS)
    assert emit(anew).started_ms == 701_000


def test_an_empty_window_has_no_average() -> None:
    with pytest.raises(ValueError, match="fold a sample first"):
        average(Window(30_000))


def test_samples_too_far_ahead_are_refused_and_move_no_watermark() -> None:
    window = Window(30_000)
    refused = fold(window, [(5_000, 100.0), (99_000, 101.0)], 65_000, GAP_MS)
    assert refused == [99_000]
    assert window.last_ms == 5_000
    assert window.folded == 1


@given(samples)
def test_the_average_lies_between_the_lowest_and_the_highest(
    samples: list[tuple[int, float]],
) -> None:
    window = folded(sorted(samples))
    low, high = min(held(window)), max(held(window))
    assert low - 1e-9 <= average(window) <= high + 1e-9


@given(samples, st.data())
def test_batches_cut_anywhere_and_sent_twice_fold_to_the_same_window(
    samples: list[tuple[int, float]], data: st.DataObject
) -> None:
    samples.sort()
    whole = folded(samples)
    cut = data.draw(st.integers(0, len(samples)))
    parts = Window(30_000)
    for part in (samples[:cut], samples[:cut], samples[cut:], samples):
        fold(parts, part, LATER, GAP_MS)
    assert parts == whole
    assert parts.folded == len(samples)


@given(samples)
def test_what_is_not_newer_than_the_watermark_changes_nothing(
    samples: list[tuple[int, float]],
) -> None:
    window = folded(sorted(samples))
    before = (window.last_ms, window.folded, times_ms(window))
    fold(window, [(window.last_ms, 33.0), (0, 33.0)], LATER, GAP_MS)
    assert (window.last_ms, window.folded, times_ms(window)) == before


@given(st.lists(calm, min_size=2, max_size=400), st.integers(10, 300))
def test_what_left_the_interval_no_longer_counts(rates: list[float], seconds: int) -> None:
    times = [1_000 * second for second in range(len(rates))]
    window = folded(list(zip(times, rates, strict=True)), interval_ms=seconds * 1_000)
    kept = rates[-seconds - 1 :]
    means = [(first + second) / 2 for first, second in pairwise(kept)]
    assert average(window) == pytest.approx(sum(means) / len(means))


ordinary = st.one_of(st.integers(30, 230).map(float), st.integers(300, 2300).map(lambda n: n / 10))
short_and_long = st.one_of(st.integers(1, 2_000), st.sampled_from([65_535, 65_536, 600_000]))


@given(st.lists(st.tuples(short_and_long, ordinary | heart_rates), min_size=1, max_size=40))
@example([(1, 120.0), (1_000, 120.5), (1_000, 230.00000000000003 - 1e-12), (65_536, 30.0)])
def test_samples_are_held_exactly_as_they_were(steps: list[tuple[int, float]]) -> None:
    times = list(accumulate(step_ms for step_ms, _ in steps))
    rates = [heart_rate for _, heart_rate in steps]
    window = Window(10**9)
    fold(window, zip(times, rates, strict=True), LATER, gap_ms=600_000)
    assert (times_ms(window), held(window)) == (times, rates)


@given(
    st.lists(st.tuples(st.integers(1, 5_000), calm), min_size=2, max_size=80),
    st.integers(1, 80),
    st.integers(10_000, 300_000),
)
def test_an_average_is_the_area_under_the_line_by_its_length(
    steps: list[tuple[int, float]], batch: int, interval_ms: int
) -> None:
    times = accumulate(step_ms for step_ms, _ in steps)
    samples = [(at_ms, rate) for at_ms, (_, rate) in zip(times, steps, strict=True)]
    window = Window(interval_ms)
    for first in range(0, len(samples), batch):
        fold(window, samples[first : first + batch], LATER, GAP_MS)
    start_ms = max(samples[0][0], samples[-1][0] - interval_ms)
    area = 0.0
    for (first_ms, first_rate), (next_ms, next_rate) in pairwise(samples):
        if next_ms > start_ms:
            since_ms = max(first_ms, start_ms)
            slope = (next_rate - first_rate) / (next_ms - first_ms)
            there = first_rate + slope * (since_ms - first_ms)
            area += (there + next_rate) / 2 * (next_ms - since_ms)
    assert average(window) == pytest.approx(area / (samples[-1][0] - start_ms), abs=1e-6)


def test_whole_heart_rates_take_three_bytes_a_sample_and_tenths_four() -> None:
    whole = folded([(second * 1000, 120.0) for second in range(40)])
    tenths = folded([(second * 1000, 120.1) for second in range(40)])
    for window in (whole, tenths):
        emit(window)
    assert (len(whole.samples), len(tenths.samples)) == (36 * 3, 36 * 4)


def test_a_window_stays_small_however_fast_somebody_sends() -> None:
    window = folded([(at_ms, 100.0) for at_ms in range(1, 5_000)])
    assert len(times_ms(window)) == MAX_SAMPLES
    assert average(window) == pytest.approx(100)


def test_an_average_is_due_when_enough_time_has_passed_since_the_last_one() -> None:
    window = folded([(10_000, 100.0)])
    assert is_due_to_emit(window, 5_000)
    window.emitted_ms = 5_001
    assert not is_due_to_emit(window, 5_000)


def test_a_heart_rate_is_stale_after_twenty_seconds() -> None:
    assert not is_stale(0, 20_000)
    assert is_stale(0, 20_001)


def test_a_new_session_starts_empty_and_ignores_what_is_older() -> None:
    window = restarted(folded([(90_000, 100.0)]), session=50_000, interval_ms=60_000)
    fold(window, [(49_999, 80.0), (50_000, 81.0)], LATER, GAP_MS)
    assert times_ms(window) == [50_000]
    assert window.interval_ms == 60_000
    assert window.folded == 2


def test_the_start_of_a_session_that_runs_already_changes_nothing() -> None:
    window = restarted(Window(30_000), session=50_000, interval_ms=60_000)
    assert restarted(window, session=50_000, interval_ms=30_000) is window
    assert restarted(window, session=40_000, interval_ms=20_000) is window
    assert window.interval_ms == 30_000


def beating(rates: list[float]) -> Window:
    """A heart that beats at these rates, one a second."""
    return folded([(second * 1000, rate) for second, rate in enumerate(rates)])


@given(st.integers(1, 3), st.integers(0, 45), st.floats(30, 230))
def test_three_seconds_of_spikes_move_the_average_by_a_beat_or_two_at_most(
    seconds: int, begin: int, odd: float
) -> None:
    even: list[float] = [140 + second % 3 for second in range(46)]
    spiked = even[:begin] + [odd] * seconds + even[begin + seconds :]
    window, pulse = beating(spiked), emit(beating(spiked))
    assert average(window) == pytest.approx(average(beating(even)), abs=2)
    assert pulse.heart_rate == pytest.approx(141, abs=SPIKE)
    assert 140 - SPIKE <= pulse.lowest <= pulse.highest <= 142 + SPIKE


def test_a_true_jump_comes_through_within_five_seconds() -> None:
    rest, sprint = [120.0] * 60, [165.0] * 5
    assert emit(beating(rest + sprint[:4])).heart_rate == 120
    pulse = emit(beating(rest + sprint))
    assert (pulse.heart_rate, pulse.highest) == (165, 165)
    assert pulse.average == pytest.approx(120 + 45 * 4.5 / 30)


def test_a_fast_rise_counts_as_it_is() -> None:
    rise = [100.0 + 4 * second for second in range(31)]
    assert emit(beating(rise)).heart_rate == 220
    assert average(beating(rise)) == pytest.approx(160)


def test_of_samples_far_apart_nobody_knows_which_is_odd() -> None:
    assert average(folded([(0, 100.0), (5_000, 180.0), (10_000, 100.0)])) == 140


@given(st.lists(heart_rates, min_size=1, max_size=90), st.data())
def test_an_average_is_the_same_whatever_the_batches_and_averages_before_it(
    rates: list[float], data: st.DataObject
) -> None:
    samples = [(second * 1000, rate) for second, rate in enumerate(rates)]
    parts = Window(30_000)
    while samples[parts.folded :]:
        begin = parts.folded
        end = data.draw(st.integers(begin + 1, len(samples)))
        fold(parts, samples[max(0, begin - 9) : end], LATER, GAP_MS)
        emit(parts)
    assert average(parts) == average(folded(samples))
