import json
from typing import Any

import pytest

from local.gateway.authorization import RefusedError, authorize

ARN = "arn:aws:execute-api:us-east-1:000000000000:a1b2c3/dev/$connect"


def statement(effect: str = "Allow", **changes: Any) -> dict[str, Any]:
    return {"Action": "execute-api:Invoke", "Effect": effect, "Resource": ARN, **changes}


def answer(statements: Any, **changes: Any) -> bytes:
    policy = {"Version": "2012-10-17", "Statement": statements}
    return json.dumps({"principalId": "me", "policyDocument": policy, **changes}).encode()


@pytest.mark.parametrize(
    "statements",
    [
        statement(),
        [statement()],
        [statement(Action=["a:B", "EXECUTE-API:*"], Resource=["x", "arn:aws:execute-api:*"])],
        [statement(Resource=ARN.replace("a1b2c3", "a?b?c?"))],
        [statement(), statement("Deny", Resource="arn:aws:execute-api:elsewhere")],
    ],
)
def test_a_policy_that_allows_the_route_admits_the_principal(statements: Any) -> None:
    assert authorize(answer(statements), ARN) == {"principalId": "me"}


@pytest.mark.parametrize(
    "statements",
    [
        [],
        [statement("Deny")],
        [statement(), statement("Deny", Action="*", Resource="*")],
        [statement(Resource=ARN.replace("$connect", "connect"))],
        [statement(Resource=ARN.upper())],
        [statement(Resource=ARN + "/more")],
        [statement(Resource="[a-z]*")],
        [statement(Action="execute-api:ManageConnections")],
    ],
)
def test_a_policy_that_does_not_allow_the_route_is_a_403(statements: Any) -> None:
    with pytest.raises(RefusedError) as refused:
        authorize(answer(statements), ARN)
    assert refused.value.status == 403


@pytest.mark.parametrize(
    "malformed",
    [
        b"null",
        b"{}",
        answer([statement("Perhaps")]),
        answer([statement(Condition={"Bool": {"x": "true"}})]),
        answer([{"Effect": "Allow", "NotAction": "x", "Resource": ARN}]),
        answer([statement()], principalId=None),
        answer([statement()], context={"list": []}),
    ],
)
def test_an_answer_that_cannot_be_understood_is_a_500(malformed: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        authorize(malformed, ARN)
    assert refused.value.status == 500


def test_the_context_becomes_text_and_cannot_replace_the_principal() -> None:
    context = {"n": 1.5, "yes": True, "none": None, "word": "é", "principalId": "victim"}
    assert authorize(answer([statement()], context=context), ARN) == {
        "n": "1.5",
        "yes": "true",
        "word": "é",
        "principalId": "me",
    }
