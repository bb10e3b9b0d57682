import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt import PyJWKClient
from jwt.algorithms import RSAAlgorithm

from lambdas import authorize
from tests.adapters.conftest import Context

ARN = "arn:aws:execute-api:us-east-1:000000000000:api/dev/$connect"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
DENIED = ("Deny", "nobody")
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Keys(BaseHTTPRequestHandler):
    """The issuer's key set."""

    kid = "one"
    fetched = 0

    def do_GET(self) -> None:
        Keys.fetched += 1
        key = json.loads(RSAAlgorithm.to_jwk(KEY.public_key()))
        body = json.dumps({"keys": [{**key, "kid": self.kid, "use": "sig", "alg": "RS256"}]})
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture(autouse=True)
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = HTTPServer(("127.0.0.1", 0), Keys)
    thread = Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setattr(
        authorize, "keys", PyJWKClient(f"http://127.0.0.1:{server.server_port}/jwks.json")
    )
    yield
    server.shutdown()
    thread.join()
    server.server_close()


def token(key: Any = KEY, algorithm: str = "RS256", kid: str = "one", **claims: Any) -> str:
    standard = {
        "iss": "https://issuer.test",
        "aud": "tempofit",
        "sub": "ann",
        "exp": int(time.time()) + 60,
    }
    merged = {name: value for name, value in {**standard, **claims}.items() if value is not None}
    return jwt.encode(merged, key, algorithm=algorithm, headers={"kid": kid})


def effect(token: str | None) -> tuple[str, str]:
    parameters = None if token is None else {"token": token}
    policy = authorize.handler({"queryStringParameters": parameters, "methodArn": ARN}, Context)
    [statement] = policy["policyDocument"]["Statement"]
    assert statement["Resource"] == ARN
    return statement["Effect"], policy["principalId"]


def test_a_token_of_the_issuer_lets_its_subject_in() -> None:
    assert effect(token()) == ("Allow", "ann")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_at_the_http_door_the_token_stands_behind_its_scheme(scheme: str) -> None:
    assert at_the_door(f"{scheme} {token()}") == ("Allow", "ann")
    assert at_the_door(f"{scheme} {token(OTHER_KEY)}") == DENIED
    assert at_the_door(token()) == DENIED


def at_the_door(authorization: str) -> tuple[str, str]:
    event = {"type": "TOKEN", "authorizationToken": authorization, "methodArn": ARN}
    policy = authorize.handler(event, Context)
    [statement] = policy["policyDocument"]["Statement"]
    return statement["Effect"], policy["principalId"]


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.test"},
        {"iss": None},
        {"aud": "another-app"},
        {"aud": None},
        {"aud": []},
        {"aud": ["another-app"]},
        {"aud": {"tempofit": True}},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 'ann","PartitionKey":"bob'},
        {"sub": "ann\n"},
        {"sub": "a" * 129},
        {"nbf": 99_999_999_999},
    ],
)
def test_a_token_with_a_wrong_claim_is_denied(claims: dict[str, Any]) -> None:
    assert effect(token(**claims)) == ("Deny", "nobody")


def test_one_audience_of_several_is_enough() -> None:
    assert effect(token(aud=["another-app", "tempofit"])) == ("Allow", "ann")


def test_an_access_token_of_cognito_names_its_client_in_place_of_an_audience() -> None:
    cognito: dict[str, Any] = {"aud": None, "client_id": "tempofit", "token_use": "access"}
    assert effect(token(**cognito)) == ("Allow", "ann")
    assert effect(token(**cognito | {"client_id": "another-app"})) == ("Deny", "nobody")


def test_a_client_does_not_stand_in_for_an_audience_that_is_there() -> None:
    assert effect(token(aud="another-app", client_id="tempofit")) == ("Deny", "nobody")


@pytest.mark.parametrize("use", ["id", "refresh", "", 1, ["access"]])
def test_only_an_access_token_opens_the_door(use: Any) -> None:
    assert effect(token(token_use=use)) == ("Deny", "nobody")


def role(**claims: Any) -> str:
    """What the functions are told of the bearer of a token."""
    event = {"queryStringParameters": {"token": token(**claims)}, "methodArn": ARN}
    said: str = authorize.handler(event, Context)["context"]["role"]
    return said


