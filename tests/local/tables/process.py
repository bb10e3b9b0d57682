"""The tables as a process, as the launcher starts it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import json

from local.project import PROJECT
from local.tables.server import Config


@contextmanager
def tables_process(port: int, directory: Path) -> Iterator[subprocess.Popen[str]]:
    """`python -m local.tables.server`, ready; it keeps its tables in a folder of `directory`."""
    path = directory / "tables.json"
    path.write_bytes(json.encode(Config("127.0.0.1", port, str(directory / "tables"))))
    process = subprocess.Popen(
        [sys.executable, "-m", "local.tables.server", str(path)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()
