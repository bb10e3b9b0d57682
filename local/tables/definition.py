"""What a table is: its key, its indexes, and what DescribeTable says of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from msgspec import Struct

from local.project import ACCOUNT, REGION
from local.tables.refused import Item, RefusedError, invalid
from local.tables.values import key_bytes, typed

MAX_KEY_BYTES = (2048, 1024)
"""Of a partition key and of a sort key."""
Definition = dict[str, Any]
NO_MATCH = "The provided key element does not match the schema"


class KeyElement(Struct, frozen=True, rename="pascal"):
    attribute_name: str
    key_type: str


class Attribute(Struct, frozen=True, rename="pascal"):
    attribute_name: str
    attribute_type: str


class Projected(Struct, frozen=True, rename="pascal", omit_defaults=True):
    projection_type: str = "ALL"
    non_key_attributes: list[str] | None = None


class IndexDefinition(Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    index_name: str
    key_schema: list[KeyElement]
    projection: Projected = Projected()


class TableDefinition(Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    """What CreateTable says, when it was said, and the attribute by which items expire."""

    table_name: str
    key_schema: list[KeyElement]
    attribute_definitions: list[Attribute]
    billing_mode: Literal["PAY_PER_REQUEST"]
    global_secondary_indexes: list[IndexDefinition] = []
    created_at: float = 0.0
    time_to_live: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """The names and types, S, N or B, of a partition key and perhaps of a sort key."""

    names: tuple[str, ...]
    types: tuple[str, ...]

    def of_item(self, item: Item) -> tuple[bytes, bytes]:
        """Where the item lies. Raises RefusedError when a part is missing or is none."""
        return self._read(item, missing="Missing the key {} in the item", mistyped=_mistyped)

    def of_key(self, key: Item) -> tuple[bytes, bytes]:
        """The same of a request's Key, which holds nothing else."""
        if len(key) != len(self.names):
            raise invalid(NO_MATCH)
        return self._read(key, missing=None, mistyped=lambda *_: NO_MATCH)

    def _read(self, item: Item, missing: str | None, mistyped: Any) -> tuple[bytes, bytes]:
        parts = []
        for at, (name, kind) in enumerate(zip(self.names, self.types, strict=True)):
            value = item.get(name)
            if value is None:
                raise invalid(f"{WRONG}{missing.format(name)}" if missing else NO_MATCH)
            if kind not in value:
                raise invalid(mistyped(name, kind, typed(value)[0]))
            part = key_bytes(kind, value[kind])
            check_key_size(name, part, at)
            parts.append(part)
        return parts[0], parts[1] if len(parts) > 1 else b""


WRONG = "One or more parameter values were invalid: "


def _mistyped(name: str, expected: str, actual: str) -> str:
    return f"{WRONG}Type mismatch for key {name} expected: {expected} actual: {actual}"


