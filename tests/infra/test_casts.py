"""CloudFormation makes text of numbers in a free property: ours have none, and local/ does it."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from cfnlint.schema.manager import (  # type: ignore[import-untyped]  # it ships no types
    PROVIDER_SCHEMA_MANAGER,
)

from events.schemas import ROUTES, draft4
from infra.models import KIND
from local.template.casts import CUSTOM, FREE, cast
from local.template.intrinsics import StackError
from local.template.stack import Stack
from local.template.template import read
from tests.infra.conftest import Template, of_type

SAYS_WHAT_IS_IN_IT = {
    *("properties", "patternProperties", "items"),
    *("oneOf", "anyOf", "allOf", "$ref"),
}
QUEUES = {"sqs": "http://127.0.0.1:4566"}


def test_the_list_of_free_properties_is_the_registrys(
    dev: Template, prod: Template, lake: Template
) -> None:
    kinds = {
        one["Type"] for template in (dev, prod, lake) for one in template["Resources"].values()
    } | FREE.keys()
    free = {kind: _free(kind) for kind in kinds if not kind.startswith(CUSTOM)}
    assert {kind: names for kind, names in free.items() if names} == {
        kind: set(names) for kind, names in FREE.items()
    }


def test_no_free_property_holds_what_cloudformation_would_make_text_of(template: Template) -> None:
    """No type is left out: policies, whose services take `"true"` as well, hold none either."""
    seen = set()
    for logical_id, resource in template["Resources"].items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        for name, value in properties.items():
            if kind.startswith(CUSTOM) or name in FREE.get(kind, ()):
                seen.add(f"{kind}.{name}")
                assert list(_numbers(value)) == [], f"{logical_id}.{name}"
    assert {f"{KIND}.Schema", "AWS::IAM::Policy.PolicyDocument"} <= seen


def test_a_schema_that_is_text_reaches_the_gateway_as_it_was_written(dev: Template) -> None:
    routes = {route.key: route.models for route in read(dev, {}, QUEUES).api.routes if route.models}
    assert routes == {key: {key: draft4(struct)} for key, struct in ROUTES.items()}


@pytest.mark.parametrize("key", ROUTES)
def test_cloudformations_own_model_with_numbers_is_refused_as_by_aws(
    key: str, dev: Template
) -> None:
    with pytest.raises(StackError, match=rf"^Invalid model schema specified.*'{key[:3]}"):
        _with_model(dev, key, "AWS::ApiGatewayV2::Model", draft4(ROUTES[key]))


def test_a_schema_without_numbers_may_be_cloudformations_own(dev: Template) -> None:
    schema = {"type": "object", "required": ["action"]}
    stack = _with_model(dev, "skip", "AWS::ApiGatewayV2::Model", schema)
    (skip,) = [route for route in stack.api.routes if route.key == "skip"]
    assert skip.models == {"skip": schema}


@pytest.mark.parametrize("text", ["", "no json", '{"type": 7}', '"object"'])
def test_a_schema_that_is_none_is_refused_as_by_aws(text: str, dev: Template) -> None:
    with pytest.raises(StackError, match=r"^Invalid model schema specified.*'skip'"):
        _with_model(dev, "skip", KIND, text)


def test_a_model_that_a_route_names_must_be_there(dev: Template) -> None:
    changed = deepcopy(dev)
    changed["Resources"]["skipmodel"]["Properties"]["Name"] = "jump"
    with pytest.raises(StackError, match=r"names the model 'skip'.*It has: .*jump"):
        read(changed, {}, QUEUES)


def test_a_custom_resource_that_nobody_knows_is_refused(dev: Template) -> None:
    changed = deepcopy(dev)
    changed["Resources"]["skipmodel"]["Type"] = "Custom::S3"
    with pytest.raises(StackError, match="resource of type Custom::S3"):
        read(changed, {}, QUEUES)


def test_only_free_properties_are_made_text() -> None:
    given = {"Schema": {"a": [1, 0.5, True, None, "x"]}, "Name": 7}
    text = {"a": ["1", "0.5", "true", None, "x"]}
    assert cast("AWS::ApiGatewayV2::Model", given) == {"Schema": text, "Name": 7}
    assert cast(KIND, given) == {"Schema": text, "Name": "7"}
    assert cast("AWS::Kinesis::Stream", given) == given


def _with_model(template: Template, key: str, kind: str, schema: Any) -> Stack:
    changed = deepcopy(template)
    (model,) = [
        one
        for one in of_type(changed, KIND).values()
        if one["Properties"]["Name"] == key.replace("_", "")
    ]
    model["Type"] = kind
    model["Properties"]["Schema"] = schema
    return read(changed, {}, QUEUES)


def _free(kind: str) -> set[str]:
    """The properties that may be an object, of which the registry's schema says nothing else."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    return {
        name
        for name, one in schema["properties"].items()
        if "object" in one.get("type", ()) and not SAYS_WHAT_IS_IN_IT & one.keys()
    }


def _numbers(value: Any) -> Iterator[Any]:
    match value:
        case dict():
            for part in value.values():
                yield from _numbers(part)
        case list():
            for part in value:
                yield from _numbers(part)
        case bool() | int() | float():
            yield value
