"""What a cloud on this machine keeps: whose folder it is, and whether this version can use it."""

from pathlib import Path
from typing import Any

import pytest

from local.data import TABLES, DataError, create_tables, empty, held
from local.lock import LockedError
from local.processes import free_port
from tests.local.processes import client
from tests.local.tables.calls import CREATED, song
from tests.local.tables.process import tables_process

SONGS: dict[str, Any] = CREATED[1][1]


def test_a_folder_is_emptied_of_tables_and_of_nothing_else(tmp_path: Path) -> None:
    (tmp_path / TABLES).mkdir()
    kept = [tmp_path / "letter.txt", tmp_path / TABLES / "letter.txt"]
    for name in ("tables.sqlite", "tables.sqlite-wal"):
        (tmp_path / TABLES / name).write_bytes(b"")
    day = tmp_path / "lake" / "plays" / "day=2026-11-30"
    errors = tmp_path / "lake" / "errors" / "plays"
    for folder in (day, errors):
        folder.mkdir(parents=True)
    name = "lake-plays-1-2026-11-30-09-30-39-440d218b-a0e9-44b5-b2a8-840c84435469"
    for written in (day / f"{name}.parquet", errors / name, tmp_path / "lake-key"):
        written.write_bytes(b"")
    kept.append(day / "mine.parquet")
    for letter in kept:
        letter.write_text("Dear")

    empty(tmp_path)

    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(kept)
    assert not errors.exists()
    empty(tmp_path / "absent")


def test_a_folder_is_one_clouds_at_a_time(tmp_path: Path) -> None:
    with (
        held(tmp_path / "data"),
        pytest.raises(LockedError, match="or name another folder with --data"),
        held(tmp_path / "data"),
    ):
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with (
        pytest.raises(DataError, match=r"^Nothing can be kept in .*file/data: "),
        held(tmp_path / "file" / "data"),
    ):
        pass


def test_tables_are_created_once_and_others_keys_are_told(tmp_path: Path) -> None:
    port = free_port()
    with tables_process(port, tmp_path), client("dynamodb", port) as dynamodb:
        create_tables(dynamodb, [SONGS], {}, tmp_path)
        dynamodb.put_item(TableName="songs", Item=song(1, 120))
        create_tables(dynamodb, [SONGS], {}, tmp_path)
        assert dynamodb.scan(TableName="songs")["Count"] == 1

        others: list[dict[str, Any]] = [
            {"GlobalSecondaryIndexes": []},
            {"KeySchema": SONGS["KeySchema"][:1]},
        ]
        for changed in others:
            with pytest.raises(DataError, match=r"'songs' .* begin empty with --fresh"):
                create_tables(dynamodb, [SONGS | changed], {}, tmp_path)
