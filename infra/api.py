"""The WebSocket API: authorizer, routes, models, the direct way into Kinesis, the stage."""

from collections.abc import Mapping

from aws_cdk import Aws, CfnResource, Stack
from aws_cdk.aws_apigatewayv2 import (
    CfnApi,
    CfnAuthorizer,
    CfnDeployment,
    CfnIntegration,
    CfnIntegrationResponse,
    CfnRoute,
    CfnRouteResponse,
    CfnStage,
)
from aws_cdk.aws_kinesis import Stream
from aws_cdk.aws_lambda import Function
from constructs import Construct

from infra import mapping_templates
from infra.checks import accept
from infra.functions import allow
from infra.gateway import (
    KINESIS_CONTENT_TYPE,
    deployment_name,
    execute_arn,
    invocation_uri,
    let_invoke,
    put_role,
    put_uri,
)
from infra.models import create_models, model_name
from infra.settings import Settings

ACTION = "$request.body.action"
ACTIONS = (
    *("start", "change", "skip", "end", "rate"),
    *("workout", "floor", "own_songs", "history"),
)
"""What a function of the same name answers."""
STATIC_KEY = "200"
"""A selection expression without variables: it always gives the template of this name."""
THROTTLE_RATE = 8_000
THROTTLE_BURST = 4_000
"""Messages a second: 80 % of an account's 10,000 requests a second and 5,000 in a burst, which
the pushes to clients share."""


def create_api(scope: Construct, stage: str) -> CfnApi:
    """Creates the API, still without routes, because functions are told its address."""
    return CfnApi(
        scope,
        "websocket",
        name=f"TempoFit {stage}",
        protocol_type="WEBSOCKET",
        route_selection_expression=ACTION,
    )


def socket_url(api: CfnApi, stage: str, scheme: str = "wss") -> str:
    """Where clients connect; with `https`, where functions push from."""
    return f"{scheme}://{api.ref}.execute-api.{Aws.REGION}.{Aws.URL_SUFFIX}/{stage}"


def let_push(function: Function, api: CfnApi, stage: str) -> None:
    """Lets `function` push to the connections of one stage."""
    _let_manage(function, api, f"{stage}/POST/@connections/*")


def let_close(function: Function, api: CfnApi, stage: str) -> None:
    """Lets `function` close the connections of one stage, after a last word."""
    let_push(function, api, stage)
    _let_manage(function, api, f"{stage}/DELETE/@connections/*")


def _let_manage(function: Function, api: CfnApi, resource: str) -> None:
    allow(function, execute_arn(api.ref, resource), "execute-api:ManageConnections")
    arn = f"arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<websocket>/{resource}"
    accept(api.stack, f"IAM5[Resource::{arn}]", "A connection's id is not known beforehand.")


def open_api(
    api: CfnApi, functions: Mapping[str, Function], heart_rate: Stream, settings: Settings
) -> CfnStage:
    """Gives `api` its models and routes, and deploys them as the stage of `settings`."""
    scope = api.stack
    models = create_models(api, traces=settings.traces)
    parts = [
        *models.values(),
        *_connect(scope, api, functions["authorize"], functions["connect"]),
        *_lambda_route(scope, api, "$disconnect", functions["disconnect"]),
        *_heart_rate_route(scope, api, heart_rate, models["heartrate"]),
    ]
    if settings.default_answer:
        parts += _default_route(scope, api)
    for action in ACTIONS:
        parts += _lambda_route(scope, api, action, functions[action], models[action])
    return _deploy(scope, api, parts, settings.stage)


def _connect(
    scope: Stack, api: CfnApi, authorize: Function, connect: Function
) -> list[CfnResource]:
    authorizer = CfnAuthorizer(
        scope,
        "authorizer",
        api_id=api.ref,
        name="authorize",
        authorizer_type="REQUEST",
        authorizer_uri=invocation_uri(authorize),
        identity_source=["route.request.querystring.token"],
    )
    let_invoke(authorize, api.ref, f"authorizers/{authorizer.ref}")
    integration = _lambda_integration(scope, api, "$connect", connect)
    route = CfnRoute(
        scope,
        "connect-route",
        api_id=api.ref,
        route_key="$connect",
        authorization_type="CUSTOM",
        authorizer_id=authorizer.ref,
        target=_target(integration),
    )
    return [authorizer, integration, route]


