"""The synthesized template deploys: by CloudFormation of ministack, all but what it does not know.

This shows that everything refers to something that is there, in an order that can be created. It
says nothing of what only AWS checks: quotas, IAM, and the values that a service refuses.
"""

import io
import json
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen

import boto3
import jwt
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from mypy_boto3_dynamodb import DynamoDBClient

from local.processes import free_port
from tests import target
from tests.infra.conftest import Template, of_type
from tests.infra.grants import flat, function_id, functions_of

ACCOUNT, REGION = "000000000000", "us-east-1"
ASSETS = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
"""Where `cdk bootstrap` has assets put, and where the template looks for them."""
BOOTSTRAP_VERSION = "/cdk-bootstrap/hnb659fds/version"
MODELS = """
import json
from urllib.request import Request, urlopen

def handler(event, context):
    name = event["ResourceProperties"]["Name"]
    json.loads(event["ResourceProperties"]["Schema"])
    told = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    told |= {"Status": "SUCCESS", "PhysicalResourceId": name}
    urlopen(Request(event["ResponseURL"], json.dumps(told).encode(), method="PUT")).close()
"""
"""Stands for the function behind the models, of which ministack's WebSocket API knows none."""
DEADLINE_SECONDS = 60
LEFT_OUT = {
    "AWS::Cognito::ManagedLoginBranding": "how the hosted login looks",
    "AWS::EC2::EIP": "the address of a NAT gateway",
    "AWS::EC2::Instance": "the NAT instance",
    "AWS::EC2::FlowLog": "a log of what the network turned away",
    "AWS::EC2::NatGateway": "nothing goes out of ministack",
    "AWS::EC2::SecurityGroupEgress": "ministack filters no packets",
    "AWS::EC2::SecurityGroupIngress": "ministack filters no packets",
    "AWS::ElastiCache::ServerlessCache": "ministack knows clusters only",
    "AWS::ApiGatewayV2::Deployment": "ministack publishes an API without one",
    "AWS::ApiGatewayV2::IntegrationResponse": "ministack's WebSocket API answers without one",
    "AWS::ApiGatewayV2::RouteResponse": "ministack's WebSocket API answers without one",
}
"""Types that ministack 1.5.33 cannot create; of the API, the local cloud reads them from the same
template."""
LEFT_OUT_WITH = {
    ("AWS::CloudWatch::Alarm", "Metrics"): "ministack takes no alarm on a sum or a share of metrics"
}
"""Resources that ministack cannot create because of a property."""


@pytest.fixture(scope="module")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """ministack with everything that `cdk bootstrap` would have put there."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "ministack"],
        cwd=tmp_path_factory.mktemp("ministack"),
        env=os.environ
        | {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "IOT_MTLS_ENABLED": "0"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _bootstrap(url)
        yield url
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture(params=["dev", "prod"], scope="module")
def deployed(ministack: str, request: pytest.FixtureRequest) -> "Deployed":
    """One stage, deployed; the last test deletes it."""
    template: Template = request.getfixturevalue(request.param)
    stack = Deployed(ministack, f"TempoFit-{request.param}", without(template))
    stack.create()
    return stack


class Deployed:
    """A stack on ministack."""

    def __init__(self, url: str, name: str, template: Template) -> None:
        self.url = url
        self.name = name
        self.template = template
        self.keeps_data = name.endswith("prod")

    def client(self, service: Any) -> Any:
        return boto3.client(service, endpoint_url=self.url)

    def create(self) -> None:
        """Creates it as `cdk deploy` does: the assets first, then the template from its bucket."""
        s3 = self.client("s3")
        for key in {one["Code"]["S3Key"] for one in functions_of(self.template).values()}:
            s3.put_object(Bucket=ASSETS, Key=key, Body=_bundle())
        key = f"{self.name}.template.json"
        s3.put_object(Bucket=ASSETS, Key=key, Body=json.dumps(self.template).encode())
        self.client("cloudformation").create_stack(
            StackName=self.name,
            TemplateURL=f"{self.url}/{ASSETS}/{key}",
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value}
                for name, parameter in self.template["Parameters"].items()
                if (value := _value(name, parameter))
            ],
            Capabilities=["CAPABILITY_IAM"],
        )
        self.wait()

    def wait(self) -> str:
        """The status of the stack, when it is the last one."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while (status := self.describe()["StackStatus"]).endswith("IN_PROGRESS"):
            assert time.monotonic() < deadline, f"{self.name} is still {status}"
            time.sleep(0.05)
        return str(status)

    def describe(self) -> dict[str, Any]:
        answer = self.client("cloudformation").describe_stacks(StackName=self.name)
        stack: dict[str, Any] = answer["Stacks"][0]
        return stack

    def physical_ids(self) -> dict[str, str]:
        """What was created, by logical id."""
        resources = self.client("cloudformation").describe_stack_resources(StackName=self.name)
        return {
            one["LogicalResourceId"]: one["PhysicalResourceId"]
            for one in resources["StackResources"]
            if one["ResourceStatus"] == "CREATE_COMPLETE"
        }

    def failures(self) -> list[str]:
        events = self.client("cloudformation").describe_stack_events(StackName=self.name)
        return [
            f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"
            for event in events["StackEvents"]
            if event["ResourceStatus"].endswith("FAILED")
        ]


