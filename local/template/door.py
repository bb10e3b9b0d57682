"""Reads the REST API of a template into the HTTP door that the gateway here keeps."""

import re

from local.template.intrinsics import StackError
from local.template.resources import Properties, Resources, invoked, only, schema
from local.template.stack import Answer, Door, KinesisIntegration, TokenAuthorizer

METHOD, STAGE = "AWS::ApiGateway::Method", "AWS::ApiGateway::Stage"
DOOR = tuple(
    f"AWS::ApiGateway::{kind}"
    for kind in (
        *("Authorizer", "GatewayResponse", "Method", "Model"),
        *("RequestValidator", "Resource", "RestApi", "Stage"),
    )
)
JSON = "application/json"
HEADER = re.compile(r"(?:method\.response|gatewayresponse)\.header\.(.+)")
BELIEVED_SECONDS = 300
"""Of an authorizer that says nothing of it. API Gateway: "Create an authorizer"."""


def read_door(resources: Resources) -> Door:
    """The door. Raises StackError where the template has another REST API than one door."""
    api_id, _ = only(resources, "AWS::ApiGateway::RestApi")
    _, stage = only(resources, STAGE)
    _, path = only(resources, "AWS::ApiGateway::Resource")
    methods = {one["HttpMethod"]: one for one in resources[METHOD].values()}
    if methods.keys() != {"POST", "OPTIONS"}:
        raise StackError(
            f"The REST API has the methods {', '.join(sorted(methods))}; the local cloud keeps a "
            "door with POST and OPTIONS. Teach others to local/gateway/door.py."
        )
    post, throttle = methods["POST"], _throttle(stage)
    taken, refused = _answers(post)
    return Door(
        api_id=api_id,
        stage=stage["StageName"],
        path=path["PathPart"],
        authorizer=_authorizer(post, resources),
        schema=_model(post, resources),
        integration=_integration(post["Integration"]),
        taken=taken,
        refused=refused,
        preflight=_preflight(methods["OPTIONS"]),
        refusals={
            one["ResponseType"]: _answer(one)
            for one in resources["AWS::ApiGateway::GatewayResponse"].values()
        },
        rate=throttle["ThrottlingRateLimit"],
        burst=throttle["ThrottlingBurstLimit"],
    )


def _authorizer(method: Properties, resources: Resources) -> TokenAuthorizer:
    _, authorizer = only(resources, "AWS::ApiGateway::Authorizer")
    if method["AuthorizationType"] != "CUSTOM" or authorizer["Type"] != "TOKEN":
        raise StackError(
            f"POST is authorized by {method['AuthorizationType']} of {authorizer['Type']}; the "
            "local cloud knows a CUSTOM authorizer of tokens."
        )
    return TokenAuthorizer(
        function=invoked(authorizer["AuthorizerUri"]),
        header=authorizer["IdentitySource"].removeprefix("method.request.header."),
        form=authorizer.get("IdentityValidationExpression", ""),
        believed_seconds=authorizer.get("AuthorizerResultTtlInSeconds", BELIEVED_SECONDS),
    )


def _model(method: Properties, resources: Resources) -> dict[str, object]:
    """The model's schema, behind a validator: without one, API Gateway takes any body."""
    name, model = only(resources, "AWS::ApiGateway::Model")
    validator, validates = only(resources, "AWS::ApiGateway::RequestValidator")
    asked = method.get("RequestModels"), method.get("RequestValidatorId")
    if asked != ({JSON: name}, validator) or not validates.get("ValidateRequestBody"):
        raise StackError(
            f"POST takes bodies by {asked!r}; the local cloud needs the model {name!r} for {JSON} "
            f"and the validator {validator!r}, with ValidateRequestBody."
        )
    return schema(model)


def _integration(properties: Properties) -> KinesisIntegration:
    action = properties["Uri"].rpartition("/")[2]
    if properties["Type"] != "AWS" or ":kinesis:action/" not in properties["Uri"]:
        raise StackError(f"POST leads to {properties['Uri']!r}; the local cloud knows Kinesis.")
    content_type = properties["RequestParameters"]["integration.request.header.Content-Type"]
    return KinesisIntegration(
        action=action,
        content_type=content_type.strip("'"),
        request_templates=properties["RequestTemplates"],
        template_selection_expression=None,
        response_templates={},
    )


def _answers(method: Properties) -> tuple[Answer, Answer]:
    """What is answered to a status of 200 and to any other, which is the one without a pattern."""
    responses = method["Integration"]["IntegrationResponses"]
    by_pattern = {one.get("SelectionPattern"): one for one in responses}
    if by_pattern.keys() != {"200", None}:
        raise StackError(
            f"POST answers to {sorted(map(str, by_pattern))}; the local cloud knows answers to "
            "200 and, without a pattern, to all else."
        )
    return _answer(by_pattern["200"]), _answer(by_pattern[None])


def _preflight(method: Properties) -> Answer:
    (response,) = method["Integration"]["IntegrationResponses"]
    if method["Integration"]["Type"] != "MOCK":
        raise StackError("OPTIONS leads to a backend; the local cloud knows a MOCK.")
    return _answer(response)


def _answer(response: Properties) -> Answer:
    body = response.get("ResponseTemplates", {}).get(JSON, "")
    headers = {
        _header_name(name): value.strip("'")
        for name, value in response.get("ResponseParameters", {}).items()
    }
    if "$" in body:
        raise StackError(f"The answer {body!r} has variables, which the door here does not fill.")
    status = response.get("StatusCode")
    return Answer(None if status is None else int(status), headers, body)


def _header_name(parameter: str) -> str:
    found = HEADER.fullmatch(parameter)
    if found is None:
        raise StackError(f"An answer sets {parameter!r}, which is no header.")
    return found[1]


def _throttle(stage: Properties) -> Properties:
    for settings in stage.get("MethodSettings", []):
        if (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*"):
            found: Properties = settings
            return found
    raise StackError("The stage of the REST API throttles no method: give it MethodSettings.")