def _lambda_route(
    scope: Stack, api: CfnApi, key: str, function: Function, model: CfnResource | None = None
) -> list[CfnResource]:
    """A route to `function`, which answers the messages that its model takes."""
    integration = _lambda_integration(scope, api, key, function)
    return [integration, *_route(scope, api, key, integration, model, responds=bool(model))]


def _heart_rate_route(
    scope: Stack, api: CfnApi, stream: Stream, model: CfnResource
) -> list[CfnResource]:
    """No function stands in this way, and nothing is answered when all is well."""
    role = put_role(scope, "heartrate-role", stream)
    integration = CfnIntegration(
        scope,
        "heartrate-integration",
        api_id=api.ref,
        integration_type="AWS",
        integration_method="POST",
        integration_uri=put_uri(),
        credentials_arn=role.role_arn,
        request_parameters=KINESIS_CONTENT_TYPE,
        request_templates={"heartrate": mapping_templates.put_message(stream.stream_name)},
        template_selection_expression=ACTION,
        passthrough_behavior="NEVER",
    )
    return [integration, *_route(scope, api, "heartrate", integration, model)]


def _default_route(scope: Stack, api: CfnApi) -> list[CfnResource]:
    """What no other route takes is answered at once, by the gateway itself."""
    integration = CfnIntegration(
        scope,
        "default-integration",
        api_id=api.ref,
        integration_type="MOCK",
        request_templates={STATIC_KEY: mapping_templates.MOCK_REQUEST},
        template_selection_expression=STATIC_KEY,
        passthrough_behavior="NEVER",
    )
    answer = CfnIntegrationResponse(
        scope,
        "default-integration-response",
        api_id=api.ref,
        integration_id=integration.ref,
        integration_response_key="$default",
        response_templates={STATIC_KEY: mapping_templates.unknown_action()},
        template_selection_expression=STATIC_KEY,
    )
    return [integration, answer, *_route(scope, api, "$default", integration, responds=True)]


def _route(
    scope: Stack,
    api: CfnApi,
    key: str,
    integration: CfnIntegration,
    model: CfnResource | None = None,
    *,
    responds: bool = False,
) -> list[CfnResource]:
    """The route for `key`, with a model if clients send it a body of a known form."""
    route = CfnRoute(
        scope,
        f"{_plain(key)}-route",
        api_id=api.ref,
        route_key=key,
        authorization_type="NONE",
        target=_target(integration),
        route_response_selection_expression="$default" if responds else None,
    )
    accept(route, "APIG4", "A WebSocket API authorizes $connect; messages belong to a connection.")
    if model:
        route.model_selection_expression = ACTION
        route.request_models = {key: model_name(key)}
        route.add_resource_dependency(model)  # a model is named, not referred to
    if not responds:
        return [route]
    response = CfnRouteResponse(
        scope,
        f"{_plain(key)}-route-response",
        api_id=api.ref,
        route_id=route.ref,
        route_response_key="$default",
    )
    return [route, response]


def _lambda_integration(scope: Stack, api: CfnApi, key: str, function: Function) -> CfnIntegration:
    let_invoke(function, api.ref, f"*/{key}")
    return CfnIntegration(
        scope,
        f"{_plain(key)}-integration",
        api_id=api.ref,
        integration_type="AWS_PROXY",
        integration_method="POST",
        integration_uri=invocation_uri(function),
    )


def _deploy(scope: Stack, api: CfnApi, parts: list[CfnResource], stage: str) -> CfnStage:
    deployment = CfnDeployment(scope, deployment_name(scope, parts), api_id=api.ref)
    for part in parts:
        deployment.add_resource_dependency(part)
    result = CfnStage(
        scope,
        "stage",
        api_id=api.ref,
        stage_name=stage,
        deployment_id=deployment.ref,
        default_route_settings=CfnStage.RouteSettingsProperty(
            throttling_rate_limit=THROTTLE_RATE, throttling_burst_limit=THROTTLE_BURST
        ),
    )
    accept(result, "APIG1", "Access logs need a role set for the whole account; alarms bring it.")
    return result


def _target(integration: CfnIntegration) -> str:
    return f"integrations/{integration.ref}"


def _plain(key: str) -> str:
    return key.removeprefix("$")