def test_what_is_left_out_is_what_ministack_does_not_know(
    ministack: str, dev: Template, prod: Template
) -> None:
    unknown: set[str] = set()
    for template in (dev, prod):
        with pytest.raises(ClientError, match="Unrecognized resource types") as refused:
            Deployed(ministack, "TempoFit-whole", template).create()
        unknown |= set(re.findall(r"AWS::\w+::\w+", refused.value.response["Error"]["Message"]))
    assert unknown == LEFT_OUT.keys()


def test_every_resource_is_created(deployed: Deployed) -> None:
    assert deployed.failures() == []
    assert deployed.describe()["StackStatus"] == "CREATE_COMPLETE"
    resources = deployed.template["Resources"]
    always = {name for name, one in resources.items() if "Condition" not in one}
    assert always <= deployed.physical_ids().keys() <= resources.keys()


def test_every_output_has_its_value(deployed: Deployed) -> None:
    outputs = {one["OutputKey"]: one["OutputValue"] for one in deployed.describe()["Outputs"]}
    assert outputs.keys() == deployed.template["Outputs"].keys()
    assert all(outputs.values())
    assert outputs["SongsTable"] in _tables(deployed)


def test_functions_are_told_the_names_of_what_was_created(deployed: Deployed) -> None:
    functions, created = deployed.client("lambda"), deployed.physical_ids()
    for name, expected in functions_of(deployed.template).items():
        physical_id = created[function_id(deployed.template, name)]
        actual = functions.get_function_configuration(FunctionName=physical_id)
        variables = actual["Environment"]["Variables"]
        for variable, value in expected["Environment"]["Variables"].items():
            if isinstance(value, dict) and "Ref" in value and value["Ref"] in created:
                assert variables[variable] == created[value["Ref"]], f"{name}: {variable}"
        assert actual["Role"].endswith(f"/{created[flat(expected['Role'])]}")
        assert actual["Handler"] == expected["Handler"]


def test_mappings_lead_from_the_streams_to_the_functions(deployed: Deployed) -> None:
    created = deployed.physical_ids()
    actual = {
        (mapping["EventSourceArn"].rpartition("/")[2], mapping["FunctionArn"].rpartition(":")[2])
        for mapping in deployed.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    }
    for mapping in of_type(deployed.template, "AWS::Lambda::EventSourceMapping").values():
        properties = mapping["Properties"]
        stream, function = flat(properties["EventSourceArn"]), flat(properties["FunctionName"])
        assert (created[stream], created[function]) in actual


