"""CloudFormation's functions, resolved for the cloud on this machine.

Nothing in the app is named by hand, so names come from construct paths: `heart-rate`, `songs`.
"""

import re
from collections.abc import Mapping
from typing import Any

from local.project import ACCOUNT, REGION

PSEUDO_PARAMETERS = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}
ARNS = {
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/",
    "AWS::KinesisFirehose::DeliveryStream": (
        f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/"
    ),
    "AWS::Kinesis::Stream": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/",
    "AWS::Lambda::Function": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:",
    "AWS::S3::Bucket": "arn:aws:s3:::",
    "AWS::SQS::Queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:",
}
NOT_HERE = {
    ("AWS::ApiGateway::RestApi", "RootResourceId"): "{name}-root",
    ("AWS::EC2::SecurityGroup", "GroupId"): "sg-{name}",
    ("AWS::ElastiCache::ServerlessCache", "Endpoint.Address"): "{name}.invalid",
    ("AWS::ElastiCache::ServerlessCache", "Endpoint.Port"): "6379",
}
"""What stands for things that the local cloud does not run; the launcher puts the address of its
own Redis in the place of a cache's."""

Json = Any


class StackError(ValueError):
    """The template says something that the local cloud cannot carry out."""


class Intrinsics:
    """Resolves `Ref`, `Fn::GetAtt`, `Fn::Join` and `Fn::Sub` in one template.

    `queues` is the address of the queue service, which is part of every queue's URL.
    """

    def __init__(
        self, template: Mapping[str, Json], parameters: Mapping[str, str], queues: str
    ) -> None:
        self._resources: Mapping[str, Json] = template["Resources"]
        self._parameters = _defaults(template) | PSEUDO_PARAMETERS | dict(parameters)
        self._queues = queues

    def resolve(self, node: Json) -> Json:
        """`node` without a function left in it. Raises StackError where that cannot be."""
        if isinstance(node, list):
            return [self.resolve(item) for item in node]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((key, value),) = node.items()
            if key == "Ref" or key.startswith("Fn::"):
                return self._call(key, value)
        return {key: self.resolve(value) for key, value in node.items()}

    def name(self, logical_id: str) -> str:
        """The local name of a resource: its construct path without the stack."""
        resource = self._resource(logical_id)
        path = resource.get("Metadata", {}).get("aws:cdk:path", f"/{logical_id}")
        return "-".join(part for part in path.split("/")[1:] if part != "Resource")

    def _call(self, function: str, argument: Json) -> str:
        match function, argument:
            case "Ref", str(target):
                return self._reference(target)
            case "Fn::GetAtt", [str(target), str(attribute)]:
                return self._attribute(target, attribute)
            case "Fn::Join", [str(separator), list(parts)]:
                return separator.join(str(self.resolve(part)) for part in parts)
            case "Fn::Sub", str(text):
                return re.sub(r"\$\{([^!}]+)\}", self._substitute, text)
        raise StackError(
            f"The template uses {function} with {argument!r}, which the local cloud cannot "
            "resolve. Teach it to local/template/intrinsics.py, or write it another way in infra/."
        )

    def _substitute(self, match: re.Match[str]) -> str:
        target, dot, attribute = match[1].partition(".")
        return self._attribute(target, attribute) if dot else self._reference(target)

    def _reference(self, target: str) -> str:
        if target in self._parameters:
            return self._parameters[target]
        resource = self._resource(target)
        match resource["Type"]:
            case "AWS::SQS::Queue":
                return f"{self._queues}/{ACCOUNT}/{self.name(target)}"
            case "AWS::ApiGateway::Stage" | "AWS::ApiGatewayV2::Stage":
                return str(resource["Properties"]["StageName"])
        return self.name(target)

    def _attribute(self, target: str, attribute: str) -> str:
        kind = self._resource(target)["Type"]
        if attribute == "Arn" and kind in ARNS:
            return ARNS[kind] + self.name(target)
        if (kind, attribute) in NOT_HERE:
            return NOT_HERE[kind, attribute].format(name=self.name(target))
        raise StackError(
            f"The template asks for {target}.{attribute}, which the local cloud does not "
            "know. Teach it to local/template/intrinsics.py."
        )

    def _resource(self, logical_id: str) -> Mapping[str, Json]:
        if logical_id not in self._resources:
            raise StackError(
                f"The template refers to {logical_id!r}, which is neither a resource nor a "
                "parameter with a value. Give the parameter a value."
            )
        resource: Mapping[str, Json] = self._resources[logical_id]
        return resource


def _defaults(template: Mapping[str, Json]) -> dict[str, str]:
    parameters = template.get("Parameters", {})
    return {name: p["Default"] for name, p in parameters.items() if "Default" in p}
