"""The events that a WebSocket API hands to Lambda functions, and its `$context`."""

from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from local.gateway.connection import Connection, new_id, now_ms
from local.project import ACCOUNT, REGION
from local.template.stack import Api


def method_arn(api: Api) -> str:
    """What an authorizer's policy has to allow."""
    return f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api.api_id}/{api.stage}/$connect"


def request_context(
    api: Api, domain_name: str, connection: Connection, event_type: str, route_key: str
) -> dict[str, Any]:
    """The `requestContext` of an event, which is also the `$context` of templates."""
    request_id = new_id()
    at_ms = now_ms()
    message = {"messageId": new_id()} if event_type == "MESSAGE" else {}
    return {
        **message,
        "routeKey": route_key,
        "eventType": event_type,
        "messageDirection": "IN",
        "requestId": request_id,
        "extendedRequestId": request_id,
        "requestTime": datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%d/%b/%Y:%H:%M:%S %z"),
        "requestTimeEpoch": at_ms,
        "connectionId": connection.id,
        "connectedAt": connection.connected_at_ms,
        "apiId": api.api_id,
        "stage": api.stage,
        "domainName": domain_name,
        "identity": {"sourceIp": connection.source_ip, "userAgent": connection.user_agent},
        "authorizer": connection.authorizer,
    }


def message_event(context: dict[str, Any], body: str) -> dict[str, Any]:
    """The event of a route that a message selected."""
    return {"requestContext": context, "body": body, "isBase64Encoded": False}


def connect_event(context: dict[str, Any], request: web.Request) -> dict[str, Any]:
    """The event of `$connect`."""
    headers, query = request.headers, request.query
    return {
        "headers": dict(headers),
        "multiValueHeaders": {name: headers.getall(name) for name in headers},
        "queryStringParameters": dict(query),
        "multiValueQueryStringParameters": {name: query.getall(name) for name in query},
        "requestContext": context,
        "isBase64Encoded": False,
    }


def authorizer_event(context: dict[str, Any], request: web.Request, arn: str) -> dict[str, Any]:
    """What the REQUEST authorizer is asked before `$connect`."""
    asked = {key: value for key, value in context.items() if key != "authorizer"}
    event = connect_event(asked, request)
    return {"type": "REQUEST", "methodArn": arn, "stageVariables": {}, **event}


def disconnect_event(context: dict[str, Any], code: int, reason: str) -> dict[str, Any]:
    """The event of `$disconnect`, with the close code and reason."""
    return {
        "requestContext": {**context, "disconnectStatusCode": code, "disconnectReason": reason},
        "isBase64Encoded": False,
    }
