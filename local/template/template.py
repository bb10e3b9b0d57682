"""Reads the synthesized CloudFormation template into what the local cloud runs."""

from collections.abc import Mapping
from typing import Any

from local.kinesis.requests import KinesisError, check_stream
from local.template.casts import cast
from local.template.door import DOOR, read_door
from local.template.intrinsics import Intrinsics, StackError
from local.template.lake import LAKE, read_lake
from local.template.mappings import read_mapping
from local.template.resources import Properties, Resources, invoked, only, schema
from local.template.stack import (
    Api,
    Authorizer,
    Function,
    KinesisIntegration,
    LambdaIntegration,
    MockIntegration,
    Route,
    Stack,
    Stream,
)

READ = frozenset(
    {
        *DOOR,
        *LAKE,
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::Authorizer",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::IntegrationResponse",
        "AWS::ApiGatewayV2::Model",
        "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::RouteResponse",
        "AWS::ApiGatewayV2::Stage",
        "AWS::DynamoDB::Table",
        "AWS::Kinesis::Stream",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::Function",
        "AWS::SQS::Queue",
        "Custom::WebSocketModel",
    }
)
IGNORED_SERVICES = tuple(
    f"AWS::{service}::"
    for service in (
        *("CloudFront", "CloudWatch", "Cognito", "EC2", "ElastiCache"),
        *("IAM", "KMS", "Logs", "S3", "SNS"),
    )
)
IGNORED = frozenset(
    (
        *("AWS::ApiGateway::Deployment", "AWS::ApiGatewayV2::Deployment"),
        "AWS::Glue::Database",
        *("AWS::Lambda::Permission", "AWS::SQS::QueuePolicy"),
    )
)
"""Not needed here: everything may call everything on this machine, logs are files, tokens come from
the issuer of this machine, and Redis is the launcher's."""

TABLE = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
"""What DynamoDB's create_table takes of a table in a template."""


def read(
    template: Mapping[str, Any], parameters: Mapping[str, str], endpoints: Mapping[str, str]
) -> Stack:
    """The stack that `template` describes, with every reference resolved.

    `endpoints` holds the address of the queue service under `sqs`. Raises StackError for a
    resource that is not known here, or a parameter without a value.
    """
    resources = _resources(template, Intrinsics(template, parameters, endpoints["sqs"]))
    tables, queues = resources["AWS::DynamoDB::Table"], resources["AWS::SQS::Queue"]
    streams, functions = resources["AWS::Kinesis::Stream"], resources["AWS::Lambda::Function"]
    return Stack(
        streams=_streams(streams),
        functions=[_function(*item) for item in functions.items()],
        mappings=[
            read_mapping(properties, endpoints["sqs"], set(streams), set(functions))
            for properties in resources["AWS::Lambda::EventSourceMapping"].values()
        ],
        tables=[_table(*item) for item in tables.items()],
        time_to_live=_time_to_live(tables),
        queues=[_queue(*item) for item in queues.items()],
        api=_api(resources),
        door=read_door(resources),
        lake=read_lake(resources),
    )


def _resources(template: Mapping[str, Any], intrinsics: Intrinsics) -> Resources:
    found: Resources = {kind: {} for kind in READ}
    for logical_id, resource in template["Resources"].items():
        kind = resource["Type"]
        if kind in READ:
            properties = intrinsics.resolve(resource.get("Properties", {}))
            found[kind][intrinsics.name(logical_id)] = cast(kind, properties)
        elif kind not in IGNORED and not kind.startswith(IGNORED_SERVICES):
            raise StackError(
                f"The template has a resource of type {kind} ({logical_id}), which the local "
                "cloud does not know. Teach it to local/template/template.py, or name it in "
                "IGNORED there."
            )
    return found


def _streams(streams: dict[str, Properties]) -> list[Stream]:
    found: list[Stream] = []
    for name, properties in streams.items():
        stream = _stream(name, properties)
        try:
            check_stream(name, stream.shards, sum(each.shards for each in found))
        except KinesisError as error:
            raise StackError(f"Kinesis would refuse the stream {name!r}: {error}") from None
        found.append(stream)
    return found


def _stream(name: str, properties: Properties) -> Stream:
    mode = properties.get("StreamModeDetails", {}).get("StreamMode", "PROVISIONED")
    if mode != "PROVISIONED" or "ShardCount" not in properties:
        raise StackError(
            f"The stream {name!r} is in mode {mode} and has no ShardCount, or one that does not "
            "count; the local cloud has provisioned streams only. Give it shards in "
            "infra/streams.py."
        )
    return Stream(
        name=name,
        shards=properties["ShardCount"],
        retention_hours=properties.get("RetentionPeriodHours", 24),
    )


