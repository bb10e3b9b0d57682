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
        ("$input.path('$.a.b[0]')", "1"),
        ("$input.path(\"$.a.b[1]['c d']\")", "true"),
        ("$input.path('$.a.z[3].y')", ""),
        ("$input.path('$.a').b.size()", "2"),
        ("#foreach($x in $input.path('$.a.b[0:]'))$x#end", None),
        ("$util.parseJson($input.body).a.b[0]", "1"),
        ("$util.urlEncode('a b&c')", "a+b%26c"),
        ("$util.urlDecode('a+b%26c')", "a b&c"),
        ("$util.base64Decode($util.base64Encode('ż'))", "ż"),
    ],
)
def test_a_template_sees_the_message_and_its_context(template: str, rendered: str | None) -> None:
    body = '{"a": {"b": [1, {"c d": true}]}}'
    if rendered is None:
        with pytest.raises(TemplateError):
            render(template, body)
    else:
        assert render(template, body) == rendered


@given(st.text())
def test_an_escaped_text_is_one_java_script_string(text: str) -> None:
    escaped = render('"$util.escapeJavaScript($input.body)"', text)
    assert escaped.isascii()
    assert json.loads(escaped.replace("\\'", "'")) == text


def test_a_look_into_a_body_that_is_no_json_fails_by_name() -> None:
    with pytest.raises(TemplateError):
        render("$input.json('$.a')", "no JSON")


def test_a_template_that_is_no_velocity_is_refused_at_once() -> None:
    with pytest.raises(TemplateError, match="cannot be read"):
        MappingTemplate("#if($x) no end")
