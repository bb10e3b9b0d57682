"""DynamoDB's operations on a store, each from its request to the JSON of its answer."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Raw, json

from local.tables import definition, partiql, requests
from local.tables.conditions import Condition
from local.tables.definition import WRONG, Definition, Key, TableDefinition
from local.tables.expressions import Expressions
from local.tables.projections import Projection, picker
from local.tables.queries import asked
from local.tables.refused import Item, RefusedError, invalid
from local.tables.store import Place, Rows, Store
from local.tables.values import MAX_ITEM_BYTES, check_item, item_bytes, key_bytes

MAX_WRITES, MAX_READS = 25, 100
"""Items of one BatchWriteItem and of one BatchGetItem."""
PAGE_BYTES, BATCH_BYTES = 1 << 20, 16 << 20
"""After how much a query or scan ends its page, and BatchGetItem leaves the rest; here of JSON,
which is somewhat more than the items are by DynamoDB's measure."""
EMPTY = b"{}"
TOO_LARGE = "Item size has exceeded the maximum allowed size"
UPDATED_TOO_LARGE = "Item size to update has exceeded the maximum allowed size"

_decode = json.Decoder(Item).decode
_ABOUT_TABLES = (requests.Named, requests.UpdateTimeToLive)
_ALLOWED = {"PutItem": requests.PutItem, "UpdateItem": requests.UpdateItem}


