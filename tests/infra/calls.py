"""What a function calls when it runs: each AWS operation, on what, and from where in the code.

A function runs here with the environment that the template gives it and no other, against tables,
streams and a queue that moto keeps under the logical ids of the template.
"""

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.model import OperationModel

from lambdas.adapters import clients, floods, lake, songs
from lambdas.adapters import environment as environments
from local.tables import partiql
from tests.aws import account, create_lake
from tests.infra.call_sites import LAMBDAS
from tests.infra.conftest import Template, of_type
from tests.infra.grants import PSEUDO, flat, functions_of

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
MANAGEMENT = "apigatewaymanagementapi"
GATEWAY = "apigateway"
"""API Gateway itself: IAM knows its operations by the method and the path."""
METHODS = {"POST": "PostToConnection", "DELETE": "DeleteConnection"}
"""The operations of `@connections`, which IAM knows as one action on the method and the path."""


@dataclass(frozen=True, order=True)
class Call:
    """One operation as IAM judges it; `site` is the function of ours that made it."""

    action: str
    resource: str
    site: str


class Recorder:
    """Notes the calls that are made while a handler runs, and no others."""

    def __init__(self) -> None:
        self.calls: set[Call] = set()
        self.runs = False

    def session(self) -> boto3.Session:
        """A session whose clients tell every call before it is made."""
        session = boto3.Session()
        session.events.register("provide-client-params", self._note)
        session.events.register_first(f"before-send.{MANAGEMENT}", self._post)
        return session

    def watch(self, handler: Handler) -> Handler:
        """The handler, watched."""

        def watched(event: dict[str, Any], context: Any) -> dict[str, Any]:
            self.runs = True
            try:
                return handler(event, context)
            finally:
                self.runs = False

        return watched

    def _note(self, params: dict[str, Any], model: OperationModel, **_: Any) -> None:
        service = model.service_model.signing_name
        if model.service_model.service_name == MANAGEMENT:
            return
        if service == GATEWAY:
            self._add(*_on_gateway(params, model), model.name)
            return
        for statement in params.get("Statements", ()):
            parsed = partiql.parse(statement["Statement"])
            self._add(f"{service}:PartiQL{type(parsed).__name__}", parsed.table, model.name)
        for resource in _resources(params):
            self._add(f"{service}:{model.name}", resource, model.name)

    def _post(self, request: Any, **_: Any) -> Any:
        """Nobody listens at the API's address, so its answer is made here."""
        address = urlsplit(request.url)
        api, service, region = str(address.hostname).split(".")[:3]
        stage, connection = address.path.lstrip("/").split("/", 1)
        account = PSEUDO["AWS::AccountId"]
        arn = f"arn:aws:{service}:{region}:{account}:{api}/{stage}/{request.method}/{connection}"
        self._add("execute-api:ManageConnections", arn, METHODS[request.method])
        nothing = SimpleNamespace(stream=lambda: iter([b""]))
        return AWSResponse(request.url, 200, HTTPHeaders(), nothing)

    def _add(self, action: str, resource: str, operation: str) -> None:
        if self.runs:
            site = f"{_caller(sys._getframe())} {xform_name(operation)}"
            self.calls.add(Call(action, resource, site))


@contextmanager
def cloud(template: Template, name: str, redis_url: str, recorder: Recorder) -> Iterator[Handler]:
    """The handler of one function in the world that its template describes, and watched."""
    with account(), pytest.MonkeyPatch.context() as patch:
        queues = _create(template)
        patch.setattr(boto3, "DEFAULT_SESSION", recorder.session())
        told = _environment(template, name, queues, redis_url)
        try:
            yield recorder.watch(start(template, name, told, patch))
        finally:
            _forget()


def start(
    template: Template, name: str, environment: Mapping[str, str], patch: pytest.MonkeyPatch
) -> Handler:
    """The handler of one function after a cold start in this environment and no other."""
    for other in functions_of(template).values():
        for variable in other["Environment"]["Variables"]:
            patch.delenv(variable, raising=False)
    for variable, value in environment.items():
        patch.setenv(variable, value)
    _forget()
    return _handler(name, patch)


