import os
from collections.abc import Callable
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture
def real_data() -> Callable[[str], Path]:
    """The path of a file of recorded data, which is never part of the project."""

    def find(name: str) -> Path:
        path = Path(os.environ.get("TEMPOFIT_DATA", SHARED)) / name
        if not path.exists():
            pytest.skip(f"{name} is not there: set TEMPOFIT_DATA to the folder that holds it.")
        return path

    return find
