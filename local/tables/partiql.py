"""PartiQL's INSERT and UPDATE as PutItem and UpdateItem; every other statement is refused.

    INSERT INTO "song-ends" VALUE {'user_id': ?, 'slot': ?}
    UPDATE "song-ends" SET "session" = ? SET slot = ? REMOVE song WHERE user_id = ? AND version = ?

Values are parameters, one `?` each. AWS takes more; what it answers to these is in the developer
guide under "PartiQL - a SQL-compatible query language for Amazon DynamoDB", its codes in the API
reference under BatchStatementError.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

from local.tables.refused import Item, RefusedError, invalid

MAX = 25
"""Statements of a batch."""
PASSED_ON = ("ReturnValuesOnConditionCheckFailure",)
STATEMENT_CODES = {
    "ConditionalCheckFailedException": "ConditionalCheckFailed",
    "ResourceNotFoundException": "ResourceNotFound",
    "ValidationException": "ValidationError",
}
"""What a batch calls an exception in the answer to one of its statements."""

Request = dict[str, Any]
Write = Callable[[str, Request], None]
"""Does a PutItem or an UpdateItem. Raises RefusedError."""
KeyOf = Callable[[str], Sequence[str]]
"""The names of a table's key attributes. Raises RefusedError."""

_TOKEN = re.compile(r"""\s*(?:([A-Za-z_]\w*)|"([^"]+)"|'([^']+)'|([?={}:,]))""")
_WORD, _QUOTED, _TEXT, _SIGN = range(1, 5)


@dataclass(frozen=True, slots=True)
class Insert:
    """An item of these attributes, in the order of the parameters."""

    table: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Update:
    """What is set, removed and asked; the parameters are those of `sets`, then of `where`."""

    table: str
    sets: tuple[str, ...]
    removes: tuple[str, ...]
    where: tuple[str, ...]


def run_batch(statements: Sequence[Mapping[str, Any]], key_of: KeyOf, write: Write) -> Request:
    """BatchExecuteStatement: each statement by itself, whatever becomes of the others.

    Raises RefusedError for none or more than 25 statements, and for two that write one item: AWS's
    documentation is silent on these, so here the batch is held to what BatchWriteItem holds to.
    """
    if not 1 <= len(statements) <= MAX:
        bound = "greater than or equal to 1" if not statements else f"less than or equal to {MAX}"
        raise invalid(
            "1 validation error detected: Value at 'statements' failed to satisfy constraint: "
            f"Member must have length {bound}"
        )
    writes = [_planned(statement, key_of) for statement in statements]
    items = [one.item for one in writes if one.item]
    if any(item in items[:at] for at, item in enumerate(items)):
        raise invalid("Provided list of item keys contains duplicates")
    return {"Responses": [_run(one, write) for one in writes]}


@dataclass(slots=True)
class _Planned:
    """A statement's write, and the item that it writes; or why there is none."""

    parsed: "Insert | Update | None" = None
    operation: str = ""
    request: Request = field(default_factory=dict)
    item: tuple[str, Item] | None = None
    refused: RefusedError | None = None


def _planned(statement: Mapping[str, Any], key_of: KeyOf) -> _Planned:
    planned = _Planned()
    try:
        planned.parsed = parse(statement.get("Statement", ""))
        key = key_of(planned.parsed.table)
        parameters = statement.get("Parameters", [])
        planned.operation, request = translate(planned.parsed, parameters, key)
    except RefusedError as error:
        planned.refused = error
        return planned
    attributes = request.get("Key") or request["Item"]
    planned.item = planned.parsed.table, {name: attributes.get(name) for name in key}
    planned.request = request | {name: statement[name] for name in PASSED_ON if name in statement}
    return planned


def _run(planned: _Planned, write: Write) -> Request:
    try:
        if planned.refused:
            raise planned.refused
        write(planned.operation, planned.request)
    except RefusedError as error:
        return _failed(planned.parsed, error)
    return {"TableName": planned.request["TableName"]}


def _failed(parsed: Insert | Update | None, error: RefusedError) -> Request:
    code, message = STATEMENT_CODES.get(error.code, "InternalServerError"), str(error)
    if code == "ConditionalCheckFailed" and isinstance(parsed, Insert):
        code, message = "DuplicateItem", "Duplicate primary key exists in table"
    answer: Request = {"Error": {"Code": code, "Message": message}}
    if error.item is not None:
        answer["Error"]["Item"] = error.item
    if parsed is not None:
        answer["TableName"] = parsed.table
    return answer


