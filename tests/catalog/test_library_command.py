"""`tempofit songs`: importing again, and list, show, stats, remove and export."""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from catalog.entries import Entry
from catalog.store import store_entries, store_songs
from events.session import Song
from tempofit import addresses, songs
from tempofit.songs import app
from tests.aws import account

HEADER = "id,isrc,title,artist,duration_s,tempo\n"
ROWS = "".join(f"s{n},,Song {n},Ann,200,{60 + n}\n" for n in range(60))

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs a command in an empty folder, against an empty songs table that moto plays."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(addresses, "ADDRESSES", tmp_path / "addresses.json")
    with account():
        boto3.client("dynamodb").create_table(
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
        url = "https://dynamodb.us-east-1.amazonaws.com"
        (tmp_path / "addresses.json").write_text(
            json.dumps({"dynamodb_url": url, "songs_table": "songs"})
        )
        yield lambda *arguments: CliRunner().invoke(app, arguments)


def summary(run: Run, *files: str) -> dict[str, Any]:
    """What an import into the library `mine` says."""
    result = run("import", *files, "--library", "mine", "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def stored() -> dict[str, dict[str, Any]]:
    items = boto3.client("dynamodb").scan(TableName="songs")["Items"]
    return {item["song_id"]["S"]: item for item in items}


def fill(*found: Song) -> None:
    store_songs(boto3.client("dynamodb"), "songs", "mine", found)


def test_importing_again_writes_nothing_and_says_so(run: Run) -> None:
    Path("a.csv").write_text(HEADER + ROWS)
    assert summary(run, "a.csv")["new"] == 60
    again = run("import", "a.csv", "--library", "mine")
    assert again.exit_code == 0
    assert again.stdout == (
        "60 rows read, 60 songs imported into library 'mine' (60 as before), 0 refused.\n"
    )


def test_a_song_that_changed_is_updated_and_the_others_are_not_written(run: Run) -> None:
    Path("a.csv").write_text(HEADER + ROWS)
    summary(run, "a.csv")
    Path("b.csv").write_text(HEADER + ROWS.replace("Song 7,Ann,200,67", "Song 7,Ann,200,134"))
    found = summary(run, "b.csv")
    assert (found["new"], found["updated"], found["unchanged"]) == (0, 1, 59)
    assert stored()["s7"]["tempo"]["N"] == "134"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("x,USABC2000001,One,Ann,200,120", "y,us-abc-20-00001,Uno,Anna,201,121"),
        ("x,,One,Ann,200,120", "x,USABC2000001,Uno,Anna,201,121"),
        ("x,USABC2000001,One,Ann,200,120", "x,,Uno,Anna,201,121"),
        (",,One,Ann,200,120", "x,,ONE,ann,200.0,121"),
        ("x,,One,Ann,200,120", ",,one,ANN,200,121"),
        ("x,XX,One,Ann,200,120", "x,XX,Uno,Anna,201,121"),
        (
            "spotify:track:0123456789abcdefghijAB,,One,Ann,200,120",
            "https://open.spotify.com/track/0123456789abcdefghijAB?si=1,,Uno,Ann,200,121",
        ),
    ],
)
def test_the_same_song_of_another_list_is_updated_and_never_doubled(
    run: Run, first: str, second: str
) -> None:
    Path("a.csv").write_text(f"{HEADER}{first}\n")
    Path("b.csv").write_text(f"{HEADER}{second}\n")
    summary(run, "a.csv")
    assert summary(run, "b.csv")["updated"] == 1
    ((_, item),) = stored().items()
    assert item["tempo"]["N"] == "121"
    assert summary(run, "b.csv")["unchanged"] == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("x,XX,One,Ann,200,120", "y,XX,One,Ann,200,120"),
        ("x,,One,Ann,200,120", "y,,One,Ann,200,121"),
        (",,One,Ann,200,120", ",,One,Ann,230,121"),
    ],
)
def test_other_songs_are_not_taken_for_one(run: Run, first: str, second: str) -> None:
    Path("a.csv").write_text(f"{HEADER}{first}\n{second}\n")
    assert summary(run, "a.csv")["new"] == 2
    assert len(stored()) == 2


