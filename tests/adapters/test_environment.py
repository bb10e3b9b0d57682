import pytest

from lambdas.adapters.environment import read
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
