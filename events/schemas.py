"""JSON Schema, draft 4, of the types on the wire: the dialect of API Gateway's WebSocket models."""

from inspect import cleandoc
from typing import Any

import msgspec

from events.history import End, HistoryQuery
from events.messages import Change, ClassPlan, FloorQuery, OwnSongs, Rate, Skip, Start, WorkoutQuery
from events.stream import HeartRateBatch

ROUTES: dict[str, type[msgspec.Struct]] = {
    "heartrate": HeartRateBatch,
    "start": Start,
    "change": Change,
    "skip": Skip,
    "end": End,
    "rate": Rate,
    "workout": WorkoutQuery,
    "floor": FloorQuery,
    "class_plan": ClassPlan,
    "own_songs": OwnSongs,
    "history": HistoryQuery,
}
"""What a client may send, by route key (the value of `action`)."""


def draft4(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The schema of `struct` with every reference inlined, and no keyword newer than draft 4."""
    (_,), components = msgspec.json.schema_components([struct], ref_template="{name}")
    schema = _inline(components[struct.__name__], components)
    return {"$schema": "http://json-schema.org/draft-04/schema#", **schema}


def _inline(node: Any, components: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inline(item, components) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        node = {**components[node["$ref"]], **{k: v for k, v in node.items() if k != "$ref"}}
    node = {key: _inline(value, components) for key, value in node.items()}
    if "prefixItems" in node:
        node["items"] = node.pop("prefixItems")  # minItems = maxItems: no item is left over
    if node.get("required") == []:
        del node["required"]  # draft 4 forbids an empty list
    if isinstance(said := node.get("description"), str):
        node["description"] = cleandoc(said)  # Python 3.13 has taken the indentation already
    node.pop("default", None)  # says nothing about what is accepted; CDK would lose a null
    return node
