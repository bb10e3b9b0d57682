import math
from itertools import islice, pairwise
from random import Random
from statistics import mean, stdev

import pytest

from events.samples import MAX_HEART_RATE, MIN_HEART_RATE
from simulator.athletes import (
    NOISE,
    PERFECT_STRAP,
    TAU_BOUNDS_SECONDS,
    Body,
    Strap,
    athlete,
    draw_body,
    heart_rates,
    noisy,
    samples,
    worn,
)
from simulator.profiles import PROFILE_NAMES, Block, Profile, ProfileName, profile

BODY = Body(resting_heart_rate=60, max_heart_rate=190, tau_seconds=50)


def test_a_heart_covers_63_percent_of_a_step_in_one_time_constant() -> None:
    hearts = list(islice(heart_rates(BODY, Profile([Block(600, 0.6, 0.6)])), 301))
    demand = BODY.demand(0.6)
    covered = [(heart - hearts[0]) / (demand - hearts[0]) for heart in hearts]
    assert covered[50] == pytest.approx(1 - math.exp(-1))
    assert covered[150] == pytest.approx(1 - math.exp(-3))


def test_time_constants_are_drawn_around_hunts_mean_within_their_bounds() -> None:
    random = Random(5)
    taus = [draw_body(random).tau_seconds for _ in range(2000)]
    assert TAU_BOUNDS_SECONDS[0] <= min(taus)
    assert max(taus) <= TAU_BOUNDS_SECONDS[1]
    assert mean(taus) == pytest.approx(57.6, abs=4)
    assert stdev(taus) == pytest.approx(23.6, abs=4)


def test_noise_has_the_spread_of_the_source() -> None:
    noise = list(noisy([0.0] * 20_000, Random(3)))
    assert mean(noise) == pytest.approx(0, abs=0.3)
    assert stdev(noise) == pytest.approx(NOISE, rel=0.1)


def test_the_same_seed_makes_the_same_samples_and_another_seed_others() -> None:
    first = list(samples(athlete(3, seed=7), 1_000, 600))
    assert first == list(samples(athlete(3, seed=7), 1_000, 600))
    assert first != list(samples(athlete(3, seed=8), 1_000, 600))
    assert first != list(samples(athlete(4, seed=7), 1_000, 600))


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_every_profile_yields_whole_beats_within_the_limits_once_a_second(
    name: ProfileName,
) -> None:
    person = athlete(1, seed=2, name=name, strap=PERFECT_STRAP)
    made = list(samples(person, 5_000, 4000))
    assert [at_ms for at_ms, _ in made] == [5_000 + second * 1000 for second in range(4000)]
    assert all(MIN_HEART_RATE <= heart <= MAX_HEART_RATE for _, heart in made)
    assert all(heart == int(heart) for _, heart in made)


def test_intervals_swing_and_steady_work_does_not() -> None:
    def spread(name: ProfileName) -> float:
        person = athlete(1, seed=2, name=name, strap=PERFECT_STRAP)
        return stdev(heart for _, heart in list(samples(person, 0, 3000))[600:])

    assert spread("steady") < 4
    assert spread("intervals") > 2 * spread("steady")


def test_a_whole_workout_begins_and_ends_easier_than_its_middle() -> None:
    whole = profile("whole")
    assert whole.intensity(0) < 0.3 < 0.6 < whole.intensity(900)
    assert whole.intensity(1970) < 0.3
    assert whole.intensity(2100) == whole.intensity(0)


def test_a_gap_leaves_samples_out() -> None:
    reported = list(worn(Strap(gaps=60, freezes=0, spikes=0), [100.0] * 3600, Random(1)))
    assert len(reported) == 3600
    assert 100 < reported.count(None) < 3000
    person = athlete(1, seed=1, strap=Strap(gaps=60, freezes=0, spikes=0))
    times = [at_ms for at_ms, _ in samples(person, 0, 3600)]
    assert max(b - a for a, b in pairwise(times)) > 3000


def test_a_freeze_repeats_one_value() -> None:
    rising = [100 + second / 100 for second in range(3600)]
    reported = list(worn(Strap(gaps=0, freezes=20, spikes=0), rising, Random(1)))
    repeats = sum(a == b for a, b in pairwise(reported))
    assert repeats > 20
    assert None not in reported


def test_a_spike_is_short_and_far_off() -> None:
    reported = list(worn(Strap(gaps=0, freezes=0, spikes=20), [120.0] * 3600, Random(1)))
    off = [heart for heart in reported if heart is not None and heart != 120]
    assert 3 <= len(off) <= 120
    assert all(25 <= abs(heart - 120) <= 60 for heart in off)


def test_spikes_are_clamped_to_what_may_be_sent() -> None:
    person = athlete(1, seed=1, strap=Strap(gaps=0, freezes=0, spikes=3600))
    hearts = [heart for _, heart in samples(person, 0, 3600)]
    assert min(hearts) >= MIN_HEART_RATE
    assert max(hearts) <= MAX_HEART_RATE
