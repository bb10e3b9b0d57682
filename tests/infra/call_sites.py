"""Where the code of a function can call AWS, read from its source.

A run shows what is called on the paths that it takes; the source shows whether there are others.
Every reference to a function counts as a call of it, so a site may be found that nothing
reaches, but none is missed, as long as clients come from `lambdas.adapters.clients`.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from infra.bundle import ROOT

LAMBDAS = ROOT / "lambdas"
NO_OPERATIONS = {"exceptions", "meta", "close"}
"""Attributes of a client that call nobody."""


@dataclass
class Module:
    """The functions of a file, and what the names in it stand for."""

    functions: dict[str, ast.AST] = field(default_factory=dict)
    modules: dict[str, str] = field(default_factory=dict)
    """Module by the name under which it was imported."""
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Module and function by the name under which the function was imported."""
    start: list[ast.AST] = field(default_factory=list)
    """What is run when the file is imported, and is neither of them."""


def sites(function: str) -> set[str]:
    """The AWS calls that a function can reach, such as `adapters.song_ends.write put_item`."""
    return {
        f"{module}.{name} {operation}"
        for module, name in reached(function)
        for service, operation in _operations(module_of(module).functions[name])
        if service != "redis"
    }


def uses_redis(function: str) -> bool:
    """Whether a function can reach Redis."""
    return any(
        service == "redis"
        for module, name in reached(function)
        for service, _ in _operations(module_of(module).functions[name])
    )


def importers_of(package: str) -> set[str]:
    """The files under lambdas/ that import a package, wherever in the file they do."""
    return {
        path.relative_to(LAMBDAS).as_posix()
        for path in LAMBDAS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if package in {name.split(".")[0] for name in _imports(node)}
    }


def _imports(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [one.name for one in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
    return []


def reached(function: str) -> set[tuple[str, str]]:
    """Module and name of the functions and classes that a function can reach."""
    found: set[tuple[str, str]] = set()
    waiting = [(function, "handler")]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += _references(*one)
    return found


def _references(module_name: str, name: str) -> Iterator[tuple[str, str]]:
    module = module_of(module_name)
    for node in ast.walk(module.functions[name]):
        match node:
            case ast.Attribute(value=ast.Name(id=alias), attr=attribute):
                if alias in module.modules:
                    target = module.modules[alias]
                    if attribute in module_of(target).functions:
                        yield target, attribute
            case ast.Name(id=used):
                if used in module.functions:
                    yield module_name, used
                elif used in module.imported:
                    target, attribute = module.imported[used]
                    if attribute in module_of(target).functions:
                        yield target, attribute


def _operations(function: ast.AST) -> Iterator[tuple[str, str]]:
    """Service and method of each call on a client, held by a name or not."""
    held = {
        target.id: service
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and (service := _client(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and node.attr not in NO_OPERATIONS:
            service = _client(node.value)
            if service is None and isinstance(node.value, ast.Name):
                service = held.get(node.value.id)
            if service:
                yield service, node.attr


def _client(node: ast.AST) -> str | None:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="clients"), attr=service)):
            return service
    return None


@cache
def module_of(name: str) -> Module:
    """A file under lambdas/, such as `average` or `adapters.songs`."""
    module = Module()
    for node in ast.parse(_path(name).read_text()).body:
        match node:
            case ast.FunctionDef():
                module.functions[node.name] = node
            case ast.ClassDef():
                module.functions[node.name] = node
            case ast.ImportFrom(module="lambdas.adapters"):
                module.modules |= {a.asname or a.name: f"adapters.{a.name}" for a in node.names}
            case ast.ImportFrom(module=str(source)) if source.startswith("lambdas.adapters."):
                target = source.removeprefix("lambdas.")
                module.imported |= {a.asname or a.name: (target, a.name) for a in node.names}
            case _:
                module.start.append(node)
    return module


def _path(name: str) -> Path:
    return LAMBDAS.joinpath(*name.split(".")).with_suffix(".py")
