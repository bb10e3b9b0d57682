"""A file that is stored while others read it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local.files import store

CONTENTS = (b"a" * 100_000, b"b" * 200_000)


def test_who_reads_while_a_file_is_stored_gets_one_content_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "addresses.json"
    store(path, CONTENTS[0])
    with ThreadPoolExecutor(1) as reader:
        read = reader.submit(lambda: {path.read_bytes() for _ in range(2000)})
        while not read.done():
            for content in CONTENTS:
                store(path, content)
    assert read.result() <= set(CONTENTS)
    assert [each.name for each in path.parent.iterdir()] == [path.name]
