"""Files that nobody reads half of."""

import os
from pathlib import Path


def store(path: Path, content: bytes) -> None:
    """Writes a file, whose folder is made. Who reads it gets the old content or the new, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_bytes(content)
    temporary.replace(path)
