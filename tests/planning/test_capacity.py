"""The capacity model: against the template, a real Valkey, real items, and its own page."""

from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
import typer
from redis import Redis
from typer.testing import CliRunner

from events.samples import Sample
from events.session import Settings as SongSettings
from events.stream import GROUPS
from lambdas.adapters import clients, connections, plays, song_ends, traces, windows
from lambdas.domain import line
from lambdas.domain.due import SongEnd
from lambdas.domain.line import STEP_MS, Point
from lambdas.domain.played import Ending, played
from lambdas.domain.session import Session
from lambdas.domain.window import Window, emit, fold
from local.project import PROJECT
from local.template.synth import synthesize
from planning import capacity_tables, quotas, shards, sizes, work
from planning.capacity import Capacity, capacity
from planning.load import Load, average_period
from planning.redis import line_bytes
from planning.template import Settings, settings_of
from tempofit.capacity import capacity as command
from tests.adapters.conftest import keep_song

AT_MS = 1_760_000_040_000
PEOPLE = 10_000
"""Enough for every hash of a group to be stored as at scale."""


@cache
def settings() -> Settings:
    return settings_of(synthesize("prod"))


def needs(users: int, flush_seconds: float = 5.0, **changes: Any) -> Capacity:
    return capacity(Load(users, flush_seconds), msgspec.structs.replace(settings(), **changes))


def limit_users(found: Capacity, name: str) -> int:
    return next(limit.users for limit in found.limits if limit.name.startswith(name))


def user(number: int) -> str:
    return f"{number:08d}".ljust(sizes.USER_BYTES, "x")


@pytest.fixture
def redis(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Redis]:
    """The Redis that the adapters write to."""
    monkeypatch.setenv("REDIS_URL", redis_url)
    clients.redis.cache_clear()
    with Redis.from_url(redis_url) as redis:
        yield redis
        redis.flushdb()
    clients.redis().close()
    clients.redis.cache_clear()


def bytes_of(redis: Redis, pattern: str) -> int:
    keys = redis.keys(pattern)
    assert keys
    return sum(redis.memory_usage(key, samples=0) or 0 for key in keys)


def test_the_settings_are_those_of_the_template() -> None:
    assert set(settings().readers) == {"average", "schedule", "recommend"}
    assert settings().readers["average"].batch_size == 1_000
    assert settings().readers["recommend"].parallelization == 4
    assert settings().throttle_rate == 8_000
    assert settings().groups == GROUPS


def test_a_batch_of_people_of_one_group_is_no_longer_than_a_command_may_be() -> None:
    assert 2 + 2 * settings().readers["average"].batch_size <= quotas.COMMAND_ARGUMENTS


def test_ten_thousand_people_send_two_thousand_records_a_second() -> None:
    found = needs(10_000)
    average, schedule, recommend = found.hops
    assert average.records_per_second == pytest.approx(2_000, rel=0.01)
    assert schedule.records_per_second <= average.invocations_per_second * GROUPS
    assert recommend.records_per_second == pytest.approx(10_000 / 224)
    assert found.dynamodb.read_units_per_second == pytest.approx(2_000 + 10_000 / 224, rel=0.01)


def test_no_shard_is_planned_beyond_what_it_takes() -> None:
    for users in capacity_tables.SIZES:
        for hop in needs(users).hops:
            if hop.enough:
                assert max(hop.busiest_shard.values()) <= shards.USED
                rate, size = (
                    each / hop.shards for each in (hop.records_per_second, hop.bytes_per_second)
                )
                assert rate <= shards.USED * quotas.SHARD_RECORDS_PER_SECOND
                assert size <= shards.USED * quotas.SHARD_BYTES_PER_SECOND


def test_one_shard_fewer_would_be_too_few() -> None:
    average = needs(100_000).hops[0]
    fewer = average.shards - 1
    busiest = shards.most_in_one(100_000, 1 / fewer, fewer) / 100_000
    assert average.bytes_per_second * busiest > shards.USED * quotas.SHARD_BYTES_PER_SECOND


