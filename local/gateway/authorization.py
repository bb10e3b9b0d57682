"""What a REQUEST authorizer is asked, and what its answer allows."""

import re
from typing import Literal

import msgspec
from msgspec import Struct

ACTION = "execute-api:Invoke"


class RefusedError(Exception):
    """A connection is refused with an HTTP status, an error type and a message of AWS."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.message = message


class Statement(Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    """A statement of a policy; conditions and `Not...` elements are not understood here."""

    effect: Literal["Allow", "Deny"]
    action: str | list[str]
    resource: str | list[str]
    sid: str = ""


class Policy(Struct, frozen=True, rename="pascal"):
    """An IAM policy."""

    statement: Statement | list[Statement]


class Answer(Struct, frozen=True, rename="camel"):
    """What an authorizer returns; `context` holds no lists and no objects."""

    principal_id: str
    policy_document: Policy
    context: dict[str, str | int | float | bool | None] = {}


_decode = msgspec.json.Decoder(Answer).decode


def unauthorized() -> RefusedError:
    """401: an identity source is missing, or the authorizer raised "Unauthorized"."""
    return RefusedError(401, "UnauthorizedException", "Unauthorized")


def authorizer_failure() -> RefusedError:
    """500: the authorizer failed, or answered something that is no authorizer's answer."""
    return RefusedError(500, "AuthorizerConfigurationException", "Internal server error")


def authorize(answer: bytes, method_arn: str) -> dict[str, str]:
    """The `requestContext.authorizer` of a connection: the principal and the context as text.

    Raises RefusedError: 403 if the policy does not allow `method_arn`, 500 for a malformed answer.
    """
    try:
        decoded = _decode(answer)
    except msgspec.DecodeError:
        raise authorizer_failure() from None
    if not _allows(decoded.policy_document, method_arn):
        raise RefusedError(
            403, "AccessDeniedException", "User is not authorized to access this resource"
        )
    context = {key: _text(value) for key, value in decoded.context.items() if value is not None}
    return {**context, "principalId": decoded.principal_id}


def _allows(policy: Policy, resource: str) -> bool:
    statements = policy.statement if isinstance(policy.statement, list) else [policy.statement]
    effects = {
        statement.effect
        for statement in statements
        if _matches(statement.action, ACTION, re.IGNORECASE)
        and _matches(statement.resource, resource)
    }
    return effects == {"Allow"}


def _matches(patterns: str | list[str], text: str, flags: re.RegexFlag = re.NOFLAG) -> bool:
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text, flags)
        for pattern in ([patterns] if isinstance(patterns, str) else patterns)
    )


def _text(value: str | int | float | bool) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
