"""Chaos keeps away from what is not its own."""

import pytest
from typer.testing import CliRunner

from tempofit.__main__ import app


def test_a_redis_that_is_not_ours_is_not_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    done = CliRunner().invoke(app, ["chaos"])
    assert done.exit_code == 1
    assert "REDIS_URL" in done.output
