"""$connect and the HTTP door: lets in whoever holds an access token of the configured issuer.

Needs no boto3, no redis and no pydantic: it starts cold in front of every first message.
"""

import re
from typing import Any

import jwt
from jwt import PyJWKClient
from msgspec import Struct

from lambdas.adapters.environment import read

USER = re.compile(r"[A-Za-z0-9_.:@|-]{1,128}")
"""Subjects that may become partition keys and parts of Redis keys."""
COACH = "coach"
"""The group of those who may look at others, and the role that says so."""
ALGORITHMS = ["RS256", "ES256"]
LEEWAY_SECONDS = 10


class Environment(Struct, frozen=True):
    """Settings of this function."""

    oidc_issuer: str
    oidc_audience: str
    """What a token's `aud` must name or, where it has none, its `client_id` must be."""
    oidc_jwks_url: str


environment = read(Environment)
keys = PyJWKClient(
    environment.oidc_jwks_url,
    lifespan=3600,  # for as long a withdrawn key is believed
    cooldown_duration=60,  # in which unknown key ids fetch nothing
    timeout=3,
)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """An IAM policy that allows or denies what is asked for; the principal is the subject.

    Its context, which holds no lists, says `role` "coach" to the functions, or "athlete".
    """
    try:
        claims = claims_of(_token(event))
    except Exception as error:  # noqa: BLE001 - whatever a token does to its readers opens no door
        print(f'{{"level":"WARNING","message":"Refused a token: {type(error).__name__}"}}')
        return _policy("nobody", "Deny", event["methodArn"])
    role = COACH if COACH in _groups(claims) else "athlete"
    return _policy(claims["sub"], "Allow", event["methodArn"], role=role)


def _token(event: dict[str, Any]) -> str:
    """Of a WebSocket, the query's `token`; at the HTTP door, what stands behind `Bearer`."""
    if event.get("type") == "TOKEN":
        return str(event["authorizationToken"]).partition(" ")[2]
    return str((event.get("queryStringParameters") or {}).get("token", ""))


def claims_of(token: str) -> dict[str, Any]:
    """What a token says. Raises when it must not be believed: jwt.PyJWTError, as a rule."""
    claims: dict[str, Any] = jwt.decode(
        token,
        keys.get_signing_key_from_jwt(token),
        algorithms=ALGORITHMS,
        issuer=environment.oidc_issuer,
        leeway=LEEWAY_SECONDS,
        options={"require": ["exp", "sub", "iss"], "verify_aud": False},
    )
    _check_purpose(claims)
    if not USER.fullmatch(claims["sub"]):
        raise jwt.InvalidTokenError("The subject has characters that no user id may have")
    return claims


def _check_purpose(claims: dict[str, Any]) -> None:
    """Raises jwt.PyJWTError unless the token was made for this API.

    Cognito's access tokens carry `token_use` "access" and name their client in `client_id`, without
    an `aud`. Its ID tokens, with `token_use` "id", tell the page who is there and open nothing.
    """
    if claims.get("token_use", "access") != "access":
        raise jwt.InvalidTokenError("This is not an access token")
    audience = claims["aud"] if "aud" in claims else claims.get("client_id")
    if environment.oidc_audience not in (audience if isinstance(audience, list) else [audience]):
        raise jwt.InvalidAudienceError("The token was made for something else")


def _groups(claims: dict[str, Any]) -> list[str]:
    """Cognito's claim, else `groups`; what is no list of strings names no group."""
    groups = claims.get("cognito:groups", claims.get("groups"))
    if not isinstance(groups, list) or not all(isinstance(one, str) for one in groups):
        return []
    return groups


def _policy(principal: str, effect: str, resource: str, **more: str) -> dict[str, Any]:
    return {
        "principalId": principal,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}],
        },
        "context": {"user": principal, **more},
    }