def test_a_song_in_two_lists_at_once_is_one_and_its_rows_name_their_files(run: Run) -> None:
    Path("a.csv").write_text(f"{HEADER}x,,One,Ann,200,120\n")
    Path("b.csv").write_text(f"{HEADER}y,,Two,Ann,200,fast\nx,,One,Ann,200,120\n")
    found = summary(run, "a.csv", "b.csv", "--refused", "bad.csv")
    assert found["imported"] == 1
    assert found["refused"] == [
        {"row": 2, "value": "fast", "reason": "the tempo is no number", "file": "b.csv"},
        {
            "row": 3,
            "value": "x, as row 2 of a.csv",
            "reason": "an earlier row has the same song",
            "file": "b.csv",
        },
    ]
    with Path("bad.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["file"], row["row"]) for row in rows] == [("b.csv", "2"), ("b.csv", "3")]


def test_many_refused_rows_are_told_by_reason(run: Run) -> None:
    rows = "x,,One,Ann,200,120\n" + "y,,Two,Ann,9,120\n" * 30 + "z,,Three,Ann,200,fast\n"
    Path("a.csv").write_text(HEADER + rows)
    result = run("import", "a.csv", "--library", "mine")
    assert result.stdout.splitlines() == [
        "30 rows: duration outside 45-900 s, such as row 3 ('9')",
        "1 row: the tempo is no number, such as row 33 ('fast')",
        "32 rows read, 1 song imported into library 'mine', 31 refused.",
    ]


def test_a_file_that_cannot_be_used_is_named_and_the_rest_goes_on(run: Run) -> None:
    Path("a.csv").write_text("<html><body>Log in</body></html>")
    Path("b.csv").write_text(HEADER + ROWS)
    result = run("import", "a.csv", "b.csv", "none.csv", "--library", "mine")
    assert result.exit_code == 1
    assert "60 songs imported into library 'mine'" in result.stdout
    assert [line.partition(" ")[0] for line in result.stderr.splitlines()] == ["a.csv", "none.csv"]


def test_an_interrupted_import_keeps_what_it_told_and_goes_on_from_there(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.csv").write_text(HEADER + ROWS)

    def interrupted(dynamodb: Any, table: str, library: str, found: Any, *, written: Any) -> int:
        def tell(count: int) -> None:
            written(count)
            if count >= 50:
                raise KeyboardInterrupt

        return store_entries(dynamodb, table, library, found, written=tell)

    monkeypatch.setattr(songs, "store_entries", interrupted)
    result = run("import", "a.csv", "--library", "mine")
    assert result.exit_code == 130
    assert result.stderr == (
        "Interrupted. 50 songs of this list are in library 'mine': the same command goes on from "
        "there.\n"
    )
    assert len(stored()) == 50
    monkeypatch.setattr(songs, "store_entries", store_entries)
    found = summary(run, "a.csv")
    assert (found["new"], found["unchanged"]) == (10, 50)
    assert len(stored()) == 60


def test_a_refused_file_that_cannot_be_written_is_named(run: Run) -> None:
    Path("a.csv").write_text(HEADER + ROWS)
    result = run("import", "a.csv", "--refused", "no/folder.csv")
    assert (result.exit_code, stored()) == (1, {})
    assert result.stderr.startswith("no/folder.csv cannot be written: No such file")


def test_the_file_of_refused_rows_is_none_of_those_imported(run: Run) -> None:
    Path("a.csv").write_text(HEADER + ROWS)
    result = run("import", "a.csv", "--refused", "./a.csv")
    assert (result.exit_code, Path("a.csv").read_text()) == (2, HEADER + ROWS)


ONE = Song("a", "One", "Ann", 120.5, 200.0, "pop", 0.5, 1999, 4)
TWO = Song("b", "Two", "Bob", 64.0, 185.0)
THREE = Song("c", "One more", "Cyd", 190.0, 60.0)


def test_a_library_is_listed(run: Run) -> None:
    fill(ONE, TWO, THREE)
    result = run("list", "--library", "mine", "--limit", "2")
    assert result.stdout.splitlines() == [
        " 120.5   3:20  Ann – One  a",
        "  64.0   3:05  Bob – Two  b",
        "There are more: --limit shows them.",
    ]
    found = json.loads(run("list", "--library", "mine", "--search", "ONE", "--json").stdout)
    assert ([song["id"] for song in found["songs"]], found["more"]) == (["a", "c"], False)


def test_lines_are_as_long_as_a_terminal_is_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    from tempofit import library

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "30")
    assert library._cut("歌" * 40) == "歌" * 14 + "…"
    assert library._cut("short") == "short"


def test_a_song_is_shown_by_id_or_by_a_part_of_its_title(run: Run) -> None:
    store_entries(boto3.client("dynamodb"), "songs", "mine", [Entry(ONE, ("a", "USABC2000001"))])
    fill(TWO, THREE)
    assert run("show", "a", "--library", "mine").stdout.splitlines() == [
        "id        a",
        "also      USABC2000001",
        "title     One",
        "artist    Ann",
        "tempo     120.5 beats a minute",
        "length    3:20",
        "genre     pop",
        "energy    0.5",
        "year      1999",
        "meter     4",
    ]
    found = json.loads(run("show", "two", "--library", "mine", "--json").stdout)
    assert (found["id"], found["also"]) == ("b", [])
    several = run("show", "one", "--library", "mine")
    assert several.exit_code == 1
    assert "Several songs have 'one' in their titles" in several.stderr
    nobody = run("show", "zzz", "--library", "mine")
    assert nobody.exit_code == 1
    assert nobody.stderr == "Library 'mine' has no song 'zzz', neither by id nor by title.\n"


def many(tempi: Sequence[float]) -> list[Song]:
    return [Song(f"s{n}", f"Song {n}", "Ann", tempo, 180.0) for n, tempo in enumerate(tempi)]


def test_statistics_name_what_is_thin_missing_and_doubtful(run: Run) -> None:
    fill(*many([100.0] * 5 + [102.0] + [150.0] * 5 + [64.0, 190.0]))
    result = run("stats", "--library", "mine")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0].startswith("13 songs in library 'mine', 0.7 hours, median tempo 102.")
    assert any(line.startswith("  100-104") and line.endswith(" 6") for line in lines)
    assert any(line.startswith("  105-109") and line.endswith(" 0") for line in lines)
    found = json.loads(run("stats", "--library", "mine", "--json").stdout)
    assert found["histogram"]["150"] == 5
    assert found["missing"] == [[80, 90], [107, 121], [135, 143], [157, 180]]
    assert found["thin"] == [[91, 95], [105, 106], [122, 134]]
    assert "Missing: nothing near 80-90, 107-121, 135-143, 157-180, nor at half" in result.stdout
    assert "Thin: fewer than three songs near 91-95, 105-106, 122-134." in result.stdout
    assert found["maybe_half"]["songs"] == found["maybe_double"]["songs"] == 1
    assert found["maybe_double"]["examples"][0]["tempo"] == 190


