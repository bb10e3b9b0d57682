"""Tiny Lambda functions for the gateway's tests."""

import json
import os
import time
from pathlib import Path
from typing import Any

Event = dict[str, Any]
WAIT_SECONDS = 20


def authorize(event: Event, _: object) -> Event:
    """Allows `allow-NAME` as NAME; every other token is a way to be refused."""
    if event["type"] == "TOKEN":
        token = event["authorizationToken"].removeprefix("Bearer ")
        with (Path(os.environ["NOTES"]) / f"asked-{token}").open("a") as asked:
            asked.write(event["methodArn"] + "\n")
    else:
        token = event["queryStringParameters"]["token"]
    if token == "unauthorized":
        raise Exception("Unauthorized")
    if token == "crash":
        raise RuntimeError("out of order")
    if token == "nonsense":
        return {"principalId": "nobody"}
    arn = event["methodArn"] if token != "elsewhere" else "arn:aws:execute-api:*:*:other/*"
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Deny" if token == "deny" else "Allow",
        "Resource": arn.replace("$connect", "*"),
    }
    return {
        "principalId": token.removeprefix("allow-"),
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"asked": event["type"], "visits": 3, "paying": True},
    }


def connect(event: Event, _: object) -> Event:
    """Admits everyone but those who ask for `door=shut` or `door=broken`.

    Its headers are those that the query names, and the first subprotocol that is asked for.
    """
    query = event["queryStringParameters"]
    door = query.get("door")
    if door == "broken":
        raise RuntimeError("out of order")
    headers = json.loads(query.get("headers", "{}"))
    if asked := event["headers"].get("Sec-WebSocket-Protocol"):
        headers["Sec-WebSocket-Protocol"] = asked.split(",")[0]
    return {"statusCode": 403 if door == "shut" else 200, "headers": headers}


def disconnect(event: Event, _: object) -> Event:
    """Notes the event in a file that is named after the principal."""
    context = event["requestContext"]
    name = context["authorizer"]["principalId"]
    (Path(os.environ["NOTES"]) / name).write_text(json.dumps(context))
    return {"statusCode": 200}


def echo(event: Event, _: object) -> Event:
    """Answers with the event itself, or fails as the message asks."""
    body = json.loads(event["body"])
    if body.get("fail"):
        raise RuntimeError("out of order")
    if body.get("answer"):
        answer: Event = body["answer"]
        return answer
    return {"statusCode": 200, "body": json.dumps(event)}


def wait(event: Event, _: object) -> Event:
    """Answers once the file that the message names exists."""
    gate = Path(os.environ["NOTES"]) / json.loads(event["body"])["gate"]
    deadline = time.monotonic() + WAIT_SECONDS
    while not gate.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    return {"statusCode": 200, "body": '"opened"'}
