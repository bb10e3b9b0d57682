"""What a cloud on this machine keeps from one start to the next: tables and lake in a folder."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.addresses import RUN
from local.lock import locked
from local.tables.store import FILE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DATA = RUN.parent / "data"
"""Where, unless another folder is named: .tempofit/data."""
TABLES = "tables"
LAKE = "lake"
LAKE_FILES = re.compile(r"lake-[a-z]+-1-[0-9-]{19}-[0-9a-f-]{36}(\.parquet)?")
LAKE_KEY = "lake-key"
"""Beside the lake and not in it: who gets its files is not told who is who."""
COMPARED = ("KeySchema", "AttributeDefinitions")


class DataError(Exception):
    """The folder holds tables that this version cannot use; says what to do."""


@contextmanager
def held(directory: Path) -> Iterator[int]:
    """The descriptor of the lock of the folder, which is made if there is none.

    Raises DataError when it cannot be made, lock.LockedError when another cloud uses it.
    """
    with ExitStack() as lock:
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = lock.enter_context(locked(directory, "name another folder with --data"))
        except OSError as error:
            raise DataError(
                f"Nothing can be kept in {directory}: {error.strerror}. Name another folder with "
                "--data."
            ) from None
        yield descriptor


def empty(directory: Path) -> None:
    """Delete tables and lake of a folder that no cloud uses, and nothing else in it."""
    for suffix in ("", "-wal", "-shm"):
        (directory / TABLES / f"{FILE}{suffix}").unlink(missing_ok=True)
    (directory / LAKE_KEY).unlink(missing_ok=True)
    for path in sorted((directory / LAKE).rglob("*"), reverse=True):
        if path.is_dir():
            with suppress(OSError):  # what is not ours is in it
                path.rmdir()
        elif LAKE_FILES.fullmatch(path.name):
            path.unlink()


def create_tables(
    dynamodb: "DynamoDBClient",
    tables: list[dict[str, Any]],
    time_to_live: dict[str, str],
    directory: Path,
) -> None:
    """Create the tables of the template that are not there yet.

    Raises DataError when one is there with other keys or indexes than the template's.
    """
    there = dynamodb.list_tables()["TableNames"]
    for table in tables:
        name = table["TableName"]
        if name in there:
            _check(table, dict(dynamodb.describe_table(TableName=name)["Table"]), directory)
            continue
        dynamodb.create_table(**table)
        if attribute := time_to_live.get(name):
            dynamodb.update_time_to_live(
                TableName=name,
                TimeToLiveSpecification={"Enabled": True, "AttributeName": attribute},
            )


def _check(wanted: dict[str, Any], there: dict[str, Any], directory: Path) -> None:
    if _layout(wanted) != _layout(there):
        raise DataError(
            f"Table {wanted['TableName']!r} in {directory} has other keys or indexes than this "
            "version of TempoFit gives it: begin empty with --fresh, which deletes the tables "
            "there, or name another folder with --data."
        )


def _layout(table: dict[str, Any]) -> list[object]:
    """Keys, indexes and their types, in an order of their own."""
    indexes = table.get("GlobalSecondaryIndexes") or []
    return [
        *(sorted(map(_pairs, table[part])) for part in COMPARED),
        sorted((one["IndexName"], sorted(map(_pairs, one["KeySchema"]))) for one in indexes),
        {one["IndexName"]: one["Projection"]["ProjectionType"] for one in indexes},
    ]


def _pairs(one: dict[str, str]) -> list[tuple[str, str]]:
    return sorted(one.items())
