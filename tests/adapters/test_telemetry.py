"""Traces only where tracing is on."""

from typing import Any

import pytest

from lambdas.adapters.telemetry import traced
from tests.adapters.conftest import Context


def answer(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"seen": event}


def test_a_function_without_tracing_runs_untouched() -> None:
    assert traced(answer) is answer


def test_a_function_with_tracing_answers_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACING", "on")
    handler = traced(answer)
    assert handler is not answer
    assert handler({"a": 1}, Context) == {"seen": {"a": 1}}
