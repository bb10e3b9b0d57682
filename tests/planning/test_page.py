"""What the page sends and is sent, in the model and on the bill."""

import re
from functools import cache
from typing import Any

import pytest

from infra.api import THROTTLE_RATE
from infra.rules import USE_PERCENT
from local.project import PROJECT
from local.template.synth import synthesize
from planning import page, quotas
from planning.capacity import Capacity, capacity, message_units
from planning.cost import cost
from planning.load import Load
from planning.sizes import sizes
from planning.template import settings_of
from planning.watchers import Watcher, watchers

LOAD = Load(10_000, page.ADAPTIVE_FLUSH_SECONDS)


@cache
def prod() -> dict[str, Any]:
    return synthesize("prod")


@cache
def needs() -> Capacity:
    return capacity(LOAD, settings_of(prod()))


def an_hour(line: str) -> float:
    (found,) = (one.quantity for one in needs().metered if one.line == line)
    return found


def test_everything_that_a_workout_sends_is_a_message_in() -> None:
    workouts = LOAD.starts_per_second * 3600
    sent = page.messages(LOAD, LOAD.workout_seconds)
    assert set(sent) == {"heartrate", "start", "workout"}
    assert an_hour("API Gateway messages in") == pytest.approx(workouts * sum(sent.values()))


def test_what_is_pushed_and_answered_is_a_message_out() -> None:
    asked = LOAD.starts_per_second * (1 + page.questions(LOAD))
    out = 3600 * (LOAD.songs_per_second + asked)
    assert an_hour("API Gateway messages out") == pytest.approx(out)


def test_a_message_counts_once_for_every_32_kb_begun() -> None:
    assert [message_units(size) for size in (1, quotas.MESSAGE_BYTES, 32_769)] == [1, 1, 2]
    long = Load(10_000, 12.0, workout_seconds=4 * 3600)
    assert message_units(sizes(long).workout["end"]) > 1
    settings = settings_of(prod())
    (out,) = (
        one.quantity
        for one in capacity(long, settings).metered
        if one.line == "API Gateway messages out"
    )
    once = 3600 * (long.songs_per_second + long.starts_per_second * (1 + page.questions(long)))
    assert out > once + 3600 * long.starts_per_second * 0.99


def test_a_song_that_tells_what_arrived_makes_messages_shorter() -> None:
    assert page.repeated(Load(1, song_seconds=60.0)) == pytest.approx(30)
    assert page.repeated(Load(1, song_seconds=180.0)) == pytest.approx(67.5)
    assert sizes(LOAD).heart_rates > sizes(Load(1, 12.0, song_seconds=60.0)).heart_rates


def test_every_call_out_of_the_network_goes_through_nat_with_its_headers() -> None:
    pushes = 3600 * LOAD.songs_per_second
    bodies = pushes * sizes(LOAD).song + 3600 * needs().hops[1].bytes_per_second * 4 / 3
    headers = 1e9 * an_hour("NAT") - bodies
    calls = pushes + 3600 * needs().hops[0].invocations_per_second
    assert headers > 1_600 * calls


def test_the_bill_has_the_requests_to_the_keys_of_the_streams() -> None:
    (line,) = (one for one in cost(LOAD, prod()).lines if one.line == "KMS requests")
    assert 0 < line.per_month_usd < 3 * 3  # "less than a few dollars" for each of three


def looking() -> list[Watcher]:
    return cost(LOAD, prod()).watchers


def test_who_looks_at_others_costs_more_than_who_works_out() -> None:
    screen, coach = looking()
    athlete = cost(LOAD, prod()).per_1000_user_hours_usd / 1000
    assert athlete < screen.usd_per_hour < coach.usd_per_hour
    for one in (screen, coach):
        assert one.usd_per_hour == pytest.approx(sum(line.usd for line in one.lines))
        assert {line.line for line in one.lines} == {line.line for line in screen.lines}


def test_a_coach_pays_for_each_person_read_and_each_32_kb_told() -> None:
    _, coach = looking()
    lines = {line.line: line.quantity for line in coach.lines}
    looks = 3600 / page.COACH_SECONDS
    assert lines["API Gateway messages in"] == pytest.approx(2 * looks)
    assert lines["DynamoDB reads song-ends"] == pytest.approx(201 * looks)
    floor = message_units(sizes(LOAD).floor)
    assert floor > 1
    assert lines["API Gateway messages out"] == pytest.approx((floor + 1) * looks)


def test_who_looks_is_on_top_of_the_bill() -> None:
    assert watchers(LOAD, settings_of(prod())) == looking()
    assert not any("coach" in line.line for line in cost(LOAD, prod()).lines)


def test_the_alarm_of_the_api_comes_with_two_thirds_of_those_whom_it_throttles() -> None:
    """It counts messages both ways, for there is no metric of one; the throttle those that come."""
    api = needs().api
    incoming = (api.messages_per_second + api.connects_per_second) / LOAD.users
    outgoing = (api.answers_per_second + api.pushes_per_second) / LOAD.users
    throttled = THROTTLE_RATE / incoming
    alarmed = USE_PERCENT / 100 * THROTTLE_RATE / (incoming + outgoing)
    assert 0.6 < alarmed / throttled < 0.7
    assert alarmed * outgoing + alarmed * incoming < 0.6 * quotas.API_REQUESTS_PER_SECOND


def test_the_readme_and_the_page_of_scaling_say_what_the_model_says() -> None:
    usd = cost(LOAD, prod()).per_1000_user_hours_usd
    (told,) = re.findall(
        r"cost about \$([\d.]+) for 1,000 hours", (PROJECT / "README.md").read_text()
    )
    assert told == f"{usd:.2f}"
