"""The resources of a template, resolved, and what is read of them in more than one place."""

import json
from typing import Any

from jsonschema import Draft4Validator, SchemaError

from local.template.intrinsics import StackError

Properties = dict[str, Any]
Resources = dict[str, dict[str, Properties]]
"""Resolved properties by type and local name."""


def only(resources: Resources, kind: str) -> tuple[str, Properties]:
    """The name and the properties of the one resource of its kind. Raises StackError."""
    if len(resources[kind]) != 1:
        raise StackError(
            f"The template has {len(resources[kind])} resources of type {kind}; "
            "the local cloud runs exactly one."
        )
    return next(iter(resources[kind].items()))


def schema(model: Properties) -> dict[str, Any]:
    """The schema of a model, as API Gateway takes it: an object, or text that says one.

    Raises StackError for what is none.
    """
    given = model["Schema"]
    try:
        found: dict[str, Any] = json.loads(given) if isinstance(given, str) else given
        Draft4Validator.check_schema(found)
    except (json.JSONDecodeError, SchemaError) as error:
        raise StackError(
            f"Invalid model schema specified: the model {model['Name']!r} is no JSON Schema of "
            f"draft 4, for {str(error).splitlines()[0]}. CloudFormation makes text of a schema's "
            "numbers: give the whole schema as text to a Custom::WebSocketModel, as "
            "infra/models.py does."
        ) from None
    return found


def invoked(uri: str) -> str:
    """The function in arn:aws:apigateway:…:functions/arn:aws:lambda:…:function:NAME/invocations."""
    return uri.removesuffix("/invocations").rpartition(":")[2]
