import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner

from local.processes import free_port
from tempofit import addresses
from tempofit.songs import app
from tests.aws import account

FILE = "title,artist,duration_s,tempo\nOne,Ann,200,120\nTwo,Ann,20,120\nThree,Ann,200,\n"


@pytest.fixture
def dynamodb_url() -> Iterator[str]:
    """The address at which moto answers as DynamoDB, with an empty songs table."""
    with account():
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(
            TableName="songs",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "library", "AttributeType": "S"},
                {"AttributeName": "song_id", "AttributeType": "S"},
            ],
            KeySchema=[
                {"AttributeName": "library", "KeyType": "HASH"},
                {"AttributeName": "song_id", "KeyType": "RANGE"},
            ],
        )
        yield "https://dynamodb.us-east-1.amazonaws.com"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder as the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(addresses, "ADDRESSES", tmp_path / ".tempofit/run/addresses.json")
    return tmp_path


@pytest.fixture
def running(here: Path, dynamodb_url: str) -> Path:
    """A folder from which a local cloud runs."""
    addresses = here / ".tempofit" / "run" / "addresses.json"
    addresses.parent.mkdir(parents=True)
    addresses.write_text(
        json.dumps({"dynamodb_url": dynamodb_url, "songs_table": "songs", "page_url": "http://x"})
    )
    return here


def count(url: str, library: str) -> int:
    client = boto3.client("dynamodb", endpoint_url=url, region_name="us-east-1")
    pages = client.get_paginator("query").paginate(
        TableName="songs",
        KeyConditionExpression="library = :library",
        ExpressionAttributeValues={":library": {"S": library}},
        Select="COUNT",
    )
    total = sum(page["Count"] for page in pages)
    client.close()
    return total


def test_demo_songs_reach_the_table_of_the_running_cloud(running: Path, dynamodb_url: str) -> None:
    result = CliRunner().invoke(app, ["demo", "--count", "120", "--library", "small", "--json"])
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert summary.pop("seconds") >= 0
    assert summary == {
        "library": "small",
        "read": 120,
        "imported": 120,
        "new": 120,
        "updated": 0,
        "unchanged": 0,
        "refused": [],
        "reasons": {},
        "unread": [],
        "tempi": [],
    }
    assert count(dynamodb_url, "small") == 120


def test_a_file_is_imported_under_its_name_and_refused_rows_are_named(
    running: Path, dynamodb_url: str
) -> None:
    Path("My Runs.csv").write_text(FILE)
    result = CliRunner().invoke(app, ["import", "My Runs.csv", "--refused", "bad.csv"])
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "row 3: duration outside 45-900 s ('20')",
        "row 4: no tempo ('')",
        "3 rows read, 1 song imported into library 'my-runs', 2 refused.",
    ]
    assert count(dynamodb_url, "my-runs") == 1
    with Path("bad.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["row", "value", "reason"],
            ["3", "20", "duration outside 45-900 s"],
            ["4", "", "no tempo"],
        ]


def test_the_summary_as_json_holds_every_refused_row(running: Path) -> None:
    Path("a.csv").write_text(FILE)
    result = CliRunner().invoke(app, ["import", "a.csv", "--library", "mine", "--json"])
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert summary.pop("seconds") >= 0
    assert summary == {
        "library": "mine",
        "read": 3,
        "imported": 1,
        "new": 1,
        "updated": 0,
        "unchanged": 0,
        "refused": [
            {"row": 3, "value": "20", "reason": "duration outside 45-900 s"},
            {"row": 4, "value": "", "reason": "no tempo"},
        ],
        "reasons": {"duration outside 45-900 s": 1, "no tempo": 1},
        "unread": [],
        "tempi": [],
    }


def test_a_file_of_bad_rows_only_fails(running: Path) -> None:
    Path("a.csv").write_text("title,artist,duration_s,tempo\n,Ann,200,120\n")
    result = CliRunner().invoke(app, ["import", "a.csv"])
    assert result.exit_code == 1
    assert "1 row read, 0 songs imported" in result.stdout


@pytest.mark.parametrize("arguments", [["demo"], ["import", "a.csv"]])
def test_without_a_running_cloud_a_sentence_says_how_to_start_one(
    here: Path, arguments: list[str]
) -> None:
    Path("a.csv").write_text(FILE)
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("No local cloud is running: start it with `make run`")


def test_a_cloud_that_does_not_answer_is_named(here: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    arguments = ["demo", "--count", "1", "--dynamodb-url", url, "--table", "songs"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert f"Table 'songs' at {url} takes no songs" in result.stderr
    assert isinstance(result.exception, SystemExit)


def test_a_file_that_is_no_song_list_is_named(running: Path) -> None:
    Path("a.csv").write_text("colour\nred\n")
    result = CliRunner().invoke(app, ["import", "a.csv"])
    assert result.exit_code == 1
    assert result.stderr.startswith("a.csv has no column for title, artist")


def test_a_table_that_is_not_there_is_named(running: Path) -> None:
    result = CliRunner().invoke(app, ["demo", "--count", "1", "--table", "other"])
    assert result.exit_code == 1
    assert "Table 'other'" in result.stderr


def test_a_library_name_must_be_plain(running: Path) -> None:
    result = CliRunner().invoke(app, ["demo", "--library", "My Songs!"])
    assert result.exit_code == 2
    assert "is no library name" in result.stderr


@pytest.mark.parametrize("file", ["a.csv", "own.csv"])
def test_nobody_imports_into_everybodys_own_songs(running: Path, file: str) -> None:
    Path(file).write_text(FILE)
    options = ["--library", "own"] if file == "a.csv" else []
    result = CliRunner().invoke(app, ["import", file, *options])
    assert result.exit_code == 2
    assert "'own' means the songs that each" in result.stderr


def test_broken_addresses_are_named(running: Path) -> None:
    (running / ".tempofit" / "run" / "addresses.json").write_text("{")
    result = CliRunner().invoke(app, ["demo"])
    assert result.exit_code == 1
    assert "addresses.json is not what a local cloud writes there" in result.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["demo", "--help"], ["import", "--help"]])
def test_help_explains_every_command(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0
    assert "song" in result.stdout.lower()


def test_the_real_songs_are_imported_by_the_command(
    running: Path, real_data: Callable[[str], Path], dynamodb_url: str
) -> None:
    path = real_data("songs_msd_subset.parquet")
    result = CliRunner().invoke(app, ["import", str(path), "--library", "msd", "--json"])
    summary = json.loads(result.stdout)
    assert (summary["read"], summary["imported"]) == (9971, 9793)
    assert len(summary["refused"]) == 178
    assert count(dynamodb_url, "msd") == 9793
