"""The models of a route: which messages it takes."""

from typing import Any

import fastjsonschema

from local.gateway.selection import evaluate, select
from local.template.stack import Route


class Models:
    """The JSON Schemas of one route, compiled once."""

    def __init__(self, route: Route) -> None:
        """Raises ValueError and JsonSchemaDefinitionException for what is no model."""
        self._expression = route.model_selection_expression
        if self._expression is not None:
            evaluate(self._expression, None)  # a bad one is found now, not with the first message
        self._validators = {
            key: fastjsonschema.compile(schema, use_default=False, detailed_exceptions=False)
            for key, schema in route.models.items()
        }

    def accept(self, value: Any) -> bool:
        """Whether the selected model takes the JSON value of a message.

        Without a model selection expression everything is taken; without a matching model nothing.
        """
        if self._expression is None:
            return True
        validate = select(self._expression, value, self._validators)
        if validate is None:
            return False
        try:
            validate(value)
        except fastjsonschema.JsonSchemaValueException:
            return False
        return True
