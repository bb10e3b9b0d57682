"""The queries of docs/analytics on files of the local lake whose answers can be counted by hand."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from msgspec import structs

from events.lake import TABLES, AverageRow, PlayRow, Row, columns, encode
from local.lake.delivery import Buffer
from local.project import PROJECT
from local.template.stack import Delivery

QUERIES = PROJECT / "docs" / "analytics"
HOME = "'.tempofit/data/lake/"
"""Where the views look, from the folder of the project."""
ON_BOTH = {"avg", "cast", "count", "date_trunc", "max", "min", "round", "row_number", "sum"}
"""Functions that Athena (Trino) and DuckDB have by the same name, with the same arguments."""
KEYWORDS = {"as", "by", "over"}
RESERVED = {
    *("alter", "and", "as", "between", "by", "case", "cast", "constraint", "create", "cross"),
    *("cube", "delete", "describe", "distinct", "drop", "else", "end", "escape", "except"),
    *("execute", "exists", "extract", "false", "first", "for", "from", "full", "group", "grouping"),
    *("having", "in", "inner", "insert", "intersect", "into", "is", "join", "last", "left", "like"),
    *("natural", "normalize", "not", "null", "of", "on", "or", "order", "outer", "overlaps"),
    *("prepare", "recursive", "right", "rollup", "select", "skip", "table", "then", "trim", "true"),
    *("union", "unnest", "using", "values", "when", "where", "with"),
}
"""In SELECT of Athena: "Escape reserved keywords"."""
MONDAY = datetime(2026, 11, 23, tzinfo=UTC).timestamp()
DAY = 86_400
PLAY = PlayRow(
    *("ann", 0, 0, "demo", "s1", "One", "Artist", None, "pulse", 130.0, 130.0, 0, 0, 200.0),
    *(130.0, 140.0, 0.0, 0.0, 200.0, 0.0, 0.0, 0.9, False, 0),
)
AVERAGE = AverageRow("ann", 0, 130, 130, 130, 130, 130, 9, 0, 0)


def write(folder: Path, at: float, *rows: Row) -> None:
    """One file of these rows, which came at this time."""
    name = next(name for name, kind in TABLES.items() if isinstance(rows[0], kind))
    delivery = Delivery(
        name, f"{name}/day=!{{timestamp:yyyy-MM-dd}}/", "errors/", columns(TABLES[name]), 60, 1
    )
    buffer = Buffer(delivery, folder, 60)
    buffer.add([b"".join(map(encode, rows))], at)
    buffer.write(buffer.take())


def ask(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query on the lake in a folder."""
    with duckdb.connect() as lake:
        lake.execute((QUERIES / "views.sql").read_text().replace(HOME, f"'{folder}/"))
        found = lake.execute((QUERIES / f"{query}.sql").read_text()).fetchall()
    return [tuple(row) for row in found]


def play(session: int, slot: int = 0, wait_seconds: float = 2, **more: Any) -> PlayRow:
    starts_at_ms = session + int(wait_seconds * 1000)
    return structs.replace(PLAY, session=session, slot=slot, starts_at_ms=starts_at_ms, **more)


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    write(tmp_path, MONDAY, AVERAGE)
    return tmp_path


def test_fit_by_mode_and_week_weighs_by_what_was_measured_and_counts_a_play_once(
    lake: Path,
) -> None:
    first = play(1, person="ann", fit=1.0, measured_seconds=300.0, arrived_ms=1)
    again = structs.replace(first, fit=0.8, arrived_ms=2)
    unmeasured = play(1, 2, fit=None, measured_seconds=0.0)
    write(lake, MONDAY, first, play(2, person="bob", fit=0.5, measured_seconds=100.0), unmeasured)
    write(lake, MONDAY + 6 * DAY, again, play(3, mode="zone", fit=0.25))
    write(lake, MONDAY + 7 * DAY, play(4, fit=0.75, measured_seconds=60.0))
    assert ask(lake, "fit_by_mode_and_week") == [
        (date(2026, 11, 23), "pulse", 2, 2, 6.7, round((0.8 * 300 + 0.5 * 100) / 400, 3)),
        (date(2026, 11, 23), "zone", 1, 1, 3.3, 0.25),
        (date(2026, 11, 30), "pulse", 1, 1, 1.0, 0.75),
    ]


