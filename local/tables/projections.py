"""What of an item is asked for."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from local.tables.refused import Item
from local.tables.syntax import Path, Reader, check_overlaps
from local.tables.values import Value

Tree = dict[str | int, Any]
"""Trees by the next step of their paths; an empty one wants all of it."""


class Projection(NamedTuple):
    """What it leaves of an item, and which names of the request it uses."""

    pick: Callable[[Item], Item]
    names: frozenset[str]


@lru_cache(maxsize=4096)
def projection(text: str, names: tuple[tuple[str, str], ...]) -> Projection:
    """Reads a ProjectionExpression. Raises RefusedError."""
    reader = Reader("ProjectionExpression", text, dict(names))
    paths = [reader.path()]
    while reader.takes(","):
        paths.append(reader.path())
    reader.end()
    check_overlaps(reader, paths)
    return Projection(picker(paths), frozenset(reader.used_names))


def picker(paths: Sequence[Path]) -> Callable[[Item], Item]:
    """Leaves of an item what is at these paths, none of which holds another."""
    if all(len(path) == 1 for path in paths):
        firsts = [str(path[0]) for path in paths]
        return lambda item: {name: item[name] for name in firsts if name in item}
    tree: Tree = {}
    for path in paths:
        branch = tree
        for step in path:
            branch = branch.setdefault(step, {})
    return lambda item: _picked({"M": item}, tree).get("M", {})


def _picked(value: Value, tree: Tree) -> Value:
    """What the tree wants of a value; {} if nothing of it is there."""
    if not tree:
        return value
    found: Any
    if "M" in value:
        there = [step for step in tree if step in value["M"]]
        found = {step: _picked(value["M"][step], tree[step]) for step in there}
        kept = {step: each for step, each in found.items() if each}
        return {"M": kept} if kept else {}
    if "L" in value:
        steps = sorted(step for step in tree if isinstance(step, int) and step < len(value["L"]))
        found = [each for step in steps if (each := _picked(value["L"][step], tree[step]))]
        return {"L": found} if found else {}
    return {}
