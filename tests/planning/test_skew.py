"""Crowds, simulated, against the capacity model."""

from functools import cache
from math import floor

import pytest
from msgspec import structs

from events.stream import GROUPS, hash_key_of
from local.kinesis.shards import Streams, hash_key
from local.project import PROJECT
from local.template.synth import synthesize
from planning import quotas, skew
from planning.shards import keys_on_busiest, most_in_one
from planning.skew import first_songs_seconds
from planning.template import settings_of

CROWDS = 1_000
"""Enough to tell 1 crowd in 100 beyond the model from 2."""


@cache
def storm(users: int, first_wait_seconds: float) -> skew.Storm:
    return skew.storm(users, first_wait_seconds)


def test_people_go_to_the_shards_that_kinesis_would_choose() -> None:
    stream = Streams().create("heart-rate", 7, now=0)
    for user in skew.users(500):
        assert stream.shards[skew.shard_of(user, 7)] is stream.shard_of(hash_key(user))


@pytest.mark.parametrize(("people", "shards"), [(200, 4), (500, 8), (1_000, 64)])
def test_the_model_covers_the_busiest_shard_of_99_crowds_in_100(people: int, shards: int) -> None:
    most = most_in_one(people, 1 / shards, shards)
    beyond = sum(
        skew.busiest_shard(skew.users(people, seed), shards) > most for seed in range(CROWDS)
    )
    assert beyond <= 0.02 * CROWDS


@pytest.mark.parametrize(
    ("people", "shards"), [(200, 4), (1_000, 8), (1_000, 64), (10_000, 64), (100_000, 256)]
)
def test_the_model_is_the_99_percent_quantile_of_the_binomial(people: int, shards: int) -> None:
    most = floor(most_in_one(people, 1 / shards, shards))
    assert 0.985 <= within(people, shards, most) <= 0.996


def within(people: int, shards: int, most: int) -> float:
    """How likely it is that each of the shards, taken as independent, gets no more than most."""
    share = 1 / shards
    term, total = (1 - share) ** people, 0.0
    for count in range(most + 1):
        total += term
        term *= (people - count) / (count + 1) * share / (1 - share)
    return float(total**shards)


@pytest.mark.parametrize("shards", [1, 2, 3, 8, 16, 50])
def test_groups_crowd_on_the_shards_that_the_model_names(shards: int) -> None:
    people = 20_000
    share = keys_on_busiest(GROUPS, shards) / GROUPS
    found = skew.busiest_group_shard(skew.users(people), shards)
    assert found == pytest.approx(people * share, rel=0.1)
    assert found <= most_in_one(people, share, shards)


@pytest.mark.parametrize("shards", [1, 2, 3, 5, 8, 16, 50])
def test_groups_lie_on_shards_as_in_kinesis_and_as_evenly_as_the_model_says(shards: int) -> None:
    stream = Streams().create("average-heart-rate", shards, now=0)
    hash_keys = [int(hash_key_of(group)) for group in range(GROUPS)]
    found = [skew.shard_at(key, shards) for key in hash_keys]
    assert all(
        stream.shards[shard] is stream.shard_of(key)
        for shard, key in zip(found, hash_keys, strict=True)
    )
    assert max(map(found.count, found)) == keys_on_busiest(GROUPS, shards)


def test_no_number_of_shards_spreads_groups_beyond_one_of_them_each() -> None:
    assert min(keys_on_busiest(GROUPS, shards) for shards in range(1, 1_000)) == 1


def test_a_first_wait_of_a_second_lets_a_crowd_run_into_the_quota() -> None:
    found = storm(10_000, 1.0)
    assert found.peak_per_second > 10 * quotas.CONNECTS_PER_SECOND
    assert found.seconds >= 10_000 / quotas.CONNECTS_PER_SECOND


def test_a_first_wait_as_long_as_the_quota_needs_refuses_nobody() -> None:
    found = storm(10_000, 10_000 / (0.7 * quotas.CONNECTS_PER_SECOND))
    assert found.refused == 0
    assert found.peak_per_second <= quotas.CONNECTS_PER_SECOND
    assert found.seconds <= storm(10_000, 1.0).seconds


def test_everybody_is_back_after_a_storm_and_the_quota_was_kept() -> None:
    found = skew.storm(300, quota=10)
    assert found.seconds >= 300 / 10 - 1
    assert found.refused > 0


def test_the_same_seed_makes_the_same_storm() -> None:
    assert skew.storm(1_000, seed=3) == skew.storm(1_000, seed=3)
    assert skew.storm(1_000, seed=3) != skew.storm(1_000, seed=4)


def test_songs_of_different_length_take_a_class_apart() -> None:
    peaks = skew.lesson(2_000).peaks_per_second
    assert peaks[0] > 5 * peaks[1]
    assert peaks[1] > peaks[5]


def test_a_class_is_served_faster_by_more_batches_at_once() -> None:
    settings = settings_of(synthesize("prod"))
    reader = structs.replace(settings.readers["recommend"], parallelization=1)
    serial = structs.replace(settings, readers={**settings.readers, "recommend": reader})
    assert first_songs_seconds(1_000, settings) < first_songs_seconds(1_000, serial) / 3


def test_the_summary_names_the_wait_of_a_class() -> None:
    summary, _, _ = (PROJECT / "docs" / "scaling.md").read_text().partition("## Measured")
    assert f"{first_songs_seconds(10_000, settings_of(synthesize('prod'))):.1f} s for" in summary


def test_the_page_shows_what_the_simulation_says() -> None:
    page = (PROJECT / "docs" / "scaling.md").read_text()
    for table in skew.tables(settings_of(synthesize("prod"))):
        assert table in page, "print the tables with: python -m planning.skew"
