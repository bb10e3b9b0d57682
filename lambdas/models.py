"""models: creates, changes and deletes a model of the WebSocket API, for CloudFormation.

Its own resource type makes text of the numbers in a schema, which API Gateway refuses.
"""

from typing import Any

from lambdas.adapters import custom_resource, models
from lambdas.adapters.telemetry import logger, traced


@traced
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Tells CloudFormation how it ended, whatever happened: without an answer it would wait."""
    try:
        model_id, failure = _carry_out(custom_resource.decode(event, models.Model)), ""
    except Exception as error:  # noqa: BLE001 - whatever it is, CloudFormation waits for an answer
        logger.exception("A model could not be changed")
        model_id = event.get("PhysicalResourceId", custom_resource.NONE)
        failure = f"{type(error).__name__}: {error}"
    custom_resource.answer(event, model_id, failure)
    return {}


def _carry_out(asked: custom_resource.Asked[models.Model]) -> str:
    model, model_id = asked.resource_properties, asked.physical_resource_id
    if asked.request_type == "Create":
        return models.create(model)
    if asked.request_type == "Update":
        return models.update(model, model_id)
    if model_id != custom_resource.NONE:
        models.delete(model, model_id)
    return model_id
