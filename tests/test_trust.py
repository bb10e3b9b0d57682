"""The page of promises names tests that exist."""

import ast
import re
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs" / "trust.md"


def test_every_promise_names_a_test_that_exists() -> None:
    named = re.findall(r"`((?:tests|frontend)/[\w./-]+)?(?:::(test_\w+))?`", PAGE.read_text())
    file, found = "", 0
    for path, name in named:
        file = path or file
        if not path and not name:
            continue
        assert (PROJECT / file).is_file(), f"{PAGE.name} names {file}, which is not there"
        if name:
            tests = _tests(PROJECT / file)
            assert name in tests, f"{PAGE.name} names {file}::{name}, which is no test"
            found += 1
    assert found > 20


def _tests(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
