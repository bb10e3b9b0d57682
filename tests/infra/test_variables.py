"""A function that is not told all that it needs does not start, rather than fail at an event."""

import pytest

from tests.infra import call_sites, variables
from tests.infra.calls import environment_of, start
from tests.infra.conftest import Template
from tests.infra.scenarios import SCENARIOS

NEEDED = [(name, variable) for name in SCENARIOS for variable in sorted(variables.required(name))]


def test_the_environment_is_read_in_one_place_only() -> None:
    assert call_sites.importers_of("os") == {"adapters/environment.py"}


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_a_path_reads_is_read_when_its_function_starts(name: str) -> None:
    assert variables.read_at_start(name) == variables.read_on_path(name)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_function_starts_with_what_it_is_told(
    name: str, lake: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = environment_of(lake, name) | {"AWS_REGION": "us-east-1"}
    assert callable(start(lake, name, told, monkeypatch))


@pytest.mark.parametrize(("name", "variable"), NEEDED)
def test_a_function_that_lacks_a_variable_does_not_start(
    name: str, variable: str, lake: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = environment_of(lake, name) | {"AWS_REGION": "us-east-1"}
    del told[variable]
    with pytest.raises(RuntimeError, match=variable.lower()):
        start(lake, name, told, monkeypatch)
