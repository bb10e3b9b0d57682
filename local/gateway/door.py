"""The HTTP door on this machine: a POST becomes a record of Kinesis, as at a REST API of AWS.

In the order there: throttle, authorizer, media type, model, integration. What it answers is the
template's.
"""

import logging
import re
import time
from collections.abc import Callable
from typing import Any

import fastjsonschema
import msgspec
from aiohttp import hdrs, web

from local.functions.workers import FunctionError, Workers
from local.gateway.authorization import RefusedError, authorize
from local.gateway.connection import new_id
from local.gateway.integrations import (
    JSON,
    BackendRefusalError,
    Integration,
    IntegrationError,
    Message,
)
from local.gateway.selection import parse
from local.project import ACCOUNT, REGION
from local.template.stack import Answer, Door

log = logging.getLogger(__name__)

BODY_BYTES = 10 * 1024 * 1024
"""API Gateway: "Quotas for configuring and running a REST API"."""
STATUS = {
    "ACCESS_DENIED": 403,
    "AUTHORIZER_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_FAILURE": 500,
    "BAD_REQUEST_BODY": 400,
    "INTEGRATION_FAILURE": 504,
    "REQUEST_TOO_LARGE": 413,
    "THROTTLED": 429,
    "UNAUTHORIZED": 401,
    "UNSUPPORTED_MEDIA_TYPE": 415,
}
"""API Gateway: "Gateway response types"."""
MOST_BELIEVED = 10_000
"""Tokens; beyond it all are asked about again."""

Policy = tuple[float, dict[str, str] | RefusedError]
"""Until when it holds, by the clock of this process, and what the authorizer said."""


class Throttle:
    """A bucket of tokens, as each stage of API Gateway has: `rate` a second, `burst` at once."""

    def __init__(
        self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._left = float(burst)
        self._at = clock()

    def let_in(self) -> bool:
        """Whether one more request may come in."""
        at = self._clock()
        self._left = min(self._burst, self._left + (at - self._at) * self._rate)
        self._at = at
        if self._left < 1:
            return False
        self._left -= 1
        return True


class DoorKeeper:
    """Answers at the door; `ask` is the authorizer, `put` the way into Kinesis."""

    def __init__(self, door: Door, ask: Workers, put: Integration) -> None:
        """Raises JsonSchemaDefinitionException for a model that is none."""
        self._door = door
        self._ask = ask
        self._put = put
        self._form = re.compile(door.authorizer.form)
        self._accept = fastjsonschema.compile(
            door.schema, use_default=False, detailed_exceptions=False
        )
        self._throttle = Throttle(door.rate, door.burst)
        self._policies: dict[str, Policy] = {}
        self.path = f"/{door.stage}/{door.path}"

    def routes(self) -> list[web.RouteDef]:
        """Both methods of the door."""
        return [web.post(self.path, self._post), web.options(self.path, self._preflight)]

    async def _preflight(self, _: web.Request) -> web.Response:
        return _response(self._door.preflight, 204)

    async def _post(self, request: web.Request) -> web.Response:
        if not self._throttle.let_in():
            return self._refuse("THROTTLED")
        token = request.headers.get(self._door.authorizer.header, "")
        if not self._form.fullmatch(token):
            return self._refuse("UNAUTHORIZED")
        try:
            authorizer = await self._authorize(token)
        except RefusedError as refused:
            kinds = {401: "UNAUTHORIZED", 403: "ACCESS_DENIED"}
            return self._refuse(kinds.get(refused.status, "AUTHORIZER_CONFIGURATION_ERROR"))
        try:
            body = await request.clone(client_max_size=BODY_BYTES).text()
        except web.HTTPRequestEntityTooLarge:
            return self._refuse("REQUEST_TOO_LARGE")
        except (UnicodeDecodeError, LookupError):  # of a charset that is none
            return self._refuse("BAD_REQUEST_BODY")
        except ConnectionError:  # who sent has gone, and reads no answer
            return self._refuse("BAD_REQUEST_BODY")
        value = parse(body)
        # Where there is no media type, it is taken for JSON; the model is of JSON alone.
        if hdrs.CONTENT_TYPE in request.headers and request.content_type != JSON:
            return self._refuse("UNSUPPORTED_MEDIA_TYPE")
        if not self._takes(value):
            return self._refuse("BAD_REQUEST_BODY")
        return await self._send(Message(body, value, self._context(authorizer)))

    async def _send(self, message: Message) -> web.Response:
        try:
            await self._put(message)
        except BackendRefusalError as error:
            log.error("The HTTP door: %s", error)
            return _response(self._door.refused, 500)
        except IntegrationError as error:
            log.error("The HTTP door: %s", error)
            return self._refuse("INTEGRATION_FAILURE")
        return _response(self._door.taken, 200)

    def _takes(self, value: Any) -> bool:
        try:
            self._accept(value)
        except fastjsonschema.JsonSchemaValueException:
            return False
        return True

    async def _authorize(self, token: str) -> dict[str, str]:
        """What the authorizer says of a token, or said of it lately. Raises RefusedError."""
        at = time.monotonic()
        ends, said = self._policies.get(token, (at, None))
        if said is None or ends <= at:
            said = await self._asked(token)
            if len(self._policies) >= MOST_BELIEVED:
                self._policies.clear()
            self._policies[token] = at + self._door.authorizer.believed_seconds, said
        if isinstance(said, RefusedError):
            raise said
        return said

    async def _asked(self, token: str) -> dict[str, str] | RefusedError:
        """An answer that may be kept: allowed or denied. Raises RefusedError for a failure."""
        arn = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{self._door.api_id}"
        arn += f"/{self._door.stage}/POST/{self._door.path}"
        event = {"type": "TOKEN", "authorizationToken": token, "methodArn": arn}
        try:
            answer = await self._ask.invoke(msgspec.json.encode(event))
        except FunctionError as error:
            if error.payload["errorMessage"] == "Unauthorized":
                raise RefusedError(401, "UnauthorizedException", "Unauthorized") from None
            log.error("The authorizer failed at the HTTP door: %s says more.", self._ask.log)
            raise RefusedError(500, "AuthorizerFailure", "Internal server error") from None
        try:
            return authorize(answer, arn)
        except RefusedError as refused:
            if refused.status != STATUS["ACCESS_DENIED"]:
                raise
            return refused

    def _context(self, authorizer: dict[str, str]) -> dict[str, Any]:
        return {
            "requestId": new_id(),
            "apiId": self._door.api_id,
            "stage": self._door.stage,
            "httpMethod": "POST",
            "resourcePath": f"/{self._door.path}",
            "authorizer": authorizer,
        }

    def _refuse(self, kind: str) -> web.Response:
        status = STATUS[kind]
        general = "DEFAULT_4XX" if status < 500 else "DEFAULT_5XX"
        found = self._door.refusals.get(kind) or self._door.refusals.get(general)
        answer = found or Answer(None, {}, "")
        own = msgspec.json.encode({"message": kind.replace("_", " ").capitalize()}).decode()
        return _response(answer, status, own)


def _response(answer: Answer, status: int, body: str = "") -> web.Response:
    """The template's answer; `status` and `body` where it leaves them to API Gateway."""
    text = answer.body or body
    return web.Response(
        status=answer.status or status,
        text=text or None,
        content_type=JSON if text else None,
        headers=answer.headers,
    )