def environment_of(template: Template, name: str) -> dict[str, str]:
    """A function's variables as a deployment would fill them in, with logical ids for names."""
    variables = functions_of(template)[name]["Environment"]["Variables"]
    given = {parameter: f"https://{parameter}.test" for parameter in template["Parameters"]}
    return {variable: given.get(flat(value), flat(value)) for variable, value in variables.items()}


def _environment(
    template: Template, name: str, queues: Mapping[str, str], redis_url: str
) -> dict[str, str]:
    """The same for this machine, whose Redis asks nobody to log in."""
    values = {
        variable: queues.get(value, value)
        for variable, value in environment_of(template, name).items()
    }
    redis = {"REDIS_URL": redis_url} if "REDIS_URL" in values else {}
    return {key: value for key, value in values.items() if not key.startswith("REDIS_")} | redis


def _create(template: Template) -> dict[str, str]:
    """Creates tables, streams and queues; answers the queues' addresses by logical id."""
    kinds = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
    for logical_id, table in of_type(template, "AWS::DynamoDB::Table").items():
        properties = table["Properties"]
        boto3.client("dynamodb").create_table(
            TableName=logical_id, **{kind: properties[kind] for kind in kinds if kind in properties}
        )
    for logical_id in of_type(template, "AWS::Kinesis::Stream"):
        boto3.client("kinesis").create_stream(StreamName=logical_id, ShardCount=1)
    create_lake(
        of_type(template, "AWS::KinesisFirehose::DeliveryStream"),
        of_type(template, "AWS::SecretsManager::Secret"),
    )
    return {
        logical_id: boto3.client("sqs").create_queue(QueueName=logical_id)["QueueUrl"]
        for logical_id in of_type(template, "AWS::SQS::Queue")
    }


def _handler(name: str, patch: pytest.MonkeyPatch) -> Handler:
    """The handler of a fresh module, which reads its environment as a cold start does."""
    specification = importlib.util.spec_from_file_location(
        f"cold_start.{name}", LAMBDAS / f"{name}.py"
    )
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    patch.setitem(sys.modules, specification.name, module)
    specification.loader.exec_module(module)
    handler: Handler = module.handler
    return handler


def _forget() -> None:
    environments._read_once.cache_clear()
    for client in (clients.dynamodb, clients.hasty_dynamodb, clients.kinesis, clients.sqs):
        client.cache_clear()
    for other in (clients.firehose, clients.hasty_firehose, clients.hasty_secrets):
        other.cache_clear()
    lake._key.cache_clear()
    clients.management.cache_clear()
    clients.gateway.cache_clear()
    clients.redis.cache_clear()
    songs._runs.clear()
    for allowances in (floods.MESSAGES, floods.SONGS, floods.OWN_SONGS):
        allowances._felt_ms.clear()


def _resources(params: Mapping[str, Any]) -> Iterator[str]:
    """What a call is about, by the name that it gives."""
    if "TableName" in params:
        index = params.get("IndexName")
        yield f"{params['TableName']}/index/{index}" if index else params["TableName"]
    elif "RequestItems" in params:
        yield from params["RequestItems"]
    elif name := {"StreamName", "DeliveryStreamName", "SecretId"} & params.keys():
        yield params[name.pop()]
    elif "Statements" in params:
        return  # IAM judges each by itself
    elif "QueueUrl" in params:
        yield params["QueueUrl"].rpartition("/")[2]
    else:
        yield f"something that only {sorted(params)} tell"


def _on_gateway(params: Mapping[str, Any], model: OperationModel) -> tuple[str, str]:
    """Action and resource of a call of API Gateway's own API, version 2."""
    names = {f"{name[0].lower()}{name[1:]}": value for name, value in params.items()}
    path = model.http["requestUri"].removeprefix("/v2").format(**names)
    region = PSEUDO["AWS::Region"]
    return f"{GATEWAY}:{model.http['method']}", f"arn:aws:{GATEWAY}:{region}::{path}"


def _caller(frame: FrameType | None) -> str:
    """The function under lambdas/ that is nearest to a call."""
    while frame is not None:
        if frame.f_code.co_filename.startswith(f"{LAMBDAS}{os.sep}"):
            file = Path(frame.f_code.co_filename).relative_to(LAMBDAS)
            module = ".".join(file.with_suffix("").parts)
            return f"{module}.{frame.f_code.co_qualname.split('.')[0]}"
        frame = frame.f_back
    return "nobody of ours"