@pytest.mark.parametrize("claim", ["cognito:groups", "groups"])
def test_a_coach_is_whom_the_token_puts_into_that_group(claim: str) -> None:
    assert role(**{claim: ["athlete", "coach"]}) == "coach"
    assert role(**{claim: ["athlete"]}) == "athlete"
    assert role() == "athlete"


@pytest.mark.parametrize(
    "groups", ["coach", {"coach": True}, [["coach"]], ["coach", 1], ["coaches"], ["a coach"], []]
)
def test_what_is_no_list_of_that_group_makes_nobody_a_coach(groups: Any) -> None:
    assert role(groups=groups) == "athlete"
    assert role(**{"cognito:groups": groups, "groups": ["coach"]}) == "athlete"


def test_what_the_authorizer_says_is_text_only_as_the_gateway_carries_it() -> None:
    event = {"queryStringParameters": {"token": token(groups=["coach"])}, "methodArn": ARN}
    context = authorize.handler(event, Context)["context"]
    assert context == {"user": "ann", "role": "coach"}


def test_a_token_without_a_signature_is_denied() -> None:
    assert effect(token(key=None, algorithm="none")) == ("Deny", "nobody")


def test_a_token_signed_with_another_key_is_denied() -> None:
    assert effect(token(key=OTHER_KEY)) == ("Deny", "nobody")


def test_a_token_signed_with_the_public_key_as_a_secret_is_denied() -> None:
    secret = b"x" * 64
    assert effect(token(key=secret, algorithm="HS512")) == ("Deny", "nobody")


@pytest.mark.parametrize("nonsense", [None, "", "no token", "a.b.c", "e30.e30."])
def test_nonsense_is_denied(nonsense: str | None) -> None:
    assert effect(nonsense) == ("Deny", "nobody")


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "ES256", "kid": "one"},
        {"alg": "RS256", "kid": ["one"]},
        {"alg": "RS256", "kid": {"one": 1}},
        {"alg": ["RS256"], "kid": "one"},
        {"alg": None, "kid": "one"},
        {"alg": "RS256", "kid": "one", "b64": False, "crit": ["b64"]},
        {"alg": "RS256", "kid": "one", "crit": 7},
    ],
)
def test_an_odd_header_is_denied_and_never_an_exception(header: dict[str, Any]) -> None:
    _, claims, signature = token().split(".")
    odd = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    assert effect(f"{odd}.{claims}.{signature}") == DENIED


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", [1e400, "9" * 5_000, [], {}, True, None])
def test_an_odd_time_is_denied_and_never_an_exception(claim: str, value: Any) -> None:
    odd = json.dumps({"iss": "https://issuer.test", "aud": "tempofit", "sub": "ann", claim: value})
    signed = jwt.api_jws.encode(odd.encode(), KEY, algorithm="RS256", headers={"kid": "one"})
    assert effect(signed) == DENIED


def test_a_key_that_was_withdrawn_is_believed_no_longer_than_the_set_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert effect(token()) == ("Allow", "ann")
    kept = authorize.keys.jwk_set_cache
    assert kept is not None
    monkeypatch.setattr(Keys, "kid", "two")
    assert effect(token()) == ("Allow", "ann")  # the set is kept
    kept.jwk_set_with_timestamp = None  # its time is over
    assert effect(token()) == DENIED


def test_unknown_keys_make_one_fetch_in_a_while() -> None:
    effect(token())
    before = Keys.fetched
    for number in range(20):
        assert effect(token(kid=f"unknown-{number}")) == DENIED
    assert Keys.fetched == before


def test_what_is_printed_of_a_refused_token_names_nobody(
    capsys: pytest.CaptureFixture[str],
) -> None:
    refused = token(aud="another-app")
    effect(refused)
    printed = capsys.readouterr().out
    assert "InvalidAudienceError" in printed
    assert "ann" not in printed
    assert refused not in printed


def test_the_authorizer_starts_without_boto3_redis_and_pydantic() -> None:
    code = (
        "import sys, lambdas.authorize\n"
        "print([name for name in ('boto3', 'botocore', 'redis', 'pydantic', "
        "'aws_lambda_powertools') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
