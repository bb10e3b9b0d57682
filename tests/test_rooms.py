"""Imports point inward."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.project import PROJECT

ROOMS = {
    "events": set(),
    "lambdas/domain": set(),
    "lambdas/adapters": {"events", "lambdas"},
    "lambdas": {"events", "lambdas"},
    "infra": {"events"},
    "local": set(),
    "catalog": {"events", "lambdas"},
    "simulator": {"events", "catalog"},
}
"""The other rooms that a room may import; the command and the benchmarks may import all."""
OURS = {path.split("/")[0] for path in ROOMS} | {"benchmarks", "tempofit", "tests"}


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    own = room.split("/")[0]
    for file in (PROJECT / room).rglob("*.py"):
        if room == "lambdas" and file.parent.name in ("domain", "adapters"):
            continue
        for module in imported(file):
            first = module.split(".")[0]
            if first in OURS and first != own:
                assert first in ROOMS[room], f"{file} imports {module}"


def test_the_domain_imports_the_standard_library_only() -> None:
    files = list((PROJECT / "lambdas" / "domain").glob("*.py"))
    assert len(files) > 3
    for file in files:
        for module in imported(file):
            inside = module.startswith("lambdas.domain")
            assert inside or module.split(".")[0] in sys.stdlib_module_names, f"{file}: {module}"


def test_boto3_and_redis_stay_in_the_adapters() -> None:
    for file in [*(PROJECT / "lambdas").glob("*.py"), *(PROJECT / "events").glob("*.py")]:
        assert not {"boto3", "botocore", "redis"} & {
            module.split(".")[0] for module in imported(file)
        }, file
