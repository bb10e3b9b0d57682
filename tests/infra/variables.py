"""Which variables the code of a function reads of its environment, read from its source.

Whatever is read has a struct, given to `environment.read`; one that is given to it, or to `need`,
where the handler's file is run and not its functions, is read when the function starts.
"""

import ast
from collections.abc import Iterator

from tests.infra.call_sites import module_of, reached

TRACES = ("adapters.telemetry", "Traces")
"""Read wherever a handler is `traced`; it has a default, and infra sets it for all or for none."""
LAMBDAS_OWN = {"AWS_REGION"}
"""What Lambda itself tells every function."""
Kind = tuple[str, str]
"""Module and name of a struct."""


def read_on_path(function: str) -> set[Kind]:
    """The structs that the code reads which a function can reach."""
    at_start = _given(function, module_of(function).start, {"read"})
    return {
        kind
        for module, name in reached(function)
        for kind in _given(module, [module_of(module).functions[name]], {"read"})
    }.union(at_start) - {TRACES}


def read_at_start(function: str) -> set[Kind]:
    """The structs that are read before the first event."""
    return set(_given(function, module_of(function).start, {"read", "need"}))


def variables(function: str) -> set[str]:
    """The variables that a function's path reads, less those that Lambda sets."""
    used = _attributes(function)
    return {
        name.upper() for kind in read_on_path(function) for name in _fields(kind) if name in used
    } - LAMBDAS_OWN


def required(function: str) -> set[str]:
    """Those of them without which a function does not start."""
    return {
        name.upper()
        for kind in read_at_start(function)
        for name, has_default in _fields(kind).items()
        if not has_default
    }


def _attributes(function: str) -> set[str]:
    """The attributes that are looked up by the functions on the path and at the start."""
    nodes = [module_of(module).functions[name] for module, name in reached(function)]
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    return {
        node.attr
        for root in (*functions, *module_of(function).start)
        for node in ast.walk(root)
        if isinstance(node, ast.Attribute)
    }


def _given(module: str, nodes: list[ast.AST], readers: set[str]) -> Iterator[Kind]:
    """The structs that are given to the functions `readers` of `environment`."""
    for root in nodes:
        for node in ast.walk(root):
            if isinstance(node, ast.Call):
                home, name = _resolved(module, node.func)
                if home == "adapters.environment" and name in readers:
                    yield from (_resolved(module, argument) for argument in node.args)


def _resolved(module_name: str, node: ast.expr) -> Kind:
    """Where a name is from, as far as it is from lambdas/."""
    module = module_of(module_name)
    match node:
        case ast.Name(id=name) if name in module.functions:
            return module_name, name
        case ast.Name(id=name) if name in module.imported:
            return module.imported[name]
        case ast.Attribute(value=ast.Name(id=alias), attr=name) if alias in module.modules:
            return module.modules[alias], name
    return "elsewhere", ast.unparse(node)


def _fields(kind: Kind) -> dict[str, bool]:
    """The fields of a struct, and whether they have a default."""
    module, name = kind
    struct = module_of(module).functions[name]
    assert isinstance(struct, ast.ClassDef)
    return {
        node.target.id: node.value is not None
        for node in struct.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
