"""The models of a WebSocket API, which say what messages it takes."""

import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from botocore.exceptions import ClientError
from msgspec import Struct

from lambdas.adapters import clients

PAUSES_SECONDS = (1, 2, 4, 8, 16)
"""API Gateway refuses a change to an API that something else changes at the moment, as the rest of
a deployment does, and no retry mode of boto3 takes that for worth another try."""
CHANGED_MEANWHILE, NOT_THERE = "ConflictException", "NotFoundException"
Given = ParamSpec("Given")
Result = TypeVar("Result")


class Model(Struct, frozen=True, rename="pascal"):
    """A model as the template describes it; the schema is text, as API Gateway takes it."""

    api_id: str
    name: str
    schema: str


def create(model: Model) -> str:
    """Creates a model; its id. Raises ClientError with API Gateway's reason."""
    return _patiently(_create, model)


def update(model: Model, model_id: str) -> str:
    """Gives a model another schema; its id, which is another one if it was no longer there.

    Raises ClientError with API Gateway's reason.
    """
    try:
        return _patiently(_update, model, model_id)
    except ClientError as error:
        if _code(error) != NOT_THERE:
            raise
        return create(model)


def delete(model: Model, model_id: str) -> None:
    """Deletes a model, if it is there. Raises ClientError with API Gateway's reason."""
    try:
        _patiently(_delete, model, model_id)
    except ClientError as error:
        if _code(error) != NOT_THERE:
            raise


def _create(model: Model) -> str:
    answer = clients.gateway().create_model(
        ApiId=model.api_id, Name=model.name, ContentType="application/json", Schema=model.schema
    )
    return str(answer["ModelId"])


def _update(model: Model, model_id: str) -> str:
    clients.gateway().update_model(ApiId=model.api_id, ModelId=model_id, Schema=model.schema)
    return model_id


def _delete(model: Model, model_id: str) -> None:
    clients.gateway().delete_model(ApiId=model.api_id, ModelId=model_id)


def _patiently(
    change: Callable[Given, Result], *given: Given.args, **named: Given.kwargs
) -> Result:
    """What `change` gives, tried again while something else changes the API."""
    for pause_seconds in PAUSES_SECONDS:
        try:
            return change(*given, **named)
        except ClientError as error:
            if _code(error) != CHANGED_MEANWHILE:
                raise
            time.sleep(pause_seconds)
    return change(*given, **named)


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]
