"""Tokens that the authorizer refuses are counted in its log, and a crowd of them is an alarm."""

import json
import re
import subprocess
import sys
from fnmatch import fnmatchcase

import jwt

from infra.bundle import ROOT
from tests.infra.conftest import Template, properties
from tests.infra.watching import ALARM, all_metrics, filters, is_breached, page_of


def test_a_crowd_of_refused_tokens_is_an_alarm_and_a_few_are_not(template: Template) -> None:
    (alarm,) = [a for a in properties(template, ALARM) if page_of(a) == "refused-tokens"]
    assert is_breached(alarm, refused=30, asked=40)
    assert not is_breached(alarm, refused=30, asked=90)
    assert not is_breached(alarm, refused=3, asked=3)
    assert not is_breached(alarm, refused=None, asked=3)


def test_the_log_filters_count_what_the_authorizer_prints(template: Template) -> None:
    assert {name for name, pattern in filters(template) if matches(pattern, refusal("x.y"))} == {
        "TokensRefused"
    }
    signed = jwt.encode({"sub": "ann"}, "k" * 32, algorithm="HS256", headers={"kid": "one"})
    assert {name for name, pattern in filters(template) if matches(pattern, refusal(signed))} == {
        "TokensRefused",
        "KeysAway",
    }
    watched = {metric["MetricName"] for metric in all_metrics(template)}
    assert {name for name, _ in filters(template)} <= watched


def matches(pattern: str, line: str) -> bool:
    """What a filter `{ $.message = "…" }` finds in a line of JSON."""
    wanted = re.fullmatch(r'\{ \$\.message = "(.+)" \}', pattern)
    assert wanted
    return fnmatchcase(json.loads(line)["message"], wanted[1])


def refusal(token: str) -> str:
    """What `authorize` prints of `token`, when the issuer's keys cannot be fetched."""
    code = (
        "from lambdas.authorize import handler\n"
        f"handler({{'queryStringParameters': {{'token': {token!r}}}, 'methodArn': 'arn'}}, None)"
    )
    environment = {
        "OIDC_ISSUER": "https://issuer.test",
        "OIDC_AUDIENCE": "tempofit",
        "OIDC_JWKS_URL": "http://127.0.0.1:1/jwks.json",
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment,
    )
    return done.stdout
