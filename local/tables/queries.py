"""Which part of a table, or of an index, a query asks for."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from local.tables.definition import WRONG, Key
from local.tables.refused import RefusedError, invalid
from local.tables.store import Bound
from local.tables.syntax import Reader
from local.tables.values import Value, key_bytes

KIND = "KeyConditionExpression"
OPERATORS = ("=", "<", "<=", ">", ">=")
NOT_SUPPORTED = "Query key condition not supported"


class Clause(NamedTuple):
    """One attribute, an operator, and the names of the values it is compared with."""

    attribute: str
    operator: str
    values: tuple[str, ...]


class KeyCondition(NamedTuple):
    """Its clauses, and what of the request it uses."""

    clauses: tuple[Clause, ...]
    names: frozenset[str]
    values: frozenset[str]


@lru_cache(maxsize=1024)
def key_condition(text: str, names: tuple[tuple[str, str], ...]) -> KeyCondition:
    """Reads a KeyConditionExpression. Raises RefusedError."""
    reader = Reader(KIND, text, dict(names))
    clauses = _clauses(reader)
    reader.end()
    return KeyCondition(tuple(clauses), frozenset(reader.used_names), frozenset(reader.used_values))


def _clauses(reader: Reader) -> list[Clause]:
    if reader.takes("("):
        clauses = _clauses(reader)
        reader.expect(")")
    else:
        clauses = [_clause(reader)]
    return clauses + _clauses(reader) if reader.takes("AND") else clauses


def _clause(reader: Reader) -> Clause:
    if reader.peek() == "begins_with" and reader.peek(1) == "(":
        reader.take()
        reader.take()
        attribute = _attribute(reader)
        reader.expect(",")
        value = reader.value()
        reader.expect(")")
        return Clause(attribute, "begins_with", (value,))
    attribute = _attribute(reader)
    operator = reader.take().upper()
    if operator == "BETWEEN":
        low = reader.value()
        reader.expect("AND")
        return Clause(attribute, operator, (low, reader.value()))
    if operator not in OPERATORS:
        raise reader.refused(f"Invalid operator used in KeyConditionExpression: {operator}")
    return Clause(attribute, operator, (reader.value(),))


def _attribute(reader: Reader) -> str:
    path = reader.path()
    if len(path) > 1:
        raise reader.refused("KeyConditionExpressions cannot have conditions on nested attributes")
    return str(path[0])


def asked(
    condition: KeyCondition, key: Key, values: Mapping[str, Value]
) -> tuple[bytes, list[Bound]]:
    """The partition, and the bounds of the sort key. Raises RefusedError."""
    clauses = {clause.attribute: clause for clause in condition.clauses}
    if len(clauses) < len(condition.clauses):
        raise invalid(
            f"Invalid {KIND}: KeyConditionExpressions must only contain one condition per key"
        )
    partition = clauses.pop(key.names[0], None)
    if partition is None:
        raise _missed(key.names[0])
    if partition.operator != "=":
        raise invalid(NOT_SUPPORTED)
    (first,) = _contents(partition, key.types[0], values)
    if not clauses:
        return first, []
    sort = clauses.pop(key.names[1], None) if len(key.names) > 1 else None
    if sort is None:
        raise _missed(key.names[1]) if len(key.names) > 1 else invalid(NOT_SUPPORTED)
    if clauses:
        raise invalid(NOT_SUPPORTED)
    return first, _bounds(sort, key.types[1], values)


def _missed(name: str) -> RefusedError:
    return invalid(f"Query condition missed key schema element: {name}")


def _bounds(clause: Clause, kind: str, values: Mapping[str, Value]) -> list[Bound]:
    contents = _contents(clause, kind, values)
    if clause.operator == "BETWEEN":
        if contents[0] > contents[1]:
            raise invalid(
                f"Invalid {KIND}: The BETWEEN operator requires upper bound to be greater than or "
                "equal to lower bound"
            )
        return [(">=", contents[0]), ("<=", contents[1])]
    if clause.operator != "begins_with":
        return [(clause.operator, contents[0])]
    if kind == "N":
        raise invalid(
            f"Invalid {KIND}: Incorrect operand type for operator or function; operator or "
            "function: begins_with, operand type: N"
        )
    below = contents[0].rstrip(b"\xff")
    above = [("<", below[:-1] + bytes([below[-1] + 1]))] if below else []
    return [(">=", contents[0]), *above]


def _contents(clause: Clause, kind: str, values: Mapping[str, Value]) -> list[bytes]:
    found = [values[name] for name in clause.values]
    if any(kind not in value for value in found):
        raise invalid(f"{WRONG}Condition parameter type does not match schema type")
    return [key_bytes(kind, value[kind]) for value in found]
