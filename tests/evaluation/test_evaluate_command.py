"""`tempofit evaluate` on small files, and on the recorded workouts where they are at hand."""

import csv
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from msgspec import json
from typer.testing import CliRunner, Result

from evaluation import histories
from evaluation.segments import part_of
from evaluation.trial import Report
from tempofit.__main__ import app

SECONDS = 1500
PEOPLE = [f"person-{number}" for number in range(4)]
FIELDS = {
    "gap_raw_mean",
    "gap_raw_p90",
    "gap_folded_mean",
    "gap_heard_mean",
    "within_4pct",
    "within_10pct",
    "first_song_gap_raw_mean",
    "second_song_gap_raw_mean",
    "back_within_20_minutes",
    "back_within_30_minutes",
    "back_within_60_minutes",
    "longest_away_minutes",
    "repeats",
    "artist_repeats",
    "empty",
}


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Four people who warm up to 150, and 200 songs; a row of each is no good."""
    workouts, songs, random = tmp_path / "workouts.csv", tmp_path / "songs.csv", Random(1)
    with workouts.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("user_id", "workout_id", "t", "heart_rate"))
        for user in PEOPLE:
            for second in range(0, SECONDS, 5):
                writer.writerow((user, f"{user}'s", second, min(150, 90 + second // 5)))
        writer.writerow((user, f"{user}'s", SECONDS, 0))
    with songs.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("title", "artist", "duration_s", "tempo"))
        for number in range(200):
            tempo = round(random.uniform(70, 180), 1)
            writer.writerow((f"Song {number}", f"Artist {number % 70}", 200 + number % 60, tempo))
        writer.writerow(("Short", "Artist", 3, 120))
    return workouts, songs


def invoke(workouts: Path, songs: Path, *arguments: str) -> Result:
    files = ("--workouts", str(workouts), "--songs", str(songs))
    return CliRunner().invoke(app, ["evaluate", *files, *arguments], env={"COLUMNS": "200"})


def report(files: tuple[Path, Path], *arguments: str) -> Report:
    result = invoke(*files, "--json", *arguments)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return json.decode(result.stdout, type=Report)


def test_the_report_for_programs_says_what_was_played_and_how_each_policy_fits(
    files: tuple[Path, Path],
) -> None:
    result = invoke(*files, "--json", "--people", "all", "--seeds", "1")
    found = json.decode(result.stdout)
    assert (found["people"], found["workouts"], found["songs"]) == (4, 4, 200)
    assert (found["workout_rows_refused"], found["song_rows_refused"]) == (1, 1)
    assert list(found["policies"]) == [
        "original",
        "constant",
        "tempofit",
        "tempofit-responsive",
        "oracle",
        "oracle-catalog",
        "limit",
    ]
    for figures in found["policies"].values():
        assert figures.keys() >= FIELDS
    assert found["policies"]["oracle"]["gap_raw_mean"] < 10


def test_the_table_for_people_names_the_half_the_policies_and_what_was_refused(
    files: tuple[Path, Path],
) -> None:
    result = invoke(*files)
    assert result.exit_code == 0, result.output
    assert "the reporting half of the people" in result.stdout
    assert "tempofit-responsive" in result.stdout
    assert "±" in result.stdout
    assert "heart rate outside 30-230" in result.stderr
    assert "duration outside 45-900" in result.stderr


def test_the_same_seed_reports_the_same(files: tuple[Path, Path]) -> None:
    assert report(files, "--seed", "7") == report(files, "--seed", "7")
    assert report(files, "--seed", "7").policies != report(files, "--seed", "8").policies


def test_each_half_is_shown_alone(files: tuple[Path, Path]) -> None:
    halves = {part: report(files, "--people", part) for part in ("tuning", "reporting")}
    for part, found in halves.items():
        assert found.shown == part
        expected = {user for user in PEOPLE if part_of(user) == part}
        assert set(found.policies["tempofit"].gap_raw_by_person) == expected
    assert report(files) == halves["reporting"]


def test_samples_of_the_library_are_shown_by_their_size(files: tuple[Path, Path]) -> None:
    sizes = ("--library-size", "7", "--library-size", "300")
    few = ("--policy", "original", "--policy", "tempofit", "--seeds", "2", "--limit", "1")
    found = report(files, *sizes, *few, "--people", "all")
    assert list(found.libraries) == ["7", "300"]
    for policies in found.libraries.values():
        assert list(policies) == ["original", "constant", "tempofit"]
    seven = found.libraries["7"]["tempofit"]
    assert seven.repeats > 0
    assert seven.spread["gap_raw_mean"] > 0
    assert found.libraries["300"]["tempofit"].back_within_60_minutes == 0
    assert "With 7 of the songs:" in invoke(*files, *sizes, *few, "--people", "all").stdout


def test_songs_shorter_than_asked_for_are_left_out(files: tuple[Path, Path]) -> None:
    assert 0 < report(files, "--shortest", "230", "--policy", "oracle").songs < 200


def test_a_limit_takes_the_first_workouts(files: tuple[Path, Path]) -> None:
    found = report(files, "--limit", "2", "--people", "all")
    assert list(found.policies["oracle"].gap_raw_by_person) == PEOPLE[:2]


def test_a_constant_tempo_is_always_beside_the_policies_asked_for(
    files: tuple[Path, Path],
) -> None:
    found = report(files, "--policy", "oracle", "--mode", "zone")
    assert list(found.policies) == ["constant", "oracle"]
    found = report(files, "--policy", "tempofit", "--responsive")
    assert list(found.policies) == ["constant", "tempofit", "tempofit-responsive"]


def test_a_picture_is_drawn(files: tuple[Path, Path], tmp_path: Path) -> None:
    picture = tmp_path / "fit.png"
    report(files, "--plot", str(picture))
    assert picture.read_bytes().startswith(b"\x89PNG")
    report(files, "--policy", "oracle", "--plot", str(tmp_path / "fit.svg"))


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--policy", "best"], 2, "'best' is none of original"),
        (["--mode", "loud"], 2, "--mode"),
        (["--limit", "0"], 2, "--limit"),
        (["--plot", "nowhere/fit.png"], 1, "nowhere/fit.png cannot be drawn"),
        (["--plot", "fit.mp3"], 1, "fit.mp3 cannot be drawn"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    files: tuple[Path, Path], arguments: list[str], code: int, sentence: str
) -> None:
    result = invoke(*files, "--seeds", "1", *arguments)
    assert result.exit_code == code
    assert sentence in result.stderr
    assert isinstance(result.exception, SystemExit)


def test_files_with_nothing_to_play_are_refused_with_a_sentence(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    workouts, songs = files
    short = tmp_path / "short.csv"
    short.write_text("t,heart_rate\n0,100\n5,101\n")
    silent = tmp_path / "silent.csv"
    silent.write_text("title,artist,duration_s,tempo\nShort,Artist,3,120\n")
    for first, second, sentence in (
        (short, songs, "No workout holds 20 minutes"),
        (workouts, silent, "There is no song to play"),
        (tmp_path / "none.csv", songs, "none.csv cannot be read"),
    ):
        result = invoke(first, second)
        assert result.exit_code == 1
        assert sentence in result.stderr
        assert isinstance(result.exception, SystemExit)


def test_recorded_workouts_are_fitted_better_than_by_the_rule_it_came_from(
    real_data: Callable[[str], Path],
) -> None:
    recorded = real_data("workouts.parquet"), real_data("songs_msd_subset.parquet")
    fits = report(recorded, "--limit", "40", "--people", "all", "--seeds", "1").policies
    original, tempofit = fits["original"], fits["tempofit"]
    assert tempofit.gap_raw_mean < 0.6 * original.gap_raw_mean
    assert tempofit.gap_raw_mean < 1.6 * fits["oracle-catalog"].gap_raw_mean
    assert fits["tempofit-responsive"].gap_raw_mean < 0.5 * original.gap_raw_mean
    assert tempofit.second_song_gap_raw_mean < 0.65 * original.second_song_gap_raw_mean
    assert tempofit.back_within_20_minutes == tempofit.empty == 0
    assert tempofit.repeats < 0.01 * tempofit.songs_played
    assert tempofit.artist_repeats < 0.01


def test_how_far_made_spikes_move_the_average_is_told_when_it_is_asked_for(
    files: tuple[Path, Path],
) -> None:
    asked = ("--people", "all", "--policy", "constant", "--spikes")
    found = json.decode(invoke(*files, *asked, "--json").stdout, type=Report).spikes
    assert found is not None
    assert (found.spikes, found.sprints) == (len(PEOPLE) * 25, len(PEOPLE))
    assert found.moved_most <= 2
    said = " ".join(invoke(*files, *asked).stdout.split())
    assert "100 made spikes of 1 to 3 s move averages over 30 s by" in said
    assert "Of 4 sprints each came through within" in said
    silent = json.decode(invoke(*files, *asked[:-1], "--json").stdout, type=Report)
    assert silent.spikes is None


def test_what_made_listeners_skip_is_told_when_it_is_asked_for(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "WORKOUTS", 2)
    asked = ("--people", "all", "--policy", "constant", "--histories")
    found = report(files, *asked).histories
    assert list(found) == ["60", "200", "1000"]
    assert all(list(ways) == list(histories.WAYS) for ways in found.values())
    assert found["60"]["nothing"].skips_per_hour > 0
    said = " ".join(invoke(*files, *asked).stdout.split())
    assert "Made listeners of 60 songs, 2 workouts each; ratios to skips:" in said
    assert "familiar 0.02" in said
    assert report(files, *asked[:-1]).histories == {}
