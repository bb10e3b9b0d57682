"""Where the contract tests run: the local cloud, LocalStack, or a stage on AWS.

TEMPOFIT_TARGET chooses. Whatever is not local was deployed before, and is found by the outputs of
its stack; docs/localstack.md tells how.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import boto3
import jwt
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.addresses import Addresses
from local.issuer import Issuer

TARGETS = ("local", "localstack", "aws")
LOCALSTACK = "http://localhost:4566"
BUCKET = "tempofit-issuer"
ISSUER = f"https://s3.localhost.localstack.cloud:4566/{BUCKET}"
"""Where `make localstack` has the authorizer look for the keys of the tests' own issuer."""
AUDIENCE = "tempofit"
MANAGEMENT = "apigatewaymanagementapi"

LOCAL_ONLY = {
    "test_a_restarted_function_loses_no_sample": "kills a process of the local cloud",
    "test_boto3_alone_sees_the_song_end_and_reaches_the_phone": "looks into Redis",
    "test_a_closed_connection_is_forgotten": "looks into Redis",
    "test_whoever_only_sends_hears_their_songs_after_redis_lost_them": "takes from Redis",
    "test_every_port_of_the_cloud_is_on_loopback": "looks at processes of the local cloud",
}
"""Contract tests that need more than what a client of a deployed stage can reach, and why."""


class TargetError(Exception):
    """The target cannot be used; the text is a sentence for the person who chose it."""


class Issuing(Protocol):
    """Gives tokens."""

    def token(self, user: str) -> str:
        """The access token of a person."""

    def new_user(self) -> str:
        """Somebody whom no other test uses."""


class Deployed:
    """A deployed stage, with the part of `local.launcher.Cloud` that every target has."""

    def __init__(self, addresses: Addresses, endpoint: str | None, issuing: Issuing) -> None:
        self.addresses = addresses
        self._endpoint = endpoint
        self._issuing = issuing

    def new_user(self) -> str:
        """Somebody whom no other test uses. Raises TargetError when there is nobody left."""
        return self._issuing.new_user()

    def client(self, service: Any) -> Any:
        """The boto3 client of a service, with the credentials of the person who tests."""
        own = self.addresses.management_url if service == MANAGEMENT else None
        return boto3.client(service, endpoint_url=own or self._endpoint)


class OwnIssuer:
    """Signs tokens for anybody, with a key that LocalStack serves for the authorizer."""

    def __init__(self) -> None:
        self._issuer = Issuer(ISSUER, AUDIENCE)
        once = Config(connect_timeout=5, retries={"total_max_attempts": 1})
        s3 = boto3.client("s3", endpoint_url=LOCALSTACK, config=once)
        s3.create_bucket(Bucket=BUCKET)
        keys = json.dumps(self._issuer.keys()).encode()
        s3.put_object(Bucket=BUCKET, Key="jwks.json", Body=keys, ContentType="application/json")

    def token(self, user: str) -> str:
        """A token for an hour."""
        return self._issuer.token(user, int(time.time()))

    def new_user(self) -> str:
        """Somebody who was never there before."""
        return unique_user()


