"""The HTTP door: heart rates by POST, straight into Kinesis, for who has no socket.

A REST API, because an HTTP API has no models: it would take what nobody can read. The record is
that of a `heartrate` message, but for the connection, over which it did not come.
"""

import json

from aws_cdk import Aws, CfnOutput, CfnResource, Stack
from aws_cdk.aws_apigateway import (
    CfnAuthorizer,
    CfnDeployment,
    CfnGatewayResponse,
    CfnMethod,
    CfnModel,
    CfnRequestValidator,
    CfnRestApi,
    CfnStage,
)
from aws_cdk.aws_apigateway import (
    CfnResource as CfnPath,
)
from aws_cdk.aws_kinesis import Stream
from aws_cdk.aws_lambda import Function

from events.messages import Error, encode
from events.samples import MAX_HEART_RATE, MAX_SAMPLES, MIN_HEART_RATE
from events.schemas import draft4
from events.stream import HeartRateBatch
from infra import mapping_templates
from infra.checks import accept
from infra.gateway import (
    KINESIS_CONTENT_TYPE,
    deployment_name,
    invocation_uri,
    let_invoke,
    put_role,
    put_uri,
)

PATH = "heartrate"
JSON = "application/json"
SCHEMA = json.dumps(draft4(HeartRateBatch), separators=(",", ":"))
THROTTLE_RATE = 1_000
THROTTLE_BURST = 500
"""Requests a second: a tenth of an account's 10,000 and 5,000 in a burst. Whoever crowds this door
takes nothing from the WebSocket API, which has 8,000."""
BELIEVED_SECONDS = 300
"""For so long a token is not looked at again: no function stands between a heart rate and Kinesis
but with the first of these."""
BEARER = "^[Bb]earer [-0-9A-Za-z._~+/]+=*$"
"""What is no token in this form is refused without a call of the authorizer."""
KINESIS_TOOK = "200"
ORIGIN = "Access-Control-Allow-Origin"
PREFLIGHT = {
    ORIGIN: "'*'",
    "Access-Control-Allow-Headers": "'Authorization,Content-Type'",
    "Access-Control-Allow-Methods": "'POST'",
    "Access-Control-Max-Age": "'7200'",
}
"""Any page may send: it is the token that says who, and a browser adds none by itself."""
TAKEN = {"type": "taken", "message": "All samples of this message were taken."}
NOT_TAKEN = Error("not_taken", "No sample of this message was taken: send it again in a second.")
REFUSALS = {
    "UNAUTHORIZED": Error(
        "no_token", "Send an access token of this stage in a header, Authorization: Bearer TOKEN."
    ),
    "ACCESS_DENIED": Error(
        "token_refused",
        "This token opens nothing here: it is over, or another issuer's. Get a new one.",
    ),
    "BAD_REQUEST_BODY": Error(
        "bad_request_body",
        'Send {"action": "heartrate", "samples": [[epoch milliseconds, beats a minute], ...]} '
        f"with 1 to {MAX_SAMPLES} samples of {MIN_HEART_RATE} to {MAX_HEART_RATE} beats a minute.",
    ),
    "UNSUPPORTED_MEDIA_TYPE": Error("no_json", f"Send Content-Type: {JSON}."),
    "THROTTLED": Error(
        "too_many_messages", "Too much is sent here at the moment: send this again in a second."
    ),
}
"""By type of API Gateway's own answer. All others keep its words."""
OTHER_REFUSALS = ("DEFAULT_4XX", "DEFAULT_5XX")


def create_door(scope: Stack, authorize: Function, heart_rate: Stream, stage_name: str) -> None:
    """Creates the door, with the stage `stage_name` and its address as an output."""
    api = CfnRestApi(
        scope,
        "door",
        name=door_name(stage_name),
        endpoint_configuration=CfnRestApi.EndpointConfigurationProperty(types=["REGIONAL"]),
    )
    accept(api, "APIG2", "Its one method that takes a body has a model and a validator.")
    path = CfnPath(
        scope, "door-path", rest_api_id=api.ref, parent_id=api.attr_root_resource_id, path_part=PATH
    )
    parts = [
        path,
        *_post(scope, api, path, authorize, heart_rate),
        _preflight(scope, api, path),
        *_refusals(scope, api),
    ]
    _deploy(scope, api, parts, stage_name)
    CfnOutput(scope, "HeartRateUrl", value=door_url(api, stage_name))


def door_name(stage_name: str) -> str:
    """What the door's API is called, and its metrics with it."""
    return f"TempoFit {stage_name} door"


def door_url(api: CfnRestApi, stage_name: str) -> str:
    """Where heart rates are posted."""
    host = f"{api.ref}.execute-api.{Aws.REGION}.{Aws.URL_SUFFIX}"
    return f"https://{host}/{stage_name}/{PATH}"


