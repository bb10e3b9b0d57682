"""What import-linter, which `make lint` runs, cannot hold of the rooms by itself."""

import ast
import sys
import tomllib
from collections.abc import Iterator

from local.project import PROJECT

TOOLS = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]
MAY = {"events", "msgspec", *sys.stdlib_module_names}
"""What the domain imports: msgspec, because the types of `events` are changed by its `replace`."""
DOMAIN = list((PROJECT / "lambdas" / "domain").glob("*.py"))


def test_every_room_has_a_contract_of_who_may_import_it() -> None:
    rooms = TOOLS["uv"]["build-backend"]["module-name"]
    linter = TOOLS["importlinter"]
    protected = [
        room
        for contract in linter["contracts"]
        if contract["name"].startswith("who may import")
        for room in contract["protected_modules"]
    ]
    circles = next(one for one in linter["contracts"] if one["type"] == "acyclic_siblings")
    assert sorted(protected) == sorted(circles["ancestors"]) == sorted(rooms)
    assert sorted(linter["root_packages"]) == sorted([*rooms, "tests"])


def test_the_domain_imports_the_standard_library_events_and_msgspec_only() -> None:
    assert len(DOMAIN) > 3
    for file in DOMAIN:
        for module in _imported(ast.parse(file.read_text())):
            inside = module.startswith("lambdas.domain")
            assert inside or module.split(".")[0] in MAY, f"{file}: {module}"


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
