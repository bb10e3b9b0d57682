import time
from collections.abc import Generator
from pathlib import Path

import pytest

import tests.adapters.conftest  # noqa: F401 - handlers want to know its names when they are imported
from tests.fuzz.profile import SECONDS


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """A target is tried again, with other examples, until its share of the time is over."""
    began = time.monotonic()
    yield
    if item.path.parent == Path(__file__).parent:
        while time.monotonic() - began < SECONDS / len(item.session.items):
            item.runtest()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where files are written, one over the other."""
    return tmp_path_factory.mktemp("fuzz")
