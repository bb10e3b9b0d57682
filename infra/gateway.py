"""What both APIs of a stage say to API Gateway in the same words."""

import json
from collections.abc import Sequence
from hashlib import sha256

from aws_cdk import Aws, CfnResource, Stack
from aws_cdk.aws_iam import Role, ServicePrincipal
from aws_cdk.aws_kinesis import Stream
from aws_cdk.aws_lambda import Function

GATEWAY = "apigateway.amazonaws.com"
KINESIS_CONTENT_TYPE = {"integration.request.header.Content-Type": "'application/x-amz-json-1.1'"}
"""The header with which Kinesis takes a call, of an integration of either API."""


def put_role(scope: Stack, name: str, stream: Stream) -> Role:
    """A role by which API Gateway puts a record into `stream`, and does nothing else."""
    role = Role(scope, name, assumed_by=ServicePrincipal(GATEWAY))
    stream.grant(role, "kinesis:PutRecord")
    return role


def put_uri() -> str:
    """Where an integration puts a record."""
    return _arn("kinesis:action/PutRecord")


def invocation_uri(function: Function) -> str:
    """Where an integration or an authorizer calls `function`."""
    return _arn(f"lambda:path/2015-03-31/functions/{function.function_arn}/invocations")


def let_invoke(function: Function, api_id: str, resource: str, name: str = "gateway") -> None:
    """Lets one resource of an API call `function`; of several APIs, each by another name."""
    function.add_permission(
        name, principal=ServicePrincipal(GATEWAY), source_arn=execute_arn(api_id, resource)
    )


def execute_arn(api_id: str, resource: str) -> str:
    """The name of what is called at an API."""
    return f"arn:{Aws.PARTITION}:execute-api:{Aws.REGION}:{Aws.ACCOUNT_ID}:{api_id}/{resource}"


def deployment_name(scope: Stack, parts: Sequence[CfnResource], *more: str) -> str:
    """A deployment never changes, so a new picture of the parts, and of `more`, gets a new name."""
    seen = [scope.resolve([part._cfn_properties for part in parts]), *more]
    picture = json.dumps(seen, sort_keys=True)
    return f"deployment-{sha256(picture.encode()).hexdigest()[:12]}"


def _arn(resource: str) -> str:
    return f"arn:{Aws.PARTITION}:apigateway:{Aws.REGION}:{resource}"