def test_songs_are_found_by_tempo_in_what_was_deployed(deployed: Deployed) -> None:
    dynamodb: DynamoDBClient = deployed.client("dynamodb")
    outputs = {one["OutputKey"]: one["OutputValue"] for one in deployed.describe()["Outputs"]}
    table = dynamodb.describe_table(TableName=outputs["SongsTable"])["Table"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["by-tempo"]
    assert table["DeletionProtectionEnabled"] is deployed.keeps_data


def test_the_contract_tests_find_what_was_deployed(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, "LOCALSTACK", deployed.url)
    stage = deployed.name.removeprefix("TempoFit-")
    with target.deployed("localstack", stage) as found:
        addresses, user = found.addresses, found.new_user()
        with urlopen(f"{addresses.token_url}?user={user}") as answer:
            token = json.load(answer)["access_token"]
        tables = found.client("dynamodb").list_tables()["TableNames"]
    assert {addresses.songs_table, addresses.song_ends_table} <= set(tables)
    assert addresses.websocket_url.endswith(f"/{stage}")
    served = deployed.client("s3").get_object(Bucket=target.BUCKET, Key="jwks.json")["Body"]
    [key] = jwt.PyJWKSet.from_json(served.read()).keys
    claims = jwt.decode(
        token, key, algorithms=["RS256"], audience=target.AUDIENCE, issuer=target.ISSUER
    )
    assert claims["sub"] == user


def test_what_is_deleted_goes_in_dev_and_stays_in_prod(deployed: Deployed) -> None:
    before = _tables(deployed) & set(deployed.physical_ids().values())
    assert len(before) == len(of_type(deployed.template, "AWS::DynamoDB::Table"))
    cloudformation = deployed.client("cloudformation")
    stack_id = deployed.describe()["StackId"]
    cloudformation.delete_stack(StackName=deployed.name)
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (
        cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]
        != "DELETE_COMPLETE"
    ):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert before & _tables(deployed) == (before if deployed.keeps_data else set())


def _value(name: str, parameter: dict[str, Any]) -> str | None:
    """What a deployment gives for a parameter; None for its default."""
    return None if parameter.get("Default") else f"https://{name}.test"


def _is_left_out(resource: dict[str, Any]) -> bool:
    kind = resource["Type"]
    return kind in LEFT_OUT or any(
        (kind, name) in LEFT_OUT_WITH for name in resource.get("Properties", {})
    )


def without(template: Template) -> Template:
    """The template less what ministack cannot create; references to that become plain words."""
    resources = template["Resources"]
    gone = {name for name, one in resources.items() if _is_left_out(one)}
    kept = {name: _without(one, gone) for name, one in resources.items() if name not in gone}
    for one in kept.values():
        one["DependsOn"] = sorted(set(_listed(one.get("DependsOn", []))) - gone)
    return template | {"Resources": kept, "Outputs": _without(template["Outputs"], gone)}


def _without(value: Any, gone: set[str]) -> Any:
    match value:
        case {"Ref": str(target)} | {"Fn::GetAtt": [str(target), _]} if target in gone:
            return flat(value)
        case dict():
            return {key: _without(part, gone) for key, part in value.items()}
        case list():
            return [_without(part, gone) for part in value]
    return value


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _tables(deployed: Deployed) -> set[str]:
    return set(deployed.client("dynamodb").list_tables()["TableNames"])


def _bundle() -> bytes:
    """A bundle of which one function is run, and no other: those run in other tests."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("lambdas/__init__.py", "")
        archive.writestr("lambdas/models.py", MODELS)
    return target.getvalue()


def _bootstrap(url: str) -> None:
    ssm, s3 = boto3.client("ssm", endpoint_url=url), boto3.client("s3", endpoint_url=url)
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            s3.create_bucket(Bucket=ASSETS)
            break
        except EndpointConnectionError:
            assert time.monotonic() < deadline, "ministack did not start"
            time.sleep(0.05)
    ssm.put_parameter(Name=BOOTSTRAP_VERSION, Value="21", Type="String")