def test_songs_by_skips_names_songs_of_a_catalog_and_nobodys_own(lake: Path) -> None:
    skipped = play(1, 0, skipped=True)
    own: dict[str, Any] = {"library": "own", "song": "x", "title": None, "artist": None}
    write(
        *(lake, MONDAY, skipped, skipped, play(2, 0, person="bob", skipped=True)),
        *(play(2, 1, person="bob"), play(1, 1, **own), play(1, 2, skipped=True, **own)),
        play(3, 0, song="s2", title="Two"),
    )
    assert ask(lake, "songs_by_skips") == [
        ("demo", "s1", "One", "Artist", 3, 2, 2, 0.667),
        ("own", "x", None, None, 2, 1, 1, 0.5),
        ("demo", "s2", "Two", "Artist", 1, 1, 0, 0.0),
    ]


def test_time_to_first_song_is_that_of_the_first_song(lake: Path) -> None:
    waits = range(1, 21)
    rows = [play(session, wait_seconds=session) for session in waits]
    write(lake, MONDAY, *rows, rows[0], play(1, 1, wait_seconds=300))
    write(lake, MONDAY + 7 * DAY, play(100, wait_seconds=4))
    assert ask(lake, "time_to_first_song") == [
        (date(2026, 11, 23), 20, 10.5, 10.0, 19.0),
        (date(2026, 11, 30), 1, 4.0, 4.0, 4.0),
    ]


def test_files_of_before_a_column_was_there_are_read_with_later_ones(lake: Path) -> None:
    write(lake, MONDAY, play(1))
    (path,) = lake.glob("plays/*/*.parquet")
    older = pq.ParquetFile(path).read().drop_columns(["arrived_ms"])
    pq.write_table(older, path.with_name("lake-plays-0.parquet"))
    path.unlink()
    write(lake, MONDAY, play(2))
    assert [row[4] for row in ask(lake, "songs_by_skips")] == [2]


def test_the_queries_are_those_of_the_page_and_use_what_athena_has_too() -> None:
    page = (PROJECT / "docs" / "analytics.md").read_text()
    queries = {path.stem for path in QUERIES.glob("*.sql")} - {"views"}
    assert queries == {"fit_by_mode_and_week", "songs_by_skips", "time_to_first_song"}
    for query in queries:
        text = (QUERIES / f"{query}.sql").read_text()
        assert f"analytics/{query}.sql" in page
        code = re.sub(r"--.*", "", text)
        called = {name.lower() for name in re.findall(r"(\w+) ?\(", code)} - KEYWORDS
        assert called <= ON_BOTH, query
        assert not {"::", ";", "`", '"'} & set(re.findall(r'::|[;`"]', code)), query
        assert not re.search(r"\d\.\d* *\*.*/", code), "Athena divides decimals to few digits"


def test_nothing_is_named_by_a_word_of_athenas() -> None:
    names = {name for row in TABLES.values() for name in columns(row)} | TABLES.keys() | {"day"}
    for path in QUERIES.glob("*.sql"):
        code = re.sub(r"--.*", "", path.read_text())
        names |= set(re.findall(r"\bAS (\w+)(?!\w*\))", code)) | set(
            re.findall(r"(\w+) AS \(", code)
        )
    assert {"once", "week", "mean_seconds", "fit"} <= names
    assert not names & RESERVED


def test_the_page_names_every_column_with_its_type() -> None:
    page = (PROJECT / "docs" / "analytics.md").read_text()
    for name, row in TABLES.items():
        section = page.partition(f"### `{name}`")[2].partition("\n### ")[0]
        found = re.findall(r"^\| `(\w+)` \| (\w+) \|", section, re.MULTILINE)
        assert dict(found) == columns(row) | {"day": "string"}, name
