import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.gateway.mapping_template import MappingTemplate, TemplateError

PUT_RECORD = MappingTemplate(
    '{"StreamName":"heart-rate","PartitionKey":"$context.authorizer.principalId",'
    '"Data":"$util.base64Encode($input.body)"}'
)
CONTEXT = {"routeKey": "beat", "authorizer": {"principalId": "athlete-001"}}


def render(template: str, body: str = "{}") -> str:
    return MappingTemplate(template).render(body, CONTEXT)


@given(st.text())
@pytest.mark.parametrize("prefix", ["", '","PartitionKey":"victim","', "#set($context = 1)$input"])
def test_no_body_changes_its_partition_key(prefix: str, text: str) -> None:
    body = prefix + text
    record = json.loads(PUT_RECORD.render(body, CONTEXT))
    assert record == {
        "StreamName": "heart-rate",
        "PartitionKey": "athlete-001",
        "Data": base64.b64encode(body.encode()).decode(),
    }


@pytest.mark.parametrize(
    ("template", "rendered"),
    [
        ("$context.routeKey of $context.authorizer.principalId", "beat of athlete-001"),
        ("$context.nothing.$context.authorizer.nothing.", ".."),
        ("$input.body", '{"a": {"b": [1, {"c d": true}]}}'),
        ("$input.json('$')", '{"a":{"b":[1,{"c d":true}]}}'),
        ("$input.json('$.a.b[1]')", '{"c d":true}'),
        ("$input.json('$.nothing')", "null"),
    ],
)
def test_a_template_sees_the_message_and_its_context(template: str, rendered: str) -> None:
    assert render(template, '{"a": {"b": [1, {"c d": true}]}}') == rendered


def test_a_call_that_fails_is_an_error_of_the_template() -> None:
    with pytest.raises(TemplateError, match="The template failed"):
        render("$util.base64Encode($input.body)", "\ud800")


def test_of_a_key_that_comes_twice_a_template_sees_the_last_as_the_model_did() -> None:
    assert render("$input.json('$')", '{"a":[],"b":1,"a":[2]}') == '{"a":[2],"b":1}'


@pytest.mark.parametrize(
    "template", ["$input.path('$')", "$!{util.parseJson($input.body).a}", "#set($a = $util.a)"]
)
def test_a_template_that_uses_what_is_not_known_here_is_refused_at_once(template: str) -> None:
    with pytest.raises(TemplateError, match="which this gateway does not know"):
        MappingTemplate(template)


def test_a_template_that_is_no_velocity_is_refused_at_once() -> None:
    with pytest.raises(TemplateError, match="cannot be read"):
        MappingTemplate("#if($x) no end")
