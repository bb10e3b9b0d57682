"""Model and decoder take and refuse the same, whatever JSON can say, and a text besides."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from events import stream
from events.asyncapi import EXAMPLES
from events.messages import ClientMessage
from events.schemas import ROUTES, draft4
from infra.mapping_templates import put_message
from lambdas.adapters.answering import message_of
from local.gateway.mapping_template import MappingTemplate
from local.gateway.models import Models
from local.gateway.selection import parse, select_route
from local.template.stack import LambdaIntegration, Route
from tests.fuzz.profile import fuzzed

NAMES = {"workout": "workout_query", "floor": "floor_query", "history": "history_query"}
"""Examples that are not named as their action."""
VALID = {key: json.loads((EXAMPLES / f"{NAMES.get(key, key)}.json").read_bytes()) for key in ROUTES}
DRAFT4 = {key: Draft4Validator(draft4(struct)) for key, struct in ROUTES.items()}
PUT_RECORD = MappingTemplate(put_message("heart-rate"))
CONTEXT = {
    "authorizer": {"principalId": "ann"},
    "connectionId": "L0SM9cOFvHcCIhw=",
    "connectedAt": 1_760_000_000_000,
}
MODELS = {
    key: Models(Route(key, LambdaIntegration(key), {key: draft4(struct)}, "$request.body.action"))
    for key, struct in ROUTES.items()
}

KEYS = sorted(
    {"action", "id", "samples", "settings", "at_ms", "slot", "songs", "remove", "opinion", "floor"}
)
ODD = [
    *("1e400", "-1e400", "9" * 5_000, "-0", "-0.0", "0.1e1", "1E5", "1e-400", "2e2", "120.0"),
    *("1760000040000.0", "1.76000004e12", "true", "null", '""', '"\\ud800"', '"\\u0000"', "[]"),
    *("{}", "NaN", "Infinity", "01", "1.", "+1", '"\\ud83d\\ude00"', "230.00000000000003"),
    "[" * 2_000 + "]" * 2_000,
    '{"a":' * 2_000 + "1" + "}" * 2_000,
]


def written(value: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    """A value as JSON, here and there with what is odd, twice, left out or out of order."""
    if draw(st.integers(0, 30)) == 0:
        return str(draw(st.sampled_from(ODD)))
    if isinstance(value, dict):
        pairs = [[json.dumps(key), written(member, draw)] for key, member in value.items()]
        if draw(st.integers(0, 6)) == 0:
            name = draw(st.sampled_from([*KEYS, *value]))
            at = draw(st.integers(0, len(pairs)))
            pairs.insert(at, [json.dumps(name), draw(st.sampled_from(ODD))])
        if pairs and draw(st.integers(0, 12)) == 0:
            pairs.append(list(draw(st.sampled_from(pairs))))
        if pairs and draw(st.integers(0, 20)) == 0:
            pairs.pop()
        return "{" + ",".join(":".join(pair) for pair in pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(written(member, draw) for member in value) + "]"
    return json.dumps(value)


@st.composite
def bodies(draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    """What a client might send: an example, more or less."""
    body = written(VALID[draw(st.sampled_from(sorted(VALID)))], draw)
    if draw(st.integers(0, 10)) == 0:
        at = draw(st.integers(0, len(body)))
        body = body[:at] + draw(st.text(max_size=3)) + body[at + draw(st.integers(0, 3)) :]
    return body


def decoded(key: str, body: str) -> bool:
    """Whether what stands behind a route can read a body."""
    if key != "heartrate":
        return isinstance(message_of(body), ROUTES[key])
    record = json.loads(PUT_RECORD.render(body, CONTEXT))
    try:
        return isinstance(
            stream.decode_heart_rate(base64.b64decode(record["Data"])), stream.HeartRateBatch
        )
    except ValueError:
        return False


@fuzzed
@given(bodies())
@example('{"action":"heartrate","samples":[],"samples":[[1760000040000,100]]}')
@example('{"action":"heartrate","samples":[[1760000040000,100]],"samples":[]}')
@example('{"action":"x","action":"workout"}')
@example('{"action":"workout","action":"x"}')
@example('{"action":"workout","id":"\\ud800"}')
@example('{"action":"skip","slot":1e0,"at_ms":1760000040000}')
@example('{"action":"skip","slot":1,"at_ms":1.76000004e12}')
@example('{"action":"heartrate","samples":[[1760000040000,1e400]]}')
def test_what_a_model_takes_is_what_its_function_reads(body: str) -> None:
    value = parse(body)
    key = select_route("$request.body.action", value, {name: name for name in ROUTES})
    if key is None:
        assert not isinstance(message_of(body), ClientMessage)
        return
    accepted = MODELS[key].accept(value)
    assert accepted == DRAFT4[key].is_valid(value), "two readers of draft 4"
    assert accepted == decoded(key, body)


@pytest.mark.parametrize("key", ROUTES)
def test_an_example_is_taken_by_both(key: str) -> None:
    assert MODELS[key].accept(VALID[key])
    assert decoded(key, json.dumps(VALID[key]))
