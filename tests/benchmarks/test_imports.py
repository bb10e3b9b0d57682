"""The benchmark of cold imports knows every handler and reads what Python says of imports."""

import pytest

from benchmarks import imports
from local.project import PROJECT

LINES = """\
import time: self [us] | cumulative | imported package
import time:       300 |        300 |   botocore.utils
import time:      1500 |       1800 | botocore
import time:        70 |         70 | enum
""".splitlines()


def test_every_function_is_measured() -> None:
    functions = {path.stem for path in (PROJECT / "lambdas").glob("*.py")} - {"__init__"}
    assert imports.CLIENTS.keys() == functions


def test_modules_are_added_up_by_package() -> None:
    assert imports.by_package(LINES) == {"botocore": 1.8, "enum": 0.1}


def test_a_handler_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "CLIENTS", {"connect": ("redis",)})
    report = imports.run(1)
    (handler,) = report.handlers
    assert handler.handler == "connect"
    assert handler.first_clients_ms > 0
    assert "msgspec" in handler.heaviest or len(handler.heaviest) == imports.HEAVIEST


def test_a_handler_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "CLIENTS", {"no_such_function": ()})
    with pytest.raises(imports.HandlerError, match=r"lambdas\.no_such_function"):
        imports.run(1)
