"""API Gateway's mapping templates: Velocity, with `$input`, `$context` and `$util`."""

import base64
import re
from collections.abc import Mapping
from typing import Any

import airspeed
import msgspec

from local.gateway.json_path import find
from local.gateway.selection import parse

KNOWN = {"$input.body", "$input.json", "$util.base64Encode"}
"""Of `$input` and `$util`, what the stack's templates use."""
REFERENCE = re.compile(r"\$!?\{?((?:input|util)\.\w+)")
UTIL = {"base64Encode": lambda text: base64.b64encode(text.encode()).decode()}


class TemplateError(Exception):
    """A template could not be read or rendered; the sentence says why."""


class MappingTemplate:
    """A template, parsed once. Values are put in as they are, never read as Velocity."""

    def __init__(self, text: str) -> None:
        unknown = {f"${name}" for name in REFERENCE.findall(text)} - KNOWN
        if unknown:
            raise TemplateError(
                f"The template {text!r} uses {min(unknown)}, which this gateway does not know; "
                f"it knows {', '.join(sorted(KNOWN))}."
            )
        self._template = airspeed.Template(text)
        try:
            self._template.ensure_compiled()
        except airspeed.TemplateError as error:
            raise TemplateError(f"The template {text!r} cannot be read: {error}") from None

    def render(self, body: str, context: Mapping[str, Any]) -> str:
        """The text for a message `body` with `$context` = `context`.

        Raises TemplateError when one of its calls fails.
        """

        def json(path: str) -> str:
            return msgspec.json.encode(find(path, parse(body))).decode()

        given = {"body": body, "json": json}
        try:
            rendered: str = self._template.merge(
                {"input": given, "context": context, "util": UTIL, "stageVariables": {}}
            )
        except Exception as error:  # whatever a template's own calls raise
            raise TemplateError(f"The template failed: {type(error).__name__}") from error
        return rendered
