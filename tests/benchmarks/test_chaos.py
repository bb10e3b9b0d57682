"""The schedule of faults is the seed's alone, and the ledger finds what was lost and doubled."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import msgspec
import pytest

from benchmarks.chaos import poison
from benchmarks.chaos.ledger import Counts, Put, Songs, Told, count
from benchmarks.chaos.people import Person
from benchmarks.chaos.plan import (
    CALM_SECONDS,
    FIRST_SECONDS,
    KINDS,
    OTHER_FAULTS,
    OTHER_SECONDS,
    PATH,
    PATH_FAULTS,
    RESTS_SECONDS,
    Planned,
    plan,
)
from events.messages import TracePoint, Workout
from events.session import Settings
from events.stream import decode_heart_rate, decode_song_request, readable_averages

START_MS = 1_700_000_000_000


def test_the_same_seed_makes_the_same_faults() -> None:
    assert plan(7, 600) == plan(7, 600)
    assert plan(7, 600) != plan(8, 600)


def test_a_seed_keeps_its_faults() -> None:
    first, *_, last = plan(4, 120)
    assert first == Planned("poison", 8.671, 9.894, 710_755_506)
    assert last == Planned("clock_behind", 111.05, 117.339, 985_998_812)


def test_every_kind_comes_in_four_minutes() -> None:
    for seed in range(20):
        assert {one.kind for one in plan(seed, 240)} == KINDS.keys()


def test_faults_are_over_in_time_and_one_target_has_one_at_a_time() -> None:
    for seed in range(20):
        free_s: dict[str, float] = {}
        for one in plan(seed, 300):
            target, shortest, longest = KINDS[one.kind]
            assert FIRST_SECONDS <= one.begins_s <= one.ends_s <= 300
            assert shortest - 0.01 <= one.ends_s - one.begins_s <= longest + 0.01
            assert one.begins_s >= free_s.get(target, 0)
            free_s[target] = one.ends_s + RESTS_SECONDS.get(one.kind, 0) - 0.01


def test_a_calm_longer_than_its_faults_of_the_path_follows_each_storm() -> None:
    """What failed through them is tried again within as long after."""
    for seed in range(20):
        storms: list[list[Planned]] = []
        ends_s = 0.0
        for one in plan(seed, 600):
            if not storms or one.begins_s > ends_s + OTHER_SECONDS:
                storms.append([])
            storms[-1].append(one)
            ends_s = max(ends_s, one.ends_s)
        assert len(storms) > 20
        for storm, following in pairwise(storms):
            path = [one for one in storm if KINDS[one.kind].target in PATH]
            assert 1 <= len(path) <= PATH_FAULTS[1]
            assert len(storm) - len(path) <= OTHER_FAULTS[1]
            path_seconds = max(one.ends_s for one in path) - storm[0].begins_s
            calm_seconds = following[0].begins_s - max(one.ends_s for one in storm)
            assert calm_seconds >= path_seconds + CALM_SECONDS - 0.01


@pytest.mark.parametrize("kind", poison.KINDS)
def test_poison_is_what_no_function_reads(kind: str) -> None:
    for decode in (decode_heart_rate, readable_averages, decode_song_request):
        with pytest.raises((msgspec.MsgspecError, RecursionError, UnicodeDecodeError)):
            decode(poison.KINDS[kind])


def test_every_shard_gets_twelve_kinds_of_poison() -> None:
    entries = poison.entries(4, Random(1))
    assert len(poison.KINDS) == 12
    found = {
        (int(entry["ExplicitHashKey"]) * 4 >> 128, entry["PartitionKey"].split("-")[1])
        for entry in entries
    }
    assert found == {(shard, kind) for shard in range(4) for kind in poison.KINDS}


def _at(second: int) -> int:
    return START_MS + second * 1000


def _puts(*batches: Sequence[int]) -> list[Put]:
    """Each arrives with its last sample; times are in seconds from the start."""
    return [
        Put(START_MS + batch[-1] * 1000, [START_MS + each * 1000 for each in batch], _at(batch[-1]))
        for batch in batches
    ]


def _told(*told: tuple[int, int]) -> list[Told]:
    return [Told(START_MS + at * 1000, samples, START_MS + at * 1000) for at, samples in told]


def _sent(*seconds: int) -> dict[int, bool]:
    sent: dict[int, bool] = {}
    for each in seconds:
        at_ms = START_MS + each * 1000
        sent.setdefault(at_ms, at_ms > max(sent, default=0))
    return sent


def test_what_is_sent_again_counts_once() -> None:
    puts = _puts([1, 2, 3], [1, 2, 3], [2, 3, 4, 5], [4, 5])
    assert count(_sent(1, 2, 3, 4, 5), puts, _told((3, 3), (5, 5), (5, 5)), []) == Counts(5, 5)


def test_a_sample_that_counts_twice_is_found() -> None:
    counts = count(_sent(1, 2, 3), _puts([1, 2, 3]), _told((3, 4)), [])
    assert counts.duplicated == 1


def test_a_sample_that_an_average_leaves_out_is_found() -> None:
    counts = count(_sent(1, 2, 3), _puts([1, 2, 3]), _told((3, 2)), [])
    assert counts.short == 1


def test_a_sample_that_never_arrives_is_lost() -> None:
    counts = count(_sent(1, 2, 3, 4), _puts([1, 2], [4]), _told((2, 2), (4, 3)), [])
    assert counts == Counts(4, 3, lost=1)


def test_what_no_average_tells_is_lost() -> None:
    counts = count(_sent(1, 2, 3), _puts([1, 2], [3]), _told((2, 2)), [])
    assert counts == Counts(3, 2, lost=1)


def test_samples_of_a_clock_that_is_ahead_or_was_set_back_are_refused() -> None:
    puts = [Put(START_MS + 1_000, [START_MS, START_MS + 50_000, START_MS + 90_000], START_MS)]
    puts += _puts([2, 3], [60])
    sent = _sent(0, 50, 90, 2, 3, 60)
    assert count(sent, puts, _told((50, 2), (60, 3)), []) == Counts(6, 3, refused=3)


def test_a_message_that_is_one_too_many_counts_nothing_until_it_is_sent_again() -> None:
    puts = [*_puts([1]) * 600, Put(START_MS + 1_000, [START_MS + 2_000], START_MS + 1_000)]
    assert count(_sent(1, 2, 3), puts + _puts([2, 3]), _told((1, 1), (3, 3)), []) == Counts(3, 3)
    assert count(_sent(1, 2, 3), puts + _puts([3]), _told((1, 1), (3, 2)), []) == Counts(
        3, 2, lost=1
    )


def test_a_clock_of_the_stream_that_is_set_back_makes_no_message_one_too_many() -> None:
    ahead = Put(START_MS + 91_000, [START_MS + 1_000], START_MS + 1_000)
    puts = [ahead, *_puts([1, 2], [2, 3, 40])]
    assert count(_sent(1, 2, 3, 40), puts, _told((1, 1), (40, 4)), []) == Counts(4, 4)


def test_what_is_delivered_again_is_not_one_too_many() -> None:
    puts = [*_puts([1]), *_puts([2]) * 599, *_puts([1]) * 30, *_puts([2, 3])]
    assert count(_sent(1, 2, 3), puts, _told((1, 1), (3, 3)), []) == Counts(3, 3)


def test_a_window_that_redis_lost_begins_anew_with_what_is_sent_again() -> None:
    puts = _puts([1, 2, 3], [2, 3, 4, 5], [6, 7, 8])
    averages = _told((3, 3), (5, 4), (8, 7))
    sent = _sent(1, 2, 3, 4, 5, 6, 7, 8)
    assert count(sent, puts, averages, [START_MS + 3_500]) == Counts(8, 8)
    assert count(sent, puts, averages, []).short > 0
    again = [*averages, *averages[:1], *averages]
    assert count(sent, puts, again, [START_MS + 3_500]) == Counts(8, 8)


def test_what_redis_lost_before_an_average_told_of_it_is_gone() -> None:
    puts = _puts([1, 2, 3], [4], [6, 7, 8])
    averages = _told((3, 3), (8, 3))
    counts = count(_sent(1, 2, 3, 4, 6, 7, 8), puts, averages, [START_MS + 5_000])
    assert counts == Counts(7, 6, gone=1)


def test_what_a_device_sends_while_a_newer_one_speaks_is_left_out_and_not_lost() -> None:
    phone, watch = 1, 2
    voices = [phone, watch, phone, watch, phone, phone]
    batches = [[1], [2], [3], [4], [5], [30]]
    puts = [put._replace(voice=voice) for put, voice in zip(_puts(*batches), voices, strict=True)]
    sent = _sent(1, 2, 3, 4, 5, 30)
    assert count(sent, puts, _told((4, 3), (30, 4)), []) == Counts(6, 4, left_out=2)
    assert count(sent, puts, _told((4, 4), (30, 6)), []).duplicated > 0, "had they mixed"
    again = [*puts[:-1], *_puts([5, 30])]
    assert count(sent, again, _told((4, 3), (30, 5)), []) == Counts(6, 5, left_out=1)
    assert count(sent, again, _told((4, 3)), []) == Counts(6, 3, left_out=1, lost=2)


def test_songs_are_held_against_what_was_asked_for_stored_and_told() -> None:
    songs = Songs()
    assert songs.unfilled("ann", 0, 45_000) == 1
    songs.asked = {("ann", 1, 0), ("ann", 1, 1)}
    songs.store("ann", 1, 0, "a", START_MS + 30_000, START_MS)
    assert songs.unfilled("ann", START_MS, 45_000) == 1
    songs.store("ann", 1, 1, "b", START_MS + 60_000, START_MS + 20_000)
    assert songs.unfilled("ann", START_MS, 45_000) == 0
    assert songs.unfilled("ann", START_MS + 105_000, 45_000) == 1
    assert songs.untold("ann", {(1, 0): {"a"}}, []) == 1
    assert songs.untold("ann", {(1, 1): {"b"}}, []) == 1
    assert songs.untold("ann", {(1, 1): {"b"}}, [START_MS + 10_000]) == 0
    assert songs.untold("ann", {(1, 0): {"a"}}, [START_MS + 30_000]) == 1
    assert songs.duplicated("ann", {(1, 0): {"a"}}) == 0
    assert songs.duplicated("ann", {(1, 0): {"c"}}) == 1
    songs.store("ann", 1, 1, "d", START_MS + 60_000, START_MS + 21_000)
    assert songs.duplicated("ann", {}) == 1


def test_of_two_sessions_that_are_named_before_one_is_stored_one_is_enough() -> None:
    songs = Songs()
    songs.asked = {("ann", 1, 0), ("ann", 6, 0)}
    assert songs.waits("ann", 1, 0)
    assert songs.waits("ann", 6, 0)
    songs.store("ann", 1, 0, "a", START_MS + 30_000, START_MS)
    assert songs.unfilled("ann", START_MS, 45_000) == 0
    songs.asked.add(("ann", 1, 1))
    assert songs.unfilled("ann", START_MS, 45_000) == 1


def test_a_person_repeats_what_is_not_told_and_forgets_what_is() -> None:
    person = Person("ann", 1)
    person.beat()
    assert person.has_unsent
    (first,) = person.messages()
    assert not person.has_unsent
    person.last_word(5_000)
    (second,) = person.messages()
    assert second.samples == [first.samples[0], second.samples[1]]
    assert list(person.sent.values()) == [True, True]
    latest = TracePoint(first.samples[0][0], 100.0, 100.0)
    person.take(Workout(None, None, Settings(), latest, [], [], 20_000))
    (third,) = person.messages()
    assert third.samples == second.samples[1:]