def check_key_size(name: str, part: bytes, at: int) -> None:
    """Raise RefusedError unless a key's first or second part is of a length that keys may have."""
    if not part:
        raise invalid(
            f"{WRONG}The AttributeValue for a key attribute cannot contain an empty string value. "
            f"Key: {name}"
        )
    if len(part) > MAX_KEY_BYTES[at]:
        kind = ("hashkey", "rangekey")[at]
        raise invalid(
            f"{WRONG}Size of {kind} has exceeded the maximum size limit of "
            f"{MAX_KEY_BYTES[at]} bytes"
        )


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index; `kept` are the attributes that it holds, None for all."""

    name: str
    key: Key
    kept: frozenset[str] | None

    def of_item(self, item: Item) -> tuple[bytes | None, bytes | None]:
        """Where the item lies in the index; None twice when it has not all of the key.

        Raises RefusedError for a part of another type.
        """
        parts = []
        for at, (name, kind) in enumerate(zip(self.key.names, self.key.types, strict=True)):
            value = item.get(name)
            if value is None:
                return None, None
            if kind not in value:
                raise invalid(
                    f"{WRONG}Type mismatch for Index Key {name} Expected: {kind} "
                    f"Actual: {typed(value)[0]} IndexName: {self.name}"
                )
            part = key_bytes(kind, value[kind])
            check_key_size(name, part, at)
            parts.append(part)
        return parts[0], parts[1] if len(parts) > 1 else b""


@dataclass(frozen=True)
class Table:
    """One table."""

    definition: TableDefinition

    @property
    def name(self) -> str:
        return self.definition.table_name

    @cached_property
    def key(self) -> Key:
        return self._key(self.definition.key_schema)

    @cached_property
    def indexes(self) -> tuple[Index, ...]:
        return tuple(self._index(one) for one in self.definition.global_secondary_indexes)

    def index(self, name: str) -> tuple[int, Index]:
        """The index of the name, and which it is. Raises RefusedError."""
        for at, index in enumerate(self.indexes):
            if index.name == name:
                return at, index
        raise invalid(f"The table does not have the specified index: {name}")

    def _key(self, schema: Sequence[KeyElement]) -> Key:
        types = {one.attribute_name: one.attribute_type for one in self._attributes}
        names = tuple(one.attribute_name for one in schema)
        if not set(names) <= types.keys():
            raise invalid(
                f"{WRONG}Some index key attributes are not defined in AttributeDefinitions. Keys: "
                f"[{', '.join(names)}], AttributeDefinitions: [{', '.join(types)}]"
            )
        if [one.key_type for one in schema] not in (["HASH"], ["HASH", "RANGE"]):
            raise invalid(f"{WRONG}A key is one HASH attribute, and one RANGE attribute or none.")
        return Key(names, tuple(types[name] for name in names))

    def _index(self, definition: IndexDefinition) -> Index:
        key = self._key(definition.key_schema)
        projected = definition.projection
        kept = {*key.names, *self.key.names, *(projected.non_key_attributes or ())}
        whole = projected.projection_type == "ALL"
        return Index(definition.index_name, key, None if whole else frozenset(kept))

    @property
    def _attributes(self) -> list[Attribute]:
        return self.definition.attribute_definitions


def check(definition: TableDefinition) -> None:
    """Raise RefusedError unless it makes a table, all of whose attributes are of a key."""
    table = Table(definition)
    used = {*table.key.names, *(name for index in table.indexes for name in index.key.names)}
    spare = {one.attribute_name for one in definition.attribute_definitions} - used
    if spare:
        raise invalid(
            f"{WRONG}Number of attributes in KeySchema does not exactly match number of attributes "
            "defined in AttributeDefinitions"
        )


def not_found(sentence: str = "") -> RefusedError:
    return RefusedError("ResourceNotFoundException", f"Requested resource not found{sentence}")


def described(definition: TableDefinition, schema: Mapping[str, Any], items: int) -> Definition:
    """DescribeTable's answer; `schema` is the definition as the wire has it."""
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{definition.table_name}"
    throughput = {
        "NumberOfDecreasesToday": 0,
        "ReadCapacityUnits": 0,
        "WriteCapacityUnits": 0,
    }
    told = {
        "TableName": definition.table_name,
        "TableArn": arn,
        "TableStatus": "ACTIVE",
        "CreationDateTime": definition.created_at,
        "AttributeDefinitions": schema["AttributeDefinitions"],
        "KeySchema": schema["KeySchema"],
        "ProvisionedThroughput": throughput,
        "BillingModeSummary": {"BillingMode": definition.billing_mode},
        "ItemCount": items,
        "DeletionProtectionEnabled": False,
    }
    indexes = [
        {
            **index,
            "IndexArn": f"{arn}/index/{index['IndexName']}",
            "IndexStatus": "ACTIVE",
            "ProvisionedThroughput": throughput,
        }
        for index in schema["GlobalSecondaryIndexes"]
    ]
    return told | ({"GlobalSecondaryIndexes": indexes} if indexes else {})
