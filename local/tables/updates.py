"""UpdateItem's expression: what it makes of an item."""

from collections.abc import Callable, Mapping
from decimal import Context
from functools import lru_cache
from typing import Any, NamedTuple

from local.tables.conditions import Operand, Values
from local.tables.refused import Item, RefusedError, invalid
from local.tables.syntax import Path, Reader, check_overlaps, find
from local.tables.values import SETS, Value, canonical_number

CLAUSES = ("SET", "REMOVE", "ADD", "DELETE")
FUNCTIONS = {"if_not_exists": 2, "list_append": 2}
_SUMS = Context(prec=38)

Change = Callable[[Item, Item, Values], None]
"""Changes an item, the first; the second is the same before any change."""


class Update(NamedTuple):
    """How it changes an item, at which paths, and what of the request it uses."""

    changes: tuple[Change, ...]
    paths: tuple[Path, ...]
    names: frozenset[str]
    values: frozenset[str]

    def apply(self, item: Item, before: Item, values: Values) -> None:
        """Change an item; `before` is another object of the same. Raises RefusedError."""
        for change in self.changes:
            change(item, before, values)


@lru_cache(maxsize=4096)
def update(text: str, names: tuple[tuple[str, str], ...]) -> Update:
    """Reads an UpdateExpression. Raises RefusedError."""
    reader = _Updates("UpdateExpression", text, dict(names))
    changes = reader.read()
    check_overlaps(reader, reader.paths)
    return Update(
        changes,
        tuple(reader.paths),
        frozenset(reader.used_names),
        frozenset(reader.used_values),
    )


class _Updates(Reader):
    def __init__(self, kind: str, text: str, names: Mapping[str, str]) -> None:
        super().__init__(kind, text, names)
        self.paths: list[Path] = []

    def read(self) -> tuple[Change, ...]:
        """What is removed goes last, from the end of a list on, so that numbers in lists hold."""
        actions = {"SET": self._set, "ADD": self._add, "DELETE": self._delete}
        changes: list[Change] = []
        removed: list[Path] = []
        seen: set[str] = set()
        while self.peek():
            clause = self.take().upper()
            if clause not in CLAUSES:
                self._at -= 1
                raise self.syntax_error()
            if clause in seen:
                raise self.refused(
                    f'The "{clause}" section can only be used once in an update expression;'
                )
            seen.add(clause)
            while True:
                if clause == "REMOVE":
                    removed.append(self._target())
                else:
                    changes.append(actions[clause](self._target()))
                if not self.takes(","):
                    break
        last_first = sorted(removed, key=_list_indices, reverse=True)
        return (*changes, *(_removing(path) for path in last_first))

    def _target(self) -> Path:
        path = self.path()
        self.paths.append(path)
        return path

    def _set(self, path: Path) -> Change:
        self.expect("=")
        value = self._operand()
        if self.peek() in ("+", "-"):
            value = _sum(self.take(), value, self._operand())

        def change(item: Item, before: Item, values: Values) -> None:
            found = value(before, values)
            if found is None:
                raise invalid(
                    "The provided expression refers to an attribute that does not exist in the item"
                )
            _put(item, path, found)

        return change

    def _operand(self) -> Operand:
        if self.is_value():
            name = self.value()
            return lambda item, values: values[name]
        if self.peek(1) == "(":
            return self._function()
        path = self.path()
        return lambda item, values: find(item, path)

    def _function(self) -> Operand:
        name = self.take()
        if name not in FUNCTIONS:
            raise self.refused(f"Invalid function name; function: {name}")
        self.expect("(")
        one = self._operand()
        self.expect(",")
        other = self._operand()
        self.expect(")")
        if name == "list_append":
            return _appended(one, other)

        def if_not_exists(item: Item, values: Values) -> Value | None:
            found = one(item, values)
            return other(item, values) if found is None else found

        return if_not_exists

    def _add(self, path: Path) -> Change:
        name = self.value()

        def change(item: Item, before: Item, values: Values) -> None:
            found, added = find(before, path), values[name]
            _put(item, path, added if found is None else _added(found, added))

        return change

    def _delete(self, path: Path) -> Change:
        name = self.value()

        def change(item: Item, before: Item, values: Values) -> None:
            ((kind, gone),) = values[name].items()
            if kind not in SETS:
                raise _mistyped()
            found = find(before, path)
            if found is None:
                return
            if kind not in found:
                raise _mistyped()
            left = [member for member in found[kind] if member not in gone]
            if left:
                _put(item, path, {kind: left})
            else:
                _removing(path)(item, before, values)

        return change


def _mistyped() -> RefusedError:
    return invalid("An operand in the update expression has an incorrect data type")


def _appended(one: Operand, other: Operand) -> Operand:
    def appended(item: Item, values: Values) -> Value | None:
        first, last = one(item, values), other(item, values)
        if first is None or last is None:
            return None
        if "L" not in first or "L" not in last:
            raise _mistyped()
        return {"L": [*first["L"], *last["L"]]}

    return appended


def _sum(sign: str, one: Operand, other: Operand) -> Operand:
    def summed(item: Item, values: Values) -> Value | None:
        first, last = one(item, values), other(item, values)
        if first is None or last is None:
            return None
        return _summed(sign, first, last)

    return summed


def _summed(sign: str, one: Value, other: Value) -> Value:
    if "N" not in one or "N" not in other:
        raise _mistyped()
    operation = _SUMS.add if sign == "+" else _SUMS.subtract
    total = operation(_SUMS.create_decimal(one["N"]), _SUMS.create_decimal(other["N"]))
    return {"N": canonical_number(str(total))}


def _added(found: Value, added: Value) -> Value:
    ((kind, content),) = added.items()
    if kind == "N":
        return _summed("+", found, added)
    if kind not in SETS or kind not in found:
        raise _mistyped()
    return {kind: [*found[kind], *(each for each in content if each not in found[kind])]}


def _list_indices(path: Path) -> list[int]:
    return [step if isinstance(step, int) else -1 for step in path]


def _parent(item: Item, path: Path) -> Value:
    """What holds the last step. Raises RefusedError when it is not there or holds no such."""
    parent = find(item, path[:-1]) if len(path) > 1 else {"M": item}
    if parent is None or ("M" if isinstance(path[-1], str) else "L") not in parent:
        raise invalid("The document path provided in the update expression is invalid for update")
    return parent


def _put(item: Item, path: Path, value: Value) -> None:
    parent, step = _parent(item, path), path[-1]
    if isinstance(step, str):
        parent["M"][step] = value
    elif step < len(parent["L"]):
        parent["L"][step] = value
    else:
        parent["L"].append(value)


def _removing(path: Path) -> Change:
    def change(item: Item, before: Item, values: Values) -> None:
        holder: Any = _parent(item, path)
        step = path[-1]
        if isinstance(step, str):
            holder["M"].pop(step, None)
        elif step < len(holder["L"]):
            del holder["L"][step]

    return change
