"""What the simulation of outages says, and that it goes by the functions' own rules."""

from functools import cache
from random import Random

import pytest
from msgspec import structs

from events.pulse import Pulse
from events.session import Settings as Chosen
from lambdas.domain.due import SongEnd
from lambdas.domain.next_song import ask
from local.project import PROJECT
from local.template.synth import synthesize
from planning import outage
from planning.lane import FLUSH_MS, TIMING, Lane, Way
from planning.outage import Outage
from planning.template import Settings, settings_of

MINUTE_MS = 60_000


@cache
def settings() -> Settings:
    return settings_of(synthesize("prod"))


def happened(seconds: float, use: float, way: Way) -> Outage:
    return outage.outage(2_000, seconds, use, way, settings())


def test_the_simulation_asks_when_an_average_would() -> None:
    lane = Lane(1, 100.0, 25, outage.as_it_is(), Random(1))
    end = SongEnd(0, 0, lane._ends[0])
    expected = [
        at_ms
        for at_ms in range(lane._phase[0], lane._ends[0] + 10 * MINUTE_MS, FLUSH_MS)
        if ask(end, Chosen(), pulse(at_ms), TIMING)
    ]
    lane._ask_until(lane._ends[0] + 10 * MINUTE_MS - FLUSH_MS)
    assert [at_ms for at_ms, _, _ in lane._queue] == expected
    assert len(expected) > 3


def pulse(at_ms: int) -> Pulse:
    return Pulse(
        at_ms=at_ms,
        previous_ms=at_ms - FLUSH_MS,
        heart_rate=120.0,
        average=120.0,
        lowest=120.0,
        highest=120.0,
        peak=0.0,
    )


@pytest.mark.parametrize("way", [outage.naive(), outage.as_it_is()])
def test_without_an_outage_nobody_is_silent_and_each_song_is_asked_for_once(way: Way) -> None:
    found = happened(0, 0.5, way)
    assert (found.recovered_seconds, found.silent_most) == (0, 0)
    assert found.requests_per_song == pytest.approx(1, abs=0.02)


def test_five_minutes_at_half_the_use_pass_and_done_naively_never_do() -> None:
    found, naive = (happened(300, 0.5, way) for way in (outage.as_it_is(), outage.naive()))
    assert found.recovered_seconds is not None
    assert naive.recovered_seconds is None
    assert found.requests_per_song < naive.requests_per_song
    assert found.silent_most > 0


def test_answers_in_vain_that_are_dear_and_songs_that_start_late_each_make_it_last() -> None:
    way = outage.as_it_is()
    dear = structs.replace(way, vain_share=1.0)
    late = structs.replace(way, starts_at_newest=False)
    found, *others = (happened(300, 0.5, one) for one in (way, dear, late))
    assert found.recovered_seconds is not None
    for other in others:
        assert (other.recovered_seconds or 10_000) > found.recovered_seconds


def test_the_same_seed_makes_the_same_outage() -> None:
    assert happened(60, 0.5, outage.naive()) == happened(60, 0.5, outage.naive())


def test_the_page_shows_what_the_simulation_says() -> None:
    page = (PROJECT / "docs" / "scaling.md").read_text()
    for row in outage.outages(settings(), users=(10_000,)).splitlines():
        assert row in page, "print the table with: python -m planning.outage"