def test_a_record_costs_average_what_the_benchmark_measured() -> None:
    one, five = (work.AVERAGE_CPU_US + count * work.SAMPLE_CPU_US for count in (1, 5))
    assert (one, five) == pytest.approx((21, 45))


def test_more_batches_at_once_need_fewer_shards() -> None:
    recommend = settings().readers["recommend"]
    alone = msgspec.structs.replace(recommend, parallelization=1)
    serial = needs(100_000, readers={**settings().readers, "recommend": alone}).hops[2]
    assert serial.shards > needs(100_000).hops[2].shards


def test_more_shards_than_groups_are_never_planned() -> None:
    for users in capacity_tables.SIZES:
        assert needs(users).hops[1].shards <= GROUPS


def test_flushing_adaptively_carries_more_than_twice_as_many_people() -> None:
    assert limit_users(needs(1_000, 12.0), "API stage") > 2 * limit_users(
        needs(1_000, 5.0), "API stage"
    )


def test_an_average_never_comes_more_often_than_the_template_says() -> None:
    assert average_period(Load(1, 1.0), settings()) == 5
    assert average_period(Load(1, 3.0), settings()) == 6
    assert average_period(Load(1, 12.0), settings()) == 12


def test_more_groups_carry_more_people() -> None:
    before, after = (limit_users(needs(1_000, groups=groups), "groups") for groups in (16, 256))
    assert after > 4 * before


def test_the_first_limit_reached_is_the_binding_one() -> None:
    found = needs(10_000)
    assert found.binding == found.limits[0].name == min(found.limits, key=lambda x: x.users).name


@pytest.mark.parametrize("users", capacity_tables.SIZES)
def test_a_limit_is_passed_exactly_by_those_beyond_it(users: int) -> None:
    for limit in needs(users).limits:
        assert (limit.used > limit.most) == (users > limit.users), limit


def test_what_is_metered_grows_with_the_people() -> None:
    one, ten = needs(10_000).metered, needs(1_000_000).metered
    assert [line.line for line in one] == [line.line for line in ten]
    assert len({line.line for line in one}) == len(one)
    messages = next(line for line in one if line.line == "API Gateway messages in")
    assert messages.quantity == pytest.approx(10_000 / 5 * 3600, rel=0.01)
    for few, many in zip(one, ten, strict=True):
        assert few.quantity < many.quantity, few


def test_windows_in_valkey_are_as_large_as_the_model_says(redis: Redis) -> None:
    samples: list[Sample] = [(AT_MS + 1000 * second, 142) for second in range(60)]
    full = Window(30_000, AT_MS, last_ms=AT_MS - 1)
    fold(full, samples, until_ms=samples[-1][0], gap_ms=30_000)
    emit(full)
    windows.write({user(number): full for number in range(PEOPLE)}, AT_MS)
    packed = sizes.WINDOW_BYTES + 31 * sizes.WINDOW_SAMPLE_BYTES
    expected = sizes.USER_BYTES + packed + sizes.WINDOW_ENTRY_BYTES
    assert bytes_of(redis, "windows:*") / PEOPLE == pytest.approx(expected, rel=0.1)


def test_traces_in_valkey_are_as_large_as_the_model_says(redis: Redis) -> None:
    minute, whole = AT_MS // line.MINUTE_MS, b""
    for at_ms in range(minute * line.MINUTE_MS, (minute + 1) * line.MINUTE_MS, line.STEP_MS):
        whole = line.longer(whole, at_ms, 142, sizes.AVERAGE)
    traces.write({(user(one), minute): whole for one in range(PEOPLE)}, AT_MS)
    expected = line_bytes(Load(PEOPLE), settings()) + sizes.TRACE_ENTRY_BYTES
    assert bytes_of(redis, "trace:*") / PEOPLE == pytest.approx(expected, rel=0.1)


def test_playlists_in_valkey_are_as_large_as_the_model_says(redis: Redis) -> None:
    for number in range(50):
        for slot in range(12):
            keep_song(user(number), sizes.typical_song(slot))
    song = len(msgspec.json.encode(sizes.typical_song()))
    found = bytes_of(redis, "playlist:*") / (50 * 12)
    assert found == pytest.approx(song + sizes.PLAYLIST_ENTRY_BYTES, rel=0.1)


