"""An OIDC issuer for this machine: one RSA key for as long as it runs, tokens for its users."""

import base64
import re
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

KEY_BITS = 2048
PUBLIC_EXPONENT = 65537
TOKEN_SECONDS = 3600
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class UserError(ValueError):
    """The name cannot be a user's or a group's; the sentence says what one is made of."""


class Issuer:
    """Stands where a user pool will; its key is in memory only."""

    def __init__(self, url: str, audience: str) -> None:
        self.url = url
        self._audience = audience
        self._key = generate_private_key(PUBLIC_EXPONENT, KEY_BITS)
        self._key_id = base64.urlsafe_b64encode(str(time.time_ns()).encode()).decode()

    def token(self, user: str, at_seconds: int, group: str | None = None) -> str:
        """A signed token (RS256) that says for an hour that its bearer is `user`, of a group.

        Raises UserError unless both names have 1 to 64 letters, digits, `_` and `-`.
        """
        _check(user, "user", "/token?user=athlete-001")
        if group is not None:
            _check(group, "group", "/token?user=coach&group=coach")
        claims = {
            "iss": self.url,
            "aud": self._audience,
            "sub": user,
            "iat": at_seconds,
            "exp": at_seconds + TOKEN_SECONDS,
            **({} if group is None else {"cognito:groups": [group]}),
        }
        return jwt.encode(claims, self._key, "RS256", {"kid": self._key_id})

    def keys(self) -> dict[str, Any]:
        """The JWKS with the public key."""
        numbers = self._key.public_key().public_numbers()
        key = {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self._key_id,
            "n": _base64(numbers.n),
            "e": _base64(numbers.e),
        }
        return {"keys": [key]}

    def configuration(self) -> dict[str, Any]:
        """The OpenID Provider Metadata that clients of this issuer need."""
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/.well-known/jwks.json",
            "token_endpoint": f"{self.url}/token",
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }


def _check(name: str, what: str, example: str) -> None:
    if not NAME.fullmatch(name):
        raise UserError(
            f"{name[:80]!r} cannot be a {what}: take 1 to 64 of the characters "
            f"A-Z, a-z, 0-9, _ and -, for example {example}."
        )


def _base64(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