def _post(
    scope: Stack, api: CfnRestApi, path: CfnPath, authorize: Function, stream: Stream
) -> list[CfnResource]:
    authorizer = CfnAuthorizer(
        scope,
        "door-authorizer",
        rest_api_id=api.ref,
        name="authorize",
        type="TOKEN",
        identity_source="method.request.header.Authorization",
        identity_validation_expression=BEARER,
        authorizer_uri=invocation_uri(authorize),
        authorizer_result_ttl_in_seconds=BELIEVED_SECONDS,
    )
    let_invoke(authorize, api.ref, f"authorizers/{authorizer.ref}", "door")
    model = CfnModel(
        scope,
        "door-model",
        rest_api_id=api.ref,
        name=PATH,
        content_type=JSON,
    )
    # As text, in which CloudFormation makes nothing of the numbers; CDK knows objects only.
    model.add_property_override("Schema", SCHEMA)
    validator = CfnRequestValidator(
        scope, "door-validator", rest_api_id=api.ref, name="body", validate_request_body=True
    )
    method = CfnMethod(
        scope,
        "door-post",
        rest_api_id=api.ref,
        resource_id=path.ref,
        http_method="POST",
        authorization_type="CUSTOM",
        authorizer_id=authorizer.ref,
        request_models={JSON: model.ref},
        request_validator_id=validator.ref,
        method_responses=[_method_response("200", ORIGIN), _method_response("503", ORIGIN)],
        integration=CfnMethod.IntegrationProperty(
            type="AWS",
            integration_http_method="POST",
            uri=put_uri(),
            credentials=put_role(scope, "door-role", stream).role_arn,
            request_parameters=KINESIS_CONTENT_TYPE,
            request_templates={JSON: mapping_templates.put_post(stream.stream_name)},
            passthrough_behavior="NEVER",
            integration_responses=[
                _answer("200", json.dumps(TAKEN), selection_pattern=KINESIS_TOOK),
                _answer("503", encode(NOT_TAKEN).decode()),
            ],
        ),
    )
    accept(method, "COG4", "Its authorizer believes the same tokens as the WebSocket API's.")
    return [authorizer, model, validator, method]


def _preflight(scope: Stack, api: CfnRestApi, path: CfnPath) -> CfnMethod:
    """What a browser asks before a page of another origin may send a token."""
    method = CfnMethod(
        scope,
        "door-options",
        rest_api_id=api.ref,
        resource_id=path.ref,
        http_method="OPTIONS",
        authorization_type="NONE",
        method_responses=[_method_response("204", *PREFLIGHT)],
        integration=CfnMethod.IntegrationProperty(
            type="MOCK",
            request_templates={JSON: '{"statusCode":204}'},
            passthrough_behavior="WHEN_NO_TEMPLATES",
            integration_responses=[
                CfnMethod.IntegrationResponseProperty(
                    status_code="204",
                    response_parameters={_header(name): value for name, value in PREFLIGHT.items()},
                )
            ],
        ),
    )
    accept(method, "APIG4", "A browser asks this without a token, and learns nothing of anybody.")
    accept(method, "COG4", "A browser asks this without a token, and learns nothing of anybody.")
    return method


def _refusals(scope: Stack, api: CfnRestApi) -> list[CfnResource]:
    """What API Gateway answers by itself: in the words of this API, and readable by any page."""
    templates = {kind: {JSON: encode(error).decode()} for kind, error in REFUSALS.items()}
    return [
        CfnGatewayResponse(
            scope,
            f"door-{kind.lower().replace('_', '-')}",
            rest_api_id=api.ref,
            response_type=kind,
            response_parameters={f"gatewayresponse.header.{ORIGIN}": "'*'"},
            response_templates=templates.get(kind),
        )
        for kind in (*REFUSALS, *OTHER_REFUSALS)
    ]


def _deploy(scope: Stack, api: CfnRestApi, parts: list[CfnResource], stage_name: str) -> None:
    name = deployment_name(scope, parts, SCHEMA)
    deployment = CfnDeployment(scope, f"door-{name}", rest_api_id=api.ref)
    for part in parts:
        deployment.add_resource_dependency(part)
    stage = CfnStage(
        scope,
        "door-stage",
        rest_api_id=api.ref,
        stage_name=stage_name,
        deployment_id=deployment.ref,
        method_settings=[
            CfnStage.MethodSettingProperty(
                resource_path="/*",
                http_method="*",
                throttling_rate_limit=THROTTLE_RATE,
                throttling_burst_limit=THROTTLE_BURST,
            )
        ],
    )
    accept(stage, "APIG1", "Access logs need a role set for the whole account; an alarm brings it.")
    accept(stage, "APIG6", "What is sent are heart rates, which belong into no log.")
    accept(stage, "APIG3", "A firewall costs more than the door: a token opens it, throttled.")


def _answer(
    status: str, body: str, selection_pattern: str | None = None
) -> CfnMethod.IntegrationResponseProperty:
    return CfnMethod.IntegrationResponseProperty(
        status_code=status,
        selection_pattern=selection_pattern,
        response_parameters={_header(ORIGIN): PREFLIGHT[ORIGIN]},
        response_templates={JSON: body},
    )


def _method_response(status: str, *headers: str) -> CfnMethod.MethodResponseProperty:
    return CfnMethod.MethodResponseProperty(
        status_code=status, response_parameters={_header(name): True for name in headers}
    )


def _header(name: str) -> str:
    return f"method.response.header.{name}"
