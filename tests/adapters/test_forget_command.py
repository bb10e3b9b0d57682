"""`tempofit forget` says what it deleted, and what the lake keeps that it cannot reach."""

import io
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from tempofit.__main__ import app
from tempofit.operations import forget as operation

CANNOT = "nobody can tell which are theirs"


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A deployed stage, whose function has deleted two tastes; with a lake once it says so."""
    outputs = SimpleNamespace(forget_function="forget", lake_days=None)
    payload = b'{"deleted":{"tastes":2,"plays":0}}'
    client = SimpleNamespace(invoke=lambda **_: {"Payload": io.BytesIO(payload)})
    monkeypatch.setattr(operation, "find_outputs", lambda stage: outputs)
    monkeypatch.setattr(operation, "stage_client", lambda service, **_: client)
    return outputs


def said(*more: str) -> str:
    done = CliRunner().invoke(app, ["forget", "ann", "--stage", "prod", *more])
    assert done.exit_code == 0, done.output
    return done.output


def test_without_a_lake_nothing_is_out_of_reach(stage: SimpleNamespace) -> None:
    assert said() == "Deleted: 2 of tastes.\n"
    assert said("--json") == '{"deleted":{"tastes":2,"plays":0}}\n'


def test_with_a_lake_it_says_for_how_long_rows_stay(stage: SimpleNamespace) -> None:
    stage.lake_days = "400"
    assert said().startswith("Deleted: 2 of tastes. Rows without their name stay 400 days in the")
    assert CANNOT in said()
    assert '"stays":"400 days in the lake"' in said("--json")
