import pytest

from lambdas.adapters.clients import RedisAddress
from lambdas.adapters.environment import need, read
from lambdas.adapters.telemetry import Traces
from lambdas.average import Environment


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMIT_EVERY_SECONDS", "2.5")
    monkeypatch.setenv("INTERVAL_SECONDS", "60")
    environment = read(Environment)
    assert (environment.emit_every_seconds, environment.interval_seconds) == (2.5, 60)


@pytest.mark.parametrize("interval", ["9", "301", "half a minute"])
def test_a_setting_out_of_range_is_named(monkeypatch: pytest.MonkeyPatch, interval: str) -> None:
    monkeypatch.setenv("INTERVAL_SECONDS", interval)
    with pytest.raises(RuntimeError, match="interval_seconds"):
        read(Environment)


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AVERAGES_STREAM")
    with pytest.raises(RuntimeError, match="averages_stream"):
        read(Environment)


def test_it_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    need(Environment)
    monkeypatch.delenv("AVERAGES_STREAM")
    assert read(Environment).averages_stream == "average-heart-rate"


def test_a_user_of_redis_without_a_cache_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_USER", "functions")
    with pytest.raises(RuntimeError, match="`redis_user` needs `redis_cache` and `aws_region`"):
        need(RedisAddress)


def test_tracing_is_on_or_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACING", "yes")
    with pytest.raises(RuntimeError, match="tracing"):
        read(Traces)
