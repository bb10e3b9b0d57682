"""What CloudFormation makes of a value on its way to a service: in a free property, text."""

from collections.abc import Mapping
from typing import Any

FREE: Mapping[str, tuple[str, ...]] = {
    "AWS::ApiGateway::Model": ("Schema",),
    "AWS::ApiGateway::RestApi": ("Body", "Policy"),
    "AWS::ApiGatewayV2::Api": ("Body",),
    "AWS::ApiGatewayV2::IntegrationResponse": ("ResponseParameters", "ResponseTemplates"),
    "AWS::ApiGatewayV2::Model": ("Schema",),
    "AWS::ApiGatewayV2::Route": ("RequestModels",),
    "AWS::ApiGatewayV2::RouteResponse": ("ResponseModels",),
    "AWS::ApiGatewayV2::Stage": ("RouteSettings", "StageVariables"),
    "AWS::Cognito::ManagedLoginBranding": ("Settings",),
    "AWS::EC2::VPCEndpoint": ("PolicyDocument",),
    "AWS::IAM::Policy": ("PolicyDocument",),
    "AWS::IAM::Role": ("AssumeRolePolicyDocument",),
    "AWS::KMS::Key": ("KeyPolicy",),
    "AWS::Logs::LogGroup": ("DataProtectionPolicy", "ResourcePolicyDocument"),
    "AWS::S3::BucketPolicy": ("PolicyDocument",),
    "AWS::SNS::Topic": ("ArchivePolicy", "DataProtectionPolicy"),
    "AWS::SNS::TopicPolicy": ("PolicyDocument",),
    "AWS::SQS::Queue": ("RedriveAllowPolicy",),
    "AWS::SQS::QueuePolicy": ("PolicyDocument",),
}
"""The properties, of the types in our templates, of which CloudFormation's registry says that they
are an object and not what is in it; the schemas are those that cfn-lint brings along. That the
registry makes text of what is in them: aws-cloudformation/cloudformation-cli#435."""
CUSTOM = "Custom::"


def cast(kind: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The properties as the service gets them: numbers and booleans of free ones are text."""
    return {
        name: _text(value) if _is_free(kind, name) else value for name, value in properties.items()
    }


def _is_free(kind: str, name: str) -> bool:
    """Of a custom resource, every property is free."""
    return kind.startswith(CUSTOM) or name in FREE.get(kind, ())


def _text(value: Any) -> Any:
    match value:
        case dict():
            return {key: _text(part) for key, part in value.items()}
        case list():
            return [_text(part) for part in value]
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
    return value
