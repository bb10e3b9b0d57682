"""API Gateway's mapping templates: Velocity, with `$input`, `$context` and `$util`."""

import base64
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, unquote_plus

import airspeed
import msgspec

from local.gateway.json_path import find


class TemplateError(Exception):
    """A template could not be read or rendered; the sentence says why."""


class MappingTemplate:
    """A template, parsed once. Values are put in as they are, never read as Velocity."""

    def __init__(self, text: str) -> None:
        self._template = airspeed.Template(text)
        try:
            self._template.ensure_compiled()
        except airspeed.TemplateError as error:
            raise TemplateError(f"The template {text!r} cannot be read: {error}") from None

    def render(self, body: str, context: Mapping[str, Any]) -> str:
        """The text for a message `body` with `$context` = `context`.

        Raises TemplateError, for example if it looks into a body that is no JSON.
        """
        try:
            rendered: str = self._template.merge(
                {"input": _input(body), "context": context, "util": UTIL, "stageVariables": {}}
            )
        except Exception as error:  # whatever a template's own calls raise
            raise TemplateError(f"The template failed: {type(error).__name__}") from error
        return rendered


def _input(body: str) -> dict[str, Any]:
    def path(where: str) -> Any:
        return find(where, msgspec.json.decode(body))

    def json(where: str) -> str:
        return msgspec.json.encode(path(where)).decode()

    return {"body": body, "path": path, "json": json}


def _escape_java_script(text: str) -> str:
    """Java's `StringEscapeUtils.escapeEcmaScript`, which also escapes ' and /."""
    units = text.encode("utf-16-be", "surrogatepass")
    codes = (int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2))
    return "".join(_ESCAPES.get(code) or _escape_code(code) for code in codes)


def _escape_code(code: int) -> str:
    return chr(code) if 32 <= code < 127 else f"\\u{code:04X}"


_ESCAPES = {
    ord(char): f"\\{name}" for char, name in zip("\b\n\t\f\r'\"\\/", "bntfr'\"\\/", strict=True)
}

UTIL: dict[str, Callable[[str], Any]] = {
    "base64Encode": lambda text: base64.b64encode(text.encode()).decode(),
    "base64Decode": lambda text: base64.b64decode(text).decode(),
    "escapeJavaScript": _escape_java_script,
    "parseJson": msgspec.json.decode,
    "urlEncode": lambda text: quote(text, safe="*-._").replace("%20", "+"),
    "urlDecode": unquote_plus,
}
