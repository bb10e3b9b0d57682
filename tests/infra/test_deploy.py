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

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from mypy_boto3_dynamodb import DynamoDBClient

from local.processes import free_port
from tests.infra.conftest import Template, of_type
from tests.infra.grants import flat, function_id, functions_of

ACCOUNT, REGION = "000000000000", "us-east-1"
ASSETS = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
"""Where `cdk bootstrap` has assets put, and where the template looks for them."""
DEADLINE_SECONDS = 60
LEFT_OUT = {
    "AWS::ApiGatewayV2::Deployment": "ministack publishes an API without one",
    "AWS::ApiGatewayV2::IntegrationResponse": "ministack's WebSocket API answers without one",
    "AWS::ApiGatewayV2::Model": "ministack's WebSocket API checks no bodies",
    "AWS::ApiGatewayV2::RouteResponse": "ministack's WebSocket API answers without one",
}
"""Types that ministack 1.5.33 cannot create. The local cloud reads them from the same template."""
WHOLE = {"Ref", "Effect", "Value"}
"""Keys of references, statements and outputs, which mean nothing without one of their parts."""


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
    stack = Deployed(ministack, f"TempoFit-{request.param}", without(template, set(LEFT_OUT)))
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
                {"ParameterKey": name, "ParameterValue": f"https://{name}.test"}
                for name, parameter in self.template["Parameters"].items()
                if "Default" not in parameter
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


def test_what_is_left_out_is_what_ministack_does_not_know(ministack: str, prod: Template) -> None:
    whole = Deployed(ministack, "TempoFit-whole", prod)
    with pytest.raises(ClientError) as refused:
        whole.create()
    unknown = set(re.findall(r"AWS::\w+::\w+", refused.value.response["Error"]["Message"]))
    assert unknown == LEFT_OUT.keys()


def test_every_resource_is_created(deployed: Deployed) -> None:
    assert deployed.failures() == []
    assert deployed.describe()["StackStatus"] == "CREATE_COMPLETE"
    assert deployed.physical_ids().keys() == deployed.template["Resources"].keys()


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


def without(template: Template, kinds: set[str]) -> Template:
    """The template less the resources of these types, and less what refers to them."""
    resources = template["Resources"]
    gone = {name for name, one in resources.items() if one["Type"] in kinds}
    kept = {name: _pruned(one, gone) for name, one in resources.items() if name not in gone}
    for one in kept.values():
        one["DependsOn"] = sorted(set(_listed(one.get("DependsOn", []))) - gone)
    return template | {"Resources": kept, "Outputs": _pruned(template["Outputs"], gone)}


def _pruned(value: Any, gone: set[str]) -> Any:
    """A copy without what refers to something that is gone; None if it does so itself."""
    match value:
        case dict() if any(key in WHOLE or key.startswith("Fn::") for key in value):
            return None if _refers(value, gone) else value
        case dict():
            parts = {key: _pruned(part, gone) for key, part in value.items()}
            return {key: part for key, part in parts.items() if part is not None}
        case list():
            return [part for one in value if (part := _pruned(one, gone)) is not None]
    return value


def _refers(value: Any, gone: set[str]) -> bool:
    match value:
        case {"Ref": str(target)} | {"Fn::GetAtt": [str(target), _]}:
            return target in gone
        case dict():
            return any(_refers(inner, gone) for inner in value.values())
        case list():
            return any(_refers(inner, gone) for inner in value)
    return False


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _tables(deployed: Deployed) -> set[str]:
    return set(deployed.client("dynamodb").list_tables()["TableNames"])


def _bundle() -> bytes:
    """A bundle that nobody runs: functions run in other tests."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("lambdas/__init__.py", "")
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
    ssm.put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="21", Type="String")