@dataclass(slots=True)
class Operations:
    """Each takes its request and answers JSON. Raises RefusedError."""

    store: Store

    def create_table(self, request: Definition) -> bytes:
        table = msgspec.convert(
            {**request, "CreatedAt": time.time(), "TimeToLive": None}, TableDefinition
        )
        definition.check(table)
        self.store.create(table)
        return json.encode({"TableDescription": self._described(table)})

    def describe_table(self, request: requests.Named) -> bytes:
        return json.encode({"Table": self._described(self._table(request).table.definition)})

    def delete_table(self, request: requests.Named) -> bytes:
        described = self._described(self._table(request).table.definition)
        self.store.drop(request.table_name)
        return json.encode({"TableDescription": described | {"TableStatus": "DELETING"}})

    def list_tables(self, request: requests.ListTables) -> bytes:
        names = [name for name in self.store.names() if name > request.exclusive_start_table_name]
        answer: Definition = {"TableNames": names[: request.limit]}
        if len(names) > request.limit:
            answer["LastEvaluatedTableName"] = names[request.limit - 1]
        return json.encode(answer)

    def update_time_to_live(self, request: requests.UpdateTimeToLive) -> bytes:
        wanted = request.time_to_live_specification
        there = self._table(request).table.definition.time_to_live
        if wanted.enabled == (there is not None):
            raise invalid(f"TimeToLive is already {'enabled' if there else 'disabled'}")
        self.store.expire_by(request.table_name, wanted.attribute_name if wanted.enabled else None)
        return json.encode({"TimeToLiveSpecification": wanted})

    def describe_time_to_live(self, request: requests.Named) -> bytes:
        attribute = self._table(request).table.definition.time_to_live
        told: Definition = {"TimeToLiveStatus": "ENABLED" if attribute else "DISABLED"}
        if attribute:
            told["AttributeName"] = attribute
        return json.encode({"TimeToLiveDescription": told})

    def get_item(self, request: requests.GetItem) -> bytes:
        rows = self.store[request.table_name]
        projection = _projection(request)
        item = rows.get(_place(rows, request.key))
        if item is None:
            return EMPTY
        return b'{"Item":' + _projected(item, projection) + b"}"

    def batch_get_item(self, request: requests.BatchGetItem) -> bytes:
        wanted = request.request_items
        if sum(len(each.keys) for each in wanted.values()) > MAX_READS:
            raise invalid("Too many items requested for the BatchGetItem call")
        found: dict[str, list[Raw]] = {name: [] for name in wanted}
        left: dict[str, Any] = {}
        size = 0
        for name, keys in wanted.items():
            rows, projection = self.store[name], _projection(keys)
            places = [_place(rows, key) for key in keys.keys]
            _check_different(places)
            for at, place in enumerate(places):
                if size > BATCH_BYTES:
                    left[name] = msgspec.structs.replace(keys, keys=keys.keys[at:])
                    break
                item = rows.get(place)
                if item is not None:
                    found[name].append(Raw(_projected(item, projection)))
                    size += len(item)
        unprocessed = {name: _keys(keys) for name, keys in left.items()}
        return json.encode({"Responses": found, "UnprocessedKeys": unprocessed})

    def put_item(self, request: requests.PutItem) -> bytes:
        rows = self._table(request)
        place, written = _checked(rows, request.item)
        before = self._before(rows, place, request)
        rows.put(place, request.item, written)
        return _old(request.return_values, before)

    def delete_item(self, request: requests.DeleteItem) -> bytes:
        rows = self._table(request)
        place = _place(rows, request.key)
        before = self._before(rows, place, request)
        rows.delete(place)
        return _old(request.return_values, before)

    def update_item(self, request: requests.UpdateItem) -> bytes:
        rows = self._table(request)
        place = _place(rows, request.key)
        expressions = _expressions(request)
        condition = expressions.condition("ConditionExpression", request.condition_expression)
        update = expressions.update(request.update_expression)
        expressions.check()
        paths = update.paths if update else ()
        for name in rows.table.key.names:
            if any(path[0] == name for path in paths):
                raise invalid(
                    f"{WRONG}Cannot update attribute {name}. This attribute is part of the key"
                )
        stored = rows.get(place)
        before: Item = _decode(stored) if stored else {}
        _meet(condition, before, expressions, request)
        item: Item = _decode(stored) if stored else dict(request.key)
        if update:
            update.apply(item, before or dict(request.key), expressions.values)
        rows.put(place, item, _sized(item, UPDATED_TOO_LARGE))
        kind, _, when = request.return_values.partition("_")
        if kind == "NONE" or (when == "OLD" and not stored):
            return EMPTY
        told = before if when == "OLD" else item
        picked = picker(paths)(told) if kind == "UPDATED" else told
        return json.encode({"Attributes": picked}) if picked else EMPTY

    def batch_write_item(self, request: requests.BatchWriteItem) -> bytes:
        wanted = request.request_items
        if sum(map(len, wanted.values())) > MAX_WRITES:
            raise invalid("Too many items requested for the BatchWriteItem call")
        writes: list[Callable[[], None]] = []
        for name, several in wanted.items():
            rows = self.store[name]
            places = []
            for each in several:
                place, write = _write(rows, each)
                places.append(place)
                writes.append(write)
            _check_different(places)
        with self.store.together():
            for write in writes:
                write()
        return b'{"UnprocessedItems":{}}'

    def batch_execute_statement(self, request: requests.BatchExecuteStatement) -> bytes:
        calls: dict[str, Callable[[Any], bytes]] = {
            "PutItem": self.put_item,
            "UpdateItem": self.update_item,
        }

        def key_of(name: str) -> tuple[str, ...]:
            return self.store[name].table.key.names

        def write(operation: str, made: partiql.Request) -> None:
            calls[operation](msgspec.convert(made, _ALLOWED[operation]))

        statements = [msgspec.to_builtins(statement) for statement in request.statements]
        with self.store.together():
            return json.encode(partiql.run_batch(statements, key_of, write))

    def query(self, request: requests.Query) -> bytes:
        rows = self.store[request.table_name]
        expressions = Expressions(
            request.expression_attribute_names, request.expression_attribute_values
        )
        condition = expressions.key_condition(request.key_condition_expression)
        page = _Page(rows, request, expressions)
        key = page.key
        partition, bounds = asked(condition, key, expressions.values)
        if page.filter and (primary := page.filter.attributes.intersection(key.names)):
            raise invalid(
                "Filter Expression can only contain non-primary key attributes: Primary key "
                f"attribute: {min(primary)}"
            )
        after = _start(rows, request, key)
        if after and after[0] != partition:
            raise invalid(
                "The provided starting key is outside query boundaries based on provided conditions"
            )
        return page.of(
            rows.read(
                page.index,
                partition=partition,
                bounds=bounds,
                after=after[1:],
                forward=request.scan_index_forward,
                limit=request.limit or -1,
            )
        )

    def scan(self, request: requests.Scan) -> bytes:
        rows = self.store[request.table_name]
        expressions = Expressions(
            request.expression_attribute_names, request.expression_attribute_values
        )
        page = _Page(rows, request, expressions)
        after = _start(rows, request, page.key)
        return page.of(rows.read(page.index, after=after, limit=request.limit or -1))

    def _table(self, request: requests.Named) -> Rows:
        """The rows of a table; calls about tables say which one is not found."""
        if type(request) in _ABOUT_TABLES and request.table_name not in self.store.names():
            raise definition.not_found(f": Table: {request.table_name} not found")
        return self.store[request.table_name]

    def _described(self, table: TableDefinition) -> Definition:
        count = self.store[table.table_name].count()
        return definition.described(table, msgspec.to_builtins(table), count)

    def _before(
        self, rows: Rows, place: Place, request: requests.PutItem | requests.DeleteItem
    ) -> bytes | None:
        """What is there, if anybody asks, once it meets the condition."""
        expressions = _expressions(request)
        condition = expressions.condition("ConditionExpression", request.condition_expression)
        expressions.check()
        if condition is None and request.return_values == "NONE":
            return None
        before = rows.get(place)
        _meet(condition, _decode(before) if before else {}, expressions, request)
        return before


