"""The synthesized templates: made once a run, and not at all when their sources are unchanged."""

from collections.abc import Mapping
from typing import Any

import pytest

from local.template import synth

Template = dict[str, Any]

WITH_LAKE = {"lake": "on"}
CHECKED: dict[str, object] = {"aws:cdk:bundling-stacks": []}
"""Without a bundle, but with the AwsSolutions checks, of which a finding fails the synthesis."""


@pytest.fixture(scope="session")
def dev() -> Template:
    return _checked("dev")


@pytest.fixture(scope="session")
def prod() -> Template:
    return _checked("prod")


@pytest.fixture(scope="session")
def lake() -> Template:
    """The dev stage with the lake."""
    return _checked("dev", WITH_LAKE)


@pytest.fixture(scope="session")
def lake_of_prod() -> Template:
    return _checked("prod", WITH_LAKE)


@pytest.fixture(params=["dev", "prod"])
def template(request: pytest.FixtureRequest) -> Template:
    chosen: Template = request.getfixturevalue(request.param)
    return chosen


def _checked(stage: str, context: Mapping[str, str] = synth.NO_CONTEXT) -> Template:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(synth, "CONTEXT", CHECKED)
        return synth.synthesize(stage, context)


def of_type(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    """The resources of one type, by logical id."""
    return {name: r for name, r in template["Resources"].items() if r["Type"] == kind}


def properties(template: Template, kind: str) -> list[dict[str, Any]]:
    return [resource["Properties"] for resource in of_type(template, kind).values()]
