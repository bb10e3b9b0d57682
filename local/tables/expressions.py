"""The expressions of one request, read and held to the names and values that come with them."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from local.tables.conditions import Condition, condition
from local.tables.projections import Projection, projection
from local.tables.queries import KIND, KeyCondition, key_condition
from local.tables.refused import Item, invalid
from local.tables.updates import Update, update
from local.tables.values import check_item


class Used(Protocol):
    """What an expression uses of the request."""

    @property
    def names(self) -> frozenset[str]: ...


UsedT = TypeVar("UsedT", bound=Used)


class Expressions:
    """Reads them, and keeps account of the names and values that they use."""

    def __init__(self, names: Mapping[str, str] | None, values: Item | None = None) -> None:
        self.values: Item = values or {}
        self._names = names
        self._given = values
        self._sorted = tuple(sorted(names.items())) if names else ()
        self._used: list[tuple[str, Used]] = []
        if values:
            check_item(values)

    def condition(self, kind: str, text: str | None) -> Condition | None:
        return None if text is None else self._use(kind, condition(kind, text, self._sorted))

    def projection(self, text: str | None) -> Projection | None:
        if text is None:
            return None
        return self._use("ProjectionExpression", projection(text, self._sorted))

    def update(self, text: str | None) -> Update | None:
        if text is None:
            return None
        return self._use("UpdateExpression", update(text, self._sorted))

    def key_condition(self, text: str) -> KeyCondition:
        return self._use(KIND, key_condition(text, self._sorted))

    def _use(self, kind: str, used: UsedT) -> UsedT:
        self._used.append((kind, used))
        return used

    def check(self) -> None:
        """Raise RefusedError for a value that is used and not given, and whatever is not used."""
        used: set[str] = set()
        for kind, one in self._used:
            values: frozenset[str] = getattr(one, "values", frozenset())
            for value in values - self.values.keys():
                raise invalid(
                    f"Invalid {kind}: An expression attribute value used in expression is not "
                    f"defined; attribute value: {value}"
                )
            used |= values
        _check_used("ExpressionAttributeValues", self._given, used, bool(self._used))
        if self._names is not None:
            names = {name for _, one in self._used for name in one.names}
            _check_used("ExpressionAttributeNames", self._names, names, bool(self._used))


def _check_used(
    parameter: str, given: Mapping[str, Any] | None, used: set[str], any_expression: bool
) -> None:
    if given is None:
        return
    if not any_expression:
        raise invalid(f"{parameter} can only be specified when using expressions")
    if not given:
        raise invalid(f"{parameter} must not be empty")
    if unused := given.keys() - used:
        raise invalid(
            f"Value provided in {parameter} unused in expressions: keys: "
            f"{{{', '.join(sorted(unused))}}}"
        )