def test_what_was_heard_is_as_large_in_valkey_as_the_model_says(redis: Redis) -> None:
    songs = round(Load(1).workouts * 12)
    for number in range(50):
        for slot in range(songs):
            push = sizes.typical_song(slot)
            one = msgspec.structs.replace(push.song, id=f"{push.song.id[:-2]}{slot:02d}")
            keep_song(user(number), msgspec.structs.replace(push, song=one))
    found = bytes_of(redis, "heard:*") / (50 * songs)
    assert found == pytest.approx(sizes.HEARD_SONG_BYTES, rel=0.1)


def test_connections_in_valkey_are_as_large_as_the_model_says(redis: Redis) -> None:
    for number in range(50):
        connections.add(user(number), "c" * sizes.CONNECTION_ID_BYTES)
    found = bytes_of(redis, "connections:*") / 50
    assert found == pytest.approx(sizes.CONNECTIONS_KEY_BYTES, rel=0.1)


def test_a_song_end_is_as_large_as_the_model_says(monkeypatch: pytest.MonkeyPatch) -> None:
    items: list[dict[str, dict[str, str]]] = []
    fake = SimpleNamespace(put_item=lambda **arguments: items.append(arguments["Item"]))
    fake.exceptions = SimpleNamespace(ConditionalCheckFailedException=KeyError)
    monkeypatch.setattr(clients, "dynamodb", lambda: fake)
    monkeypatch.setenv("SONG_ENDS_TABLE", "song-ends")
    monkeypatch.setenv("SESSION_GAP_SECONDS", "900")
    end = SongEnd(AT_MS, 3, AT_MS)
    song = sizes.typical_song()
    session = Session(end, SongSettings(), song, AT_MS)
    song_ends.write(user(1), session, at_ms=AT_MS, arrived_ms=AT_MS)
    (item,) = items
    # Text only: DynamoDB stores numbers in about half as many bytes.
    size = sum(len(name) + sum(map(len, value.values())) for name, value in item.items())
    assert size == pytest.approx(sizes.SONG_END_BYTES, rel=0.05)


def test_a_play_is_as_large_as_the_model_says_and_one_unit_to_write(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    song = sizes.typical_song()
    points = [
        Point(at_ms, 142, 142) for at_ms in range(song.starts_at_ms, song.ends_at_ms, STEP_MS)
    ]
    play = played(Ending(song, SongSettings(), song.ends_at_ms, skipped=False), points)
    item = plays.item_of(user(1), song.session, song.slot, play, AT_MS)
    size = sum(len(name) + sum(map(len, value.values())) for name, value in item.items())
    assert size == pytest.approx(sizes.PLAY_BYTES, rel=0.05)
    assert size < quotas.WRITE_UNIT_BYTES


def test_the_page_shows_what_the_model_says() -> None:
    page = (PROJECT / "docs" / "scaling.md").read_text()
    for table in capacity_tables.tables(settings()):
        assert table in page, "print the tables with: python -m planning.capacity_tables"


def test_the_summary_names_the_first_limits_as_the_model_does() -> None:
    summary, _, _ = (PROJECT / "docs" / "scaling.md").read_text().partition("## Measured")
    steady, adaptive = (needs(10_000, seconds) for seconds in (5.0, 12.0))
    for limit in [*steady.limits[:4], adaptive.limits[0]]:
        assert f"{limit.users:,}" in summary, limit
    assert " + ".join(str(hop.shards) for hop in steady.hops) + " shards" in summary
    assert f"{sum(steady.redis.bytes_kept.values()) / 1e9:.1f} GB of Redis" in summary


def invoke(*arguments: str) -> str:
    app = typer.Typer()
    app.command()(command)
    result = CliRunner().invoke(app, [*arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_prints_json_for_programs() -> None:
    found = msgspec.json.decode(
        invoke("--users", "10000", "--flush", "12", "--json"), type=Capacity
    )
    assert found == needs(10_000, 12.0)


def test_the_command_says_which_limit_comes_first() -> None:
    output = invoke("--users", "100000")
    assert "First: API stage throttle" in output
