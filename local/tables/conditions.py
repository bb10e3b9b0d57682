"""Conditions and filters: an expression becomes a function of an item and the request's values."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import ge, gt, le, lt
from typing import Any, NamedTuple

from local.tables.refused import Item
from local.tables.syntax import OPERATORS, Path, Reader, find
from local.tables.values import SETS, Value, comparable, equal, size_of

Values = Mapping[str, Value]
Test = Callable[[Item, Values], bool]
Operand = Callable[[Item, Values], Value | None]
Order = Callable[[Any, Any], bool]
ORDERS: dict[str, Order] = {"<": lt, "<=": le, ">": gt, ">=": ge}
OPERANDS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
}


class Condition(NamedTuple):
    """Whether an item meets it, and what of the request it uses."""

    test: Test
    names: frozenset[str]
    values: frozenset[str]
    attributes: frozenset[str]
    """The attributes that it looks at."""


@lru_cache(maxsize=4096)
def condition(kind: str, text: str, names: tuple[tuple[str, str], ...]) -> Condition:
    """Reads an expression; `kind` is the parameter that holds it, by which errors name it.

    Raises RefusedError.
    """
    reader = _Conditions(kind, text, dict(names))
    test = reader.either()
    reader.end()
    return Condition(
        test,
        frozenset(reader.used_names),
        frozenset(reader.used_values),
        frozenset(reader.attributes),
    )


class _Conditions(Reader):
    def __init__(self, kind: str, text: str, names: Mapping[str, str]) -> None:
        super().__init__(kind, text, names)
        self.attributes: set[str] = set()

    def path(self) -> Path:
        path = super().path()
        self.attributes.add(str(path[0]))
        return path

    def either(self) -> Test:
        tests = [self._all()]
        while self.takes("OR"):
            tests.append(self._all())
        return tests[0] if len(tests) == 1 else lambda item, at: any(t(item, at) for t in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self.takes("AND"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda item, at: all(t(item, at) for t in tests)

    def _one(self) -> Test:
        if self.takes("NOT"):
            negated = self._one()
            return lambda item, values: not negated(item, values)
        if self.takes("("):
            inner = self.either()
            self.expect(")")
            return inner
        if self.peek(1) == "(" and self.peek().lower() != "size" and self.word() not in OPERATORS:
            return self._function()
        return self._comparison(self.operand())

    def _comparison(self, left: Operand) -> Test:
        sign = self.take().upper()
        if sign in ORDERS:
            return _ordered(ORDERS[sign], left, self.operand())
        if sign == "=":
            return _same(left, self.operand())
        if sign == "<>":
            same = _same(left, self.operand())
            return lambda item, values: not same(item, values)
        if sign == "BETWEEN":
            low = self.operand()
            self.expect("AND")
            above, below = _ordered(ge, left, low), _ordered(le, left, self.operand())
            return lambda item, values: above(item, values) and below(item, values)
        if sign == "IN":
            members = [_same(left, each) for each in self._listed()]
            return lambda item, values: any(same(item, values) for same in members)
        raise self.syntax_error()

    def _listed(self) -> list[Operand]:
        self.expect("(")
        found = [self.operand()]
        while self.takes(","):
            found.append(self.operand())
        self.expect(")")
        return found

    def operand(self) -> Operand:
        if self.is_value():
            name = self.value()
            return lambda item, values: values[name]
        if self.peek().lower() == "size" and self.peek(1) == "(":
            self.take()
            arguments = self._listed()
            self.check_count("size", len(arguments), 1)
            return _size(arguments[0])
        path = self.path()
        if len(path) == 1:
            first = str(path[0])
            return lambda item, values: item.get(first)
        return lambda item, values: find(item, path)

    def _function(self) -> Test:
        name = self.take()
        if name not in OPERANDS:
            raise self.refused(f"Invalid function name; function: {name}")
        arguments = self._listed()
        self.check_count(name, len(arguments), OPERANDS[name])
        first, last = arguments[0], arguments[-1]
        if name == "attribute_exists":
            return lambda item, values: first(item, values) is not None
        if name == "attribute_not_exists":
            return lambda item, values: first(item, values) is None
        return _tested(_TESTS[name], first, last)

    def check_count(self, name: str, count: int, wanted: int) -> None:
        """Raise RefusedError unless a function has as many operands as it takes."""
        if count != wanted:
            raise self.refused(
                "Incorrect number of operands for operator or function; operator or function: "
                f"{name}, number of operands: {count}"
            )


def _tested(test: Callable[[Value, Value], bool], left: Operand, right: Operand) -> Test:
    """A test of two values; what is not there does not pass."""

    def tested(item: Item, values: Values) -> bool:
        one, other = left(item, values), right(item, values)
        return one is not None and other is not None and test(one, other)

    return tested


def _same(left: Operand, right: Operand) -> Test:
    return _tested(equal, left, right)


def _ordered(order: Order, left: Operand, right: Operand) -> Test:
    def ordered(one: Value, other: Value) -> bool:
        mine, theirs = comparable(one), comparable(other)
        return one.keys() == other.keys() and mine is not None and order(mine, theirs)

    return _tested(ordered, left, right)


def _size(of: Operand) -> Operand:
    def size(item: Item, values: Values) -> Value | None:
        value = of(item, values)
        found = size_of(value) if value is not None else None
        return None if found is None else {"N": str(found)}

    return size


def _is_of_type(value: Value, kind: Value) -> bool:
    return kind.get("S") in value


def _begins_with(value: Value, prefix: Value) -> bool:
    mine, wanted = comparable(value), comparable(prefix)
    return value.keys() == prefix.keys() and isinstance(mine, bytes) and mine.startswith(wanted)


def _contains(value: Value, wanted: Value) -> bool:
    ((kind, content),), ((kind_2, content_2),) = value.items(), wanted.items()
    if kind == "L":
        return any(equal(each, wanted) for each in content)
    if kind in SETS:
        return SETS[kind] == kind_2 and content_2 in content
    return kind == kind_2 and kind in ("S", "B") and comparable(wanted) in comparable(value)


_TESTS: dict[str, Callable[[Value, Value], bool]] = {
    "attribute_type": _is_of_type,
    "begins_with": _begins_with,
    "contains": _contains,
}