class _Page:
    """One page of a query or a scan."""

    def __init__(self, rows: Rows, request: requests.Scan, expressions: Expressions) -> None:
        self.index, self.key = _access(rows, request)
        self._rows = rows
        self._request = request
        self._values = expressions.values
        self.filter = expressions.condition("FilterExpression", request.filter_expression)
        self._projection = expressions.projection(request.projection_expression)
        expressions.check()
        if self.index is not None and request.consistent_read:
            raise invalid("Consistent reads are not supported on global secondary indexes")
        kept = None if self.index is None else rows.table.indexes[self.index].kept
        self._kept = None if kept is None else picker([(name,) for name in sorted(kept)])

    def of(self, items: Iterable[bytes]) -> bytes:
        """The answer from these items, which are what is there up to the limit."""
        found: list[Raw] = []
        looked_at = size = 0
        last, more = EMPTY, False
        for item in items:
            size += len(item)
            if size > PAGE_BYTES and looked_at:
                more = True
                break
            looked_at += 1
            last = item
            if (kept := self._of(item)) is not None:
                found.append(Raw(kept))
        answer: dict[str, Any] = {"Count": len(found), "ScannedCount": looked_at}
        if self._request.select != "COUNT":
            answer["Items"] = found
        if more or looked_at == self._request.limit:
            names = (*self.key.names, *self._rows.table.key.names)
            whole = _decode(last)
            answer["LastEvaluatedKey"] = {name: whole[name] for name in names}
        return json.encode(answer)

    def _of(self, written: bytes) -> bytes | None:
        """What is answered of an item; None when it does not pass the filter."""
        if not (self.filter or self._kept or self._projection):
            return written
        item: Item = _decode(written)
        if self._kept:
            item = self._kept(item)
        if self.filter and not self.filter.test(item, self._values):
            return None
        return json.encode(self._projection.pick(item) if self._projection else item)


def _access(rows: Rows, request: requests.Scan) -> tuple[int | None, Key]:
    """Which index, if not the table, and its key."""
    if request.index_name is None:
        return None, rows.table.key
    at, index = rows.table.index(request.index_name)
    return at, index.key


def _start(rows: Rows, request: requests.Scan, key: Key) -> tuple[bytes, ...]:
    """After what to begin: the place in the index, if in one, and in the table."""
    start = request.exclusive_start_key
    if start is None:
        return ()
    check_item(start)
    keys = [key] if request.index_name is None else [key, rows.table.key]
    if start.keys() != {name for each in keys for name in each.names}:
        raise invalid("The provided starting key is invalid")
    parts = []
    for each in keys:
        contents = [
            key_bytes(kind, start[name].get(kind, ""))
            for name, kind in zip(each.names, each.types, strict=True)
        ]
        parts += [contents[0], contents[1] if len(contents) > 1 else b""]
    return tuple(parts)


def _place(rows: Rows, key: Item) -> Place:
    check_item(key)
    return rows.table.key.of_key(key)


def _checked(rows: Rows, item: Item) -> tuple[Place, bytes]:
    """Where an item goes, and how it is written."""
    check_item(item)
    return rows.table.key.of_item(item), _sized(item, TOO_LARGE)


def _sized(item: Item, sentence: str) -> bytes:
    """JSON of an item is longer than the item is by DynamoDB's measure."""
    written = json.encode(item)
    if len(written) > MAX_ITEM_BYTES and item_bytes(item) > MAX_ITEM_BYTES:
        raise invalid(sentence)
    return written


def _write(rows: Rows, request: requests.WriteRequest) -> tuple[Place, Callable[[], None]]:
    put, delete = request.put_request, request.delete_request
    if put is not None and delete is None:
        place, written = _checked(rows, put.item)
        return place, lambda: rows.put(place, put.item, written)
    if delete is None or put is not None:
        raise invalid(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of "
            "the supported datatypes"
        )
    place = _place(rows, delete.key)
    return place, lambda: rows.delete(place)


def _check_different(places: list[Place]) -> None:
    if len(set(places)) < len(places):
        raise invalid("Provided list of item keys contains duplicates")


def _expressions(request: requests.Writing) -> Expressions:
    return Expressions(request.expression_attribute_names, request.expression_attribute_values)


def _meet(
    condition: Condition | None, before: Item, expressions: Expressions, request: requests.Writing
) -> None:
    if condition is None or condition.test(before, expressions.values):
        return
    wanted = request.return_values_on_condition_check_failure == "ALL_OLD"
    raise RefusedError(
        "ConditionalCheckFailedException",
        "The conditional request failed",
        before if wanted and before else None,
    )


def _projection(request: requests.Reading) -> Projection | None:
    expressions = Expressions(request.expression_attribute_names)
    projection = expressions.projection(request.projection_expression)
    expressions.check()
    return projection


def _projected(item: bytes, projection: Projection | None) -> bytes:
    return item if projection is None else json.encode(projection.pick(_decode(item)))


def _old(return_values: str, before: bytes | None) -> bytes:
    if return_values == "NONE" or before is None:
        return EMPTY
    return b'{"Attributes":' + before + b"}"


def _keys(request: requests.Keys) -> Mapping[str, Any]:
    """What of a table was left, as the request had it."""
    told = msgspec.to_builtins(request)
    del told["ReturnConsumedCapacity"]
    return {name: value for name, value in told.items() if value is not None}
