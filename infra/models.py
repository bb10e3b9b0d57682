"""The models of the WebSocket API: which bodies the gateway takes."""

import json

from aws_cdk import Aws, CfnResource, Duration
from aws_cdk.aws_apigatewayv2 import CfnApi
from aws_cdk.aws_lambda import Function

from events.schemas import ROUTES, draft4
from infra.bundle import function_code
from infra.checks import accept
from infra.functions import allow, create_function

KIND = "Custom::WebSocketModel"
"""CloudFormation makes text of every number in the schema of an AWS::ApiGatewayV2::Model, which API
Gateway then refuses (aws/aws-cdk#11716, aws-cloudformation/cloudformation-cli#435). CDK's resource
for calls to AWS would do, but for two things: it gives up when something else changes the API in
the same moment, and after a change that failed it has lost the model's id (aws/aws-cdk#13527)."""
TIMEOUT = Duration.minutes(2)
PATIENCE = Duration.minutes(10)
"""How long CloudFormation waits for an answer: the function's three tries, minutes apart."""


def model_name(key: str) -> str:
    """The name of a route's model: letters and digits only."""
    return key.replace("_", "")


def create_models(api: CfnApi, *, traces: bool) -> dict[str, CfnResource]:
    """Creates a model for each route that clients send a body of a known form; by route key.

    One after another, because API Gateway takes one change to an API at a time.
    """
    function = _function(api, traces=traces)
    models: dict[str, CfnResource] = {}
    for key, struct in ROUTES.items():
        model = CfnResource(
            api.stack,
            f"{key}-model",
            type=KIND,
            properties={
                "ServiceToken": function.function_arn,
                "ServiceTimeout": str(PATIENCE.to_seconds()),
                "ApiId": api.ref,
                "Name": model_name(key),
                "Schema": json.dumps(draft4(struct), separators=(",", ":")),
            },
        )
        for before in list(models.values())[-1:]:
            model.add_resource_dependency(before)
        models[key] = model
    return models


def _function(api: CfnApi, *, traces: bool) -> Function:
    """The function that CloudFormation asks; it may change the models of this API, nothing else."""
    function = create_function(api.stack, "models", function_code(), {}, TIMEOUT, traces=traces)
    models = f"arn:{Aws.PARTITION}:apigateway:{Aws.REGION}::/apis/{api.ref}/models"
    allow(function, models, "apigateway:POST")
    allow(function, f"{models}/*", "apigateway:PATCH", "apigateway:DELETE")
    arn = "arn:<AWS::Partition>:apigateway:<AWS::Region>::/apis/<websocket>/models/*"
    accept(api.stack, f"IAM5[Resource::{arn}]", "API Gateway gives a model its id.")
    return function
