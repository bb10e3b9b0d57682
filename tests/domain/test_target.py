from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.session import PlanName, Settings
from lambdas.domain.plans import PLANS, Phase, phases
from lambdas.domain.target import (
    MAX_TEMPO,
    MIN_TEMPO,
    SHORTEST_SECONDS,
    Mode,
    expected_heart_rate,
    max_heart_rate,
    reserve,
    stretch,
    target_tempo,
    zone_tempo,
)

MODES: tuple[Mode, ...] = get_args(Mode)
heart_rates = st.floats(30, 230)


@dataclass(frozen=True)
class Goal:
    mode: Mode = "pulse"
    resting_heart_rate: float = 60
    max_heart_rate: float | None = 180
    age: int = 40
    goal_zone: int = 3
    span: float = 1.0
    cadence: float | None = None
    lock: float | None = None


ZONE, PUSH, HOLD = Goal("zone"), Goal("push"), Goal("hold")
STEPS = (Phase(300, 1), Phase(240, 5), Phase(180, 2))


def test_pulse_aims_at_the_heart_rate_itself() -> None:
    assert target_tempo(Goal(), 134.5) == 134.5


@pytest.mark.parametrize(
    ("average", "tempo"),
    [
        *[(60, 95), (72, 102.5), (84, 110), (108, 123), (120, 126)],
        *[(132, 128), (144, 131), (156, 135), (168, 140), (180, 142)],
    ],
)
def test_zone_follows_the_curve_of_preferred_tempo(average: float, tempo: float) -> None:
    assert target_tempo(ZONE, average) == pytest.approx(tempo)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.5, 2))
def test_the_curve_never_falls_as_the_work_grows(one: float, other: float, span: float) -> None:
    low, high = sorted((one, other))
    assert zone_tempo(low, span) <= zone_tempo(high, span) + 1e-9


def test_the_span_stretches_the_curve_around_its_middle() -> None:
    assert zone_tempo(1.0, 2.0) == 127 + 2 * (142 - 127)
    assert zone_tempo(0.0, 0.5) == 127 - 0.5 * (127 - 95)


@given(heart_rates, st.sampled_from(MODES), st.none() | st.floats(60, 180), st.floats(0, 9_000))
def test_every_target_can_be_played(
    average: float, mode: Mode, previous: float | None, elapsed_seconds: float
) -> None:
    goal = Goal(mode, cadence=190, span=2)
    tempo = target_tempo(
        goal, average, plan=STEPS, elapsed_seconds=elapsed_seconds, previous=previous
    )
    assert MIN_TEMPO <= tempo <= MAX_TEMPO


@given(heart_rates, st.sampled_from(["zone", "push", "hold"]), st.floats(70, 160))
def test_a_target_moves_by_twelve_percent_at_most(
    average: float, mode: Mode, previous: float
) -> None:
    tempo = target_tempo(Goal(mode, span=2), average, previous=previous)
    assert previous * 0.88 - 1e-9 <= tempo <= previous * 1.12 + 1e-9


@pytest.mark.parametrize("mode", ["zone", "push", "hold"])
def test_a_target_that_lies_further_is_reached_in_whole_steps_up_and_down(mode: Mode) -> None:
    goal = Goal(mode, goal_zone=5)
    assert target_tempo(goal, 180, previous=100) == pytest.approx(112)
    slower = replace(goal, goal_zone=1, span=2)
    assert target_tempo(slower, 60, previous=150) == pytest.approx(132)


def test_pulse_is_not_held_back_by_the_song_before() -> None:
    assert target_tempo(Goal(), 160, previous=100) == 160


def test_push_leads_the_work_and_more_the_further_below_the_goal_it_is() -> None:
    leads = [target_tempo(PUSH, hr) / target_tempo(ZONE, hr) - 1 for hr in (70, 100, 120, 140)]
    assert leads[0] == pytest.approx(0.06)
    assert leads[0] > leads[1] > leads[2] == pytest.approx(0.02)
    assert leads[3] == 0


def test_hold_keeps_the_tempo_of_the_goal_zone_and_leans_against_the_work() -> None:
    inside = target_tempo(HOLD, 120)
    assert inside == zone_tempo(0.5)
    assert inside < target_tempo(HOLD, 100) < target_tempo(HOLD, 70) <= inside * 1.06 + 1e-9
    assert inside > target_tempo(HOLD, 140) > target_tempo(HOLD, 180) >= inside * 0.94 - 1e-9


def test_a_higher_goal_zone_aims_higher() -> None:
    targets = [target_tempo(replace(HOLD, goal_zone=zone), 120) for zone in range(1, 6)]
    assert targets == sorted(targets)


def test_recover_goes_down_by_fifteen_percent_a_song_to_a_slow_tempo() -> None:
    goal, tempo, targets = Goal("recover"), 170.0, []
    for _ in range(6):
        tempo = target_tempo(goal, 150, previous=tempo)
        targets.append(tempo)
    assert targets[0] == 110
    assert all(after >= before * 0.85 for before, after in pairwise(targets))
    assert targets[-1] == 80