def _function(name: str, properties: Properties) -> Function:
    if "ReservedConcurrentExecutions" in properties:
        raise StackError(
            f"The function {name!r} has ReservedConcurrentExecutions "
            f"{properties['ReservedConcurrentExecutions']!r}, which the local cloud does not do: "
            "it would run more at once than AWS does. Leave it out of the template of this stage."
        )
    return Function(
        name=name,
        handler=properties["Handler"],
        environment=properties.get("Environment", {}).get("Variables", {}),
        timeout_seconds=properties.get("Timeout", 3),
        memory_mb=properties.get("MemorySize", 128),
    )


def _table(name: str, properties: Properties) -> dict[str, Any]:
    kept = {key: properties[key] for key in TABLE if key in properties}
    return {"TableName": name, **kept}


def _time_to_live(tables: dict[str, Properties]) -> dict[str, str]:
    found = {name: table.get("TimeToLiveSpecification", {}) for name, table in tables.items()}
    return {name: ttl["AttributeName"] for name, ttl in found.items() if ttl.get("Enabled")}


def _queue(name: str, properties: Properties) -> dict[str, Any]:
    retention = str(properties.get("MessageRetentionPeriod", 345_600))
    return {"QueueName": name, "Attributes": {"MessageRetentionPeriod": retention}}


def _api(resources: Resources) -> Api:
    api_id, api = only(resources, "AWS::ApiGatewayV2::Api")
    _, stage = only(resources, "AWS::ApiGatewayV2::Stage")
    _, authorizer = only(resources, "AWS::ApiGatewayV2::Authorizer")
    models = _models(resources)
    return Api(
        api_id=api_id,
        stage=stage["StageName"],
        route_selection_expression=api["RouteSelectionExpression"],
        authorizer=Authorizer(
            function=invoked(authorizer["AuthorizerUri"]),
            identity_sources=authorizer["IdentitySource"],
        ),
        routes=[
            _route(name, properties, resources, models)
            for name, properties in resources["AWS::ApiGatewayV2::Route"].items()
        ],
    )


def _models(resources: Resources) -> dict[str, dict[str, Any]]:
    """JSON Schema by name of the model, be it CloudFormation's own or a custom resource."""
    return {
        model["Name"]: schema(model)
        for kind in ("AWS::ApiGatewayV2::Model", "Custom::WebSocketModel")
        for model in resources[kind].values()
    }


def _route(
    name: str, properties: Properties, resources: Resources, models: dict[str, dict[str, Any]]
) -> Route:
    answered = {r["RouteId"] for r in resources["AWS::ApiGatewayV2::RouteResponse"].values()}
    chosen = properties.get("RequestModels", {})
    return Route(
        key=properties["RouteKey"],
        integration=_integration(properties["Target"].rpartition("/")[2], resources),
        models={key: _chosen(models, model) for key, model in chosen.items()},
        model_selection_expression=properties.get("ModelSelectionExpression"),
        responds=name in answered,
    )


def _chosen(models: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
    if name not in models:
        raise StackError(
            f"A route names the model {name!r}, which the template does not have. It has: "
            f"{', '.join(sorted(models))}."
        )
    return models[name]


def _integration(
    name: str, resources: Resources
) -> KinesisIntegration | LambdaIntegration | MockIntegration:
    properties = resources["AWS::ApiGatewayV2::Integration"][name]
    templates: dict[str, Any] = {
        "request_templates": properties.get("RequestTemplates", {}),
        "template_selection_expression": properties.get("TemplateSelectionExpression"),
        "response_templates": _response_templates(name, resources),
    }
    kind, uri = properties["IntegrationType"], properties.get("IntegrationUri", "")
    if kind == "AWS_PROXY":
        return LambdaIntegration(function=invoked(uri))
    if kind == "MOCK":
        return MockIntegration(**templates)
    if kind == "AWS" and ":kinesis:action/" in uri:
        parameters = properties["RequestParameters"]
        content_type = parameters["integration.request.header.Content-Type"].strip("'")
        action = uri.rpartition("/")[2]
        return KinesisIntegration(action=action, content_type=content_type, **templates)
    raise StackError(
        f"The integration {name!r} of type {kind} to {uri!r} is not known to the local cloud. "
        "It knows AWS_PROXY to Lambda, AWS to Kinesis, and MOCK."
    )


def _response_templates(integration: str, resources: Resources) -> dict[str, str]:
    return {
        key: template
        for response in resources["AWS::ApiGatewayV2::IntegrationResponse"].values()
        if response["IntegrationId"] == integration
        for key, template in response.get("ResponseTemplates", {}).items()
    }