def translate(
    statement: Insert | Update, parameters: Sequence[Any], key: Sequence[str]
) -> tuple[str, Request]:
    """The operation that does the same, and its request, for a table with these key attributes.

    Raises RefusedError when the parameters are not as many as the question marks, or WHERE does
    not name the whole key.
    """
    names = statement.names if isinstance(statement, Insert) else statement.sets + statement.where
    if len(parameters) != len(names):
        raise invalid("Number of parameters in request and statement don't match.")
    if isinstance(statement, Insert):
        return "PutItem", {
            "TableName": statement.table,
            "Item": dict(zip(names, parameters, strict=True)),
            "ConditionExpression": "attribute_not_exists(#key)",
            "ExpressionAttributeNames": {"#key": key[0]},
        }
    return "UpdateItem", _update(statement, parameters, key)


def _update(statement: Update, parameters: Sequence[Any], key: Sequence[str]) -> Request:
    asked = list(zip(statement.where, parameters[len(statement.sets) :], strict=True))
    if not set(key) <= set(statement.where):
        raise invalid("Where clause does not contain a mandatory equality on all key attributes")
    names = {"#key": key[0]}
    values: Item = {}

    def placeholder(name: str) -> str:
        alias = f"#n{len(names)}"
        names[alias] = name
        return alias

    def equals(name: str, value: Any) -> str:
        values[f":v{len(values)}"] = value
        return f"{placeholder(name)} = :v{len(values) - 1}"

    sets = [equals(*pair) for pair in zip(statement.sets, parameters, strict=False)]
    removes = [placeholder(name) for name in statement.removes]
    conditions = [equals(*pair) for pair in asked if pair[0] not in key]
    clauses = [("SET", sets), ("REMOVE", removes)]
    request: Request = {
        "TableName": statement.table,
        "Key": {name: value for name, value in asked if name in key},
        "UpdateExpression": " ".join(f"{word} {', '.join(each)}" for word, each in clauses if each),
        "ConditionExpression": " AND ".join(["attribute_exists(#key)", *conditions]),
        "ExpressionAttributeNames": names,
    }
    return request | ({"ExpressionAttributeValues": values} if values else {})


@lru_cache(maxsize=1024)
def parse(statement: str) -> Insert | Update:
    """What the statement says. Raises RefusedError for all but the two forms above."""
    reader = _Reader(statement)
    parsed: Insert | Update
    if reader.word("INSERT", "UPDATE") == "INSERT":
        parsed = _insert(reader)
        written = parsed.names
    else:
        parsed = _clauses(reader)
        written = parsed.sets + parsed.removes
    for one, next_one in pairwise(sorted(written)):
        if one == next_one:
            raise invalid(f"Attribute {one!r} is named twice in the statement.")
    return parsed


def _insert(reader: "_Reader") -> Insert:
    reader.word("INTO")
    table = reader.name()
    reader.word("VALUE")
    reader.sign("{")
    names: list[str] = []
    while not names or reader.sign(",", "}") == ",":
        names.append(reader.text())
        reader.sign(":")
        reader.sign("?")
    reader.end()
    return Insert(table, tuple(names))


def _clauses(reader: "_Reader") -> Update:
    table = reader.name()
    sets, removes, where = [], [], []
    clause = reader.word("SET", "REMOVE")
    while clause != "WHERE":
        if clause == "SET":
            sets.append(reader.equality())
        else:
            removes.append(reader.name())
        clause = reader.word("SET", "REMOVE", "WHERE")
    where.append(reader.equality())
    while not reader.at_end:
        reader.word("AND")
        where.append(reader.equality())
    if len(set(where)) < len(where):
        raise invalid("Where clause names an attribute twice.")
    return Update(table, tuple(sets), tuple(removes), tuple(where))


class _Reader:
    """The statement's words and signs, one after the other."""

    def __init__(self, statement: str) -> None:
        self._statement = statement.strip()
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at == len(self._statement)

    def end(self) -> None:
        if not self.at_end:
            raise self._unexpected()

    def word(self, *expected: str) -> str:
        return self._next({_WORD}, expected).upper()

    def sign(self, *expected: str) -> str:
        return self._next({_SIGN}, expected)

    def name(self) -> str:
        return self._next({_WORD, _QUOTED})

    def text(self) -> str:
        return self._next({_TEXT})

    def equality(self) -> str:
        """The name in `name = ?`."""
        name = self.name()
        self.sign("=")
        self.sign("?")
        return name

    def _next(self, kinds: set[int], expected: tuple[str, ...] = ()) -> str:
        match = _TOKEN.match(self._statement, self._at)
        if match is None or match.lastindex not in kinds:
            raise self._unexpected()
        token: str = match[match.lastindex]
        if expected and token.upper() not in expected:
            raise self._unexpected()
        self._at = match.end()
        return token

    def _unexpected(self) -> RefusedError:
        rest = self._statement[self._at :].strip()[:40] or "end of statement"
        return invalid(f"Statement wasn't well formed, can't be processed: Unexpected term: {rest}")