def test_recover_is_never_fast_whatever_the_heart_does() -> None:
    assert target_tempo(Goal("recover"), 200) == 110


@pytest.mark.parametrize(("cadence", "tempo"), [(90, 90), (172, 172), (190, 95), (50, 60)])
def test_cadence_follows_the_steps_or_half_of_them(cadence: float, tempo: float) -> None:
    assert target_tempo(Goal("cadence", cadence=cadence), 120) == tempo


@pytest.mark.parametrize("mode", MODES)
def test_a_lock_is_kept_in_every_mode(mode: Mode) -> None:
    assert target_tempo(Goal(mode, lock=128), 190, plan=STEPS, previous=90) == 128


def test_a_song_of_a_plan_is_for_its_phase_and_makes_way_where_the_zone_changes() -> None:
    assert stretch(STEPS, 0) == stretch(STEPS, 269) == (1, 300)
    assert stretch(STEPS, 270) == stretch(STEPS, 300) == (5, 540)


def test_phases_of_one_zone_are_one_stretch() -> None:
    steps = (Phase(60, 2), Phase(10, 3), Phase(60, 3), Phase(20, 4), Phase(60, 2))
    assert stretch(steps, 0) == (2, 60)
    assert stretch(steps, 50) == (3, 130)
    assert stretch(steps, 101) == (4, 150), "with what is left of the stretch before it"
    assert stretch(steps, 120) == (2, inf)


def test_the_last_phase_of_a_plan_goes_on() -> None:
    assert stretch(STEPS, 600) == stretch(STEPS, 100_000) == (2, inf)


@given(
    st.lists(st.builds(Phase, st.integers(10, 900), st.integers(1, 5)), min_size=1, max_size=9),
    st.floats(0, 9_000),
)
def test_a_stretch_is_never_so_short_that_no_song_fits(plan: list[Phase], seconds: float) -> None:
    zone, until = stretch(plan, seconds)
    assert zone in {phase.zone for phase in plan}
    assert until > seconds + SHORTEST_SECONDS


def test_a_plan_sets_the_tempo_whatever_the_heart_does() -> None:
    hard = target_tempo(Goal("plan"), 70, plan=STEPS, elapsed_seconds=300)
    easy = target_tempo(Goal("plan"), 190, plan=STEPS, elapsed_seconds=0)
    assert hard == zone_tempo(0.95)
    assert easy == zone_tempo(0.15)


def test_the_plans_to_choose_from_are_those_on_the_wire() -> None:
    assert set(PLANS) == set(get_args(PlanName))
    assert phases("intervals") is PLANS["intervals"]
    assert phases(STEPS) is STEPS
    assert all(1 <= phase.zone <= 5 for plan in PLANS.values() for phase in plan)


def test_the_interval_plan_has_four_times_four_hard_minutes() -> None:
    hard = [phase.seconds for phase in PLANS["intervals"] if phase.zone == 5]
    assert hard == [240] * 4


def test_the_first_week_of_couch_to_5k_has_eight_runs_of_a_minute() -> None:
    runs = [phase.seconds for phase in PLANS["couch-to-5k"] if phase.zone == 4]
    assert runs == [60] * 8
    assert sum(phase.seconds for phase in PLANS["couch-to-5k"]) == 1_800


def test_settings_of_the_wire_are_a_goal() -> None:
    assert target_tempo(Settings(mode="hold", goal_zone=5, max_heart_rate=180), 171) > 135


def test_heart_rates_beyond_any_song_aim_at_the_bounds() -> None:
    assert target_tempo(Goal(), 45) == 60
    assert target_tempo(Goal(), 210) == 180


def test_maximum_heart_rate_follows_tanaka() -> None:
    assert max_heart_rate(40) == 180
    assert target_tempo(replace(ZONE, max_heart_rate=None), 180) == 142


def test_reserve_is_a_share_even_when_the_limits_make_no_sense() -> None:
    assert reserve(200, 60, 180) == 1
    assert reserve(40, 60, 180) == 0
    assert reserve(120, 100, 90) == 1
    assert reserve(90, 100, 90) == 0


def test_a_heart_that_is_at_rest_after_a_minute_is_expected_to_stay_there() -> None:
    first, second, later = (expected_heart_rate(Goal(), 60, 60, second) for second in (0, 60, 300))
    assert first > 100
    assert second == later == 60


def test_a_heart_that_works_is_expected_to_rise_on_and_ever_less() -> None:
    expected = [expected_heart_rate(Goal(), 120, 120, second) for second in (0, 60, 300, 600)]
    assert expected == sorted(expected, reverse=True)
    assert expected[-2] > expected[-1] == 120


@given(heart_rates, heart_rates, st.floats(0, 900))
def test_no_more_is_expected_the_longer_the_session_lasts(
    average: float, newest: float, seconds: float
) -> None:
    now, later = (
        expected_heart_rate(Goal(), average, newest, elapsed) for elapsed in (seconds, seconds + 30)
    )
    assert (average + newest) / 2 <= later <= now