class GivenTokens:
    """Access tokens that were fetched elsewhere, each for one person and one test."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = {_subject(token): token for token in tokens}
        self._unused = list(self._tokens)

    def token(self, user: str) -> str:
        """The token that was given for a person."""
        return self._tokens[user]

    def new_user(self) -> str:
        """The next person. Raises TargetError when all had their turn."""
        if not self._unused:
            raise TargetError(
                f"The {len(self._tokens)} tokens of TEMPOFIT_TOKENS are used up: "
                "give one for each test."
            )
        return self._unused.pop(0)


def unique_user() -> str:
    """Somebody who was never there before."""
    return f"phone-{uuid4().hex[:12]}"


def chosen(environment: Mapping[str, str]) -> str:
    """The target of this run. Raises TargetError for one that nobody knows."""
    target = environment.get("TEMPOFIT_TARGET") or "local"
    if target not in TARGETS:
        raise TargetError(f"TEMPOFIT_TARGET is {target!r}. Choose one of: {', '.join(TARGETS)}.")
    return target


@contextmanager
def deployed(target: str, stage: str) -> Iterator[Deployed]:
    """A deployed stage and tokens for it. Raises TargetError when it cannot be reached."""
    endpoint = LOCALSTACK if target == "localstack" else None
    issuing: Issuing = GivenTokens(_given()) if endpoint is None else _own_issuer()
    outputs = _outputs(target, stage, endpoint)
    with _token_server(issuing) as token_url:
        yield Deployed(_addresses(outputs, endpoint, token_url), endpoint, issuing)


def _own_issuer() -> OwnIssuer:
    try:
        return OwnIssuer()
    except (BotoCoreError, ClientError):
        raise TargetError(
            f"No LocalStack answers at {LOCALSTACK}: start one, run `make localstack`, "
            "then test again (docs/localstack.md)."
        ) from None


def _outputs(target: str, stage: str, endpoint: str | None) -> dict[str, str]:
    name = f"TempoFit-{stage}"
    try:
        cloudformation = boto3.client("cloudformation", endpoint_url=endpoint)
        [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except (BotoCoreError, ClientError) as error:
        remedy = "run `make localstack`" if endpoint else "log in to AWS and deploy the stage"
        raise TargetError(
            f"The stack {name!r} cannot be found on {target}: {error} "
            f"First {remedy}, then test again (docs/localstack.md)."
        ) from None
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}


def _addresses(outputs: Mapping[str, str], endpoint: str | None, token_url: str) -> Addresses:
    """The gateway itself says where it listens; LocalStack does so at an address of its own."""
    api_id, stage = _api(outputs["WebSocketUrl"])
    gateway = boto3.client("apigatewayv2", endpoint_url=endpoint)
    address = f"{gateway.get_api(ApiId=api_id)['ApiEndpoint']}/{stage}"
    return Addresses(
        websocket_url=address,
        heart_rate_url=outputs["HeartRateUrl"],
        management_url=address.replace("ws", "http", 1),
        token_url=token_url,
        heart_rate_stream=outputs["HeartRateStream"],
        averages_stream=outputs["AverageHeartRateStream"],
        requests_stream=outputs["SongRequestsStream"],
        songs_table=outputs["SongsTable"],
        song_ends_table=outputs["SongEndsTable"],
        dead_letters_queue_url=outputs["DeadLettersQueueUrl"],
    )


def _api(websocket_url: str) -> tuple[str, str]:
    address = urlsplit(websocket_url)
    return str(address.hostname).split(".")[0], address.path.strip("/")


def _given() -> list[str]:
    path = os.environ.get("TEMPOFIT_TOKENS")
    if not path:
        raise TargetError(
            "TEMPOFIT_TOKENS is not set. Give the path of a file with access tokens of the stage, "
            "one a line, each of another person (docs/localstack.md)."
        )
    try:
        return Path(path).read_text().split()
    except OSError as error:
        raise TargetError(
            f"TEMPOFIT_TOKENS names {path!r}, which cannot be read: {error.strerror}."
        ) from None


def _subject(token: str) -> str:
    """Whose token it is; the stage decides whether to believe it."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise TargetError(
            "TEMPOFIT_TOKENS holds a line that is no token: give access tokens, one a line."
        ) from None
    subject: str = claims["sub"]
    return subject


@contextmanager
def _token_server(issuing: Issuing) -> Iterator[str]:
    """Hands out tokens on loopback in the way of the local issuer: `?user=` and JSON."""

    class Tokens(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            [user] = parse_qs(urlsplit(self.path).query)["user"]
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps({"access_token": issuing.token(user)}).encode())

        def log_message(self, *arguments: Any) -> None:
            """Tokens and people belong in no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Tokens)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/token"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