def test_songs_are_removed_by_id(run: Run) -> None:
    fill(ONE, TWO, THREE)
    result = run("remove", "a", "c", "zzz", "--library", "mine")
    assert (result.exit_code, sorted(stored())) == (1, ["b"])
    assert result.stdout == "2 songs removed from library 'mine'.\n"
    assert result.stderr == "1 id of no song in it.\n"


def test_all_songs_are_removed_only_when_that_is_wanted(run: Run) -> None:
    fill(*many([120.0] * 60))
    assert run("remove", "--all", "--library", "mine").exit_code == 1
    assert run("remove", "--library", "mine").exit_code == 2
    assert len(stored()) == 60
    result = run("remove", "--all", "--yes", "--library", "mine", "--json")
    assert json.loads(result.stdout) == {"library": "mine", "removed": 60, "missing": 0}
    assert stored() == {}


def test_what_is_exported_as_csv_is_imported_as_it_was(run: Run) -> None:
    Path("a.csv").write_text(HEADER + ROWS + ',USABC2000001,Ä "x",Ann,201.5,120.125\n')
    summary(run, "a.csv")
    result = run("export", "out.csv", "--library", "mine")
    assert result.stdout == "61 songs of library 'mine' written to out.csv.\n"
    assert summary(run, "out.csv")["unchanged"] == 61
    printed = run("export", "--library", "mine").stdout
    assert printed == Path("out.csv").read_text(encoding="utf-8")
    assert len(list(csv.DictReader(io.StringIO(printed)))) == 61


def test_a_library_is_exported_as_a_playlist(run: Run) -> None:
    spotify = "spotify:track:0123456789abcdefghijAB"
    fill(ONE, Song(spotify, "Two\nlines", "Bob", 64.0, 185.4))
    run("export", "out.m3u8", "--library", "mine")
    assert Path("out.m3u8").read_text(encoding="utf-8").splitlines() == [
        "#EXTM3U",
        "#EXTINF:200,Ann - One",
        "Ann - One",
        "#EXTINF:185,Bob - Two lines",
        spotify,
    ]
    assert run("export", "--format", "m3u", "--library", "mine").stdout.startswith("#EXTM3U")


@pytest.mark.parametrize("command", ["list", "stats", "export"])
def test_an_empty_library_says_how_to_fill_it(run: Run, command: str) -> None:
    result = run(command, "--library", "mine")
    assert result.exit_code == 1
    assert result.stderr == (
        "Library 'mine' has no song: fill it with `tempofit songs import FILE --library mine`.\n"
    )


def test_an_export_that_cannot_be_written_is_named(run: Run) -> None:
    fill(ONE)
    result = run("export", "no/out.csv", "--library", "mine")
    assert result.exit_code == 1
    assert result.stderr.startswith("no/out.csv cannot be written: No such file")


@pytest.mark.parametrize("arguments", [["list"], ["stats"], ["show", "a"], ["remove", "a"]])
def test_without_a_cloud_each_says_how_to_start_one(run: Run, arguments: list[str]) -> None:
    Path("addresses.json").unlink()
    result = run(*arguments, "--library", "mine")
    assert result.exit_code == 1
    assert result.stderr.startswith("No local cloud is running: start it with `make run`")


@pytest.mark.parametrize("command", ["list", "show", "stats", "remove", "export"])
def test_each_command_has_help(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert "--library" in result.stdout
    assert "--json" in result.stdout
