import gzip
import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.errors import FileError, Refused
from simulator.replay import Workout, cut, one_hertz, read_workouts

PACKED = gzip.compress(b"t,heart_rate\n0,100\n1,101\n", mtime=0)


def read(path: Path, limit: int | None = None) -> tuple[list[Workout], list[Refused]]:
    refused: list[Refused] = []
    return list(read_workouts(path, refused.append, limit)), refused


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def recorded(*points: tuple[float, float]) -> Workout:
    workout = Workout("ann", "1")
    for second, heart_rate in points:
        workout.seconds.append(second)
        workout.heart_rates.append(heart_rate)
    return workout


def line(**changes: Any) -> dict[str, Any]:
    return {
        "longitude": [24.65, 24.66, 24.67],
        "latitude": [60.17, 60.18, 60.19],
        "url": "https://example.org/users/10921915",
        "userId": 10921915,
        "id": 396826535,
        "sport": "bike",
        "timestamp": [1408898746, 1408898755, 1408898764],
        "heart_rate": [100, 111, 120],
    } | changes


def test_the_recorded_workouts_are_read_one_after_another(
    real_data: Callable[[str], Path],
) -> None:
    workouts, refused = read(real_data("workouts.parquet"))
    assert len(workouts) == 184
    assert sum(len(workout.seconds) for workout in workouts) == 282_656
    assert refused == []
    assert all(workout.seconds[0] == 0 for workout in workouts)


def test_a_limit_stops_the_reading(real_data: Callable[[str], Path]) -> None:
    workouts, _ = read(real_data("workouts.parquet"), limit=3)
    assert len(workouts) == 3


def test_samples_start_when_the_replay_starts() -> None:
    workout = recorded((0, 100), (2.5, 110))
    assert list(workout.samples(50_000)) == [(50_000, 100), (52_500, 110)]


@pytest.mark.parametrize(
    "text",
    [
        "user,t,heart_rate\nann,0,100\nann,1,101\n",
        "User ID;Time (s);HR\nann;0;100\nann;1;101\n",
        "athlete,timestamp_ms,Heart-Rate\nann,1760000000000,100\nann,1760000001000,101\n",
        "user,timestamp,hr\nann,1760000000000,100\nann,1760000001000,101\n",
        "user,timestamp,pulse\nann,2025-10-09T08:53:20Z,100\nann,2025-10-09T08:53:21Z,101\n",
    ],
)
def test_csv_headers_may_use_other_words(tmp_path: Path, text: str) -> None:
    workouts, refused = read(write(tmp_path / "rides.csv", text))
    assert refused == []
    assert [workout.user for workout in workouts] == ["ann"]
    assert list(workouts[0].samples(0)) == [(0, 100), (1000, 101)]


def test_a_file_without_users_is_one_person_named_after_it(tmp_path: Path) -> None:
    workouts, _ = read(write(tmp_path / "monday.csv", "t,hr\n0,100\n1,101\n"))
    assert [workout.user for workout in workouts] == ["monday"]


def test_parquet_times_may_be_timestamps(tmp_path: Path) -> None:
    times = [datetime(2025, 1, 1, 8, 0, second, tzinfo=UTC) for second in (0, 5)]
    pq.write_table(
        pa.table({"user": ["ann", "ann"], "time": times, "hr": [100, 101]}), tmp_path / "a.parquet"
    )
    workouts, _ = read(tmp_path / "a.parquet")
    assert list(workouts[0].seconds) == [0, 5]


@pytest.mark.parametrize("kind", [pa.timestamp("ms"), pa.timestamp("us")])
def test_parquet_times_beyond_the_calendar_are_refused_rows(tmp_path: Path, kind: Any) -> None:
    times = pa.array([2**62, 1_000, 2_000], kind)
    pq.write_table(pa.table({"t": times, "hr": [100, 101, 102]}), tmp_path / "a.parquet")
    workouts, refused = read(tmp_path / "a.parquet")
    assert [list(workout.heart_rates) for workout in workouts] == [[101, 102]]
    assert [(bad.row, bad.reason) for bad in refused] == [(1, "the time cannot be read")]


def test_nanoseconds_are_read_to_the_microsecond(tmp_path: Path) -> None:
    begin = 1_760_000_000_000_000_000
    times = pa.array([begin + 1, begin + 1_500_000_001], pa.timestamp("ns", "UTC"))
    pq.write_table(pa.table({"t": times, "hr": [100, 101]}), tmp_path / "a.parquet")
    workouts, refused = read(tmp_path / "a.parquet")
    assert [list(workout.seconds) for workout in workouts] == [[0, 1.5]]
    assert refused == []


def test_times_in_a_place_that_nobody_knows_are_refused_rows(tmp_path: Path) -> None:
    times = pa.array([0, 1_000_000], pa.timestamp("us", "Mars/Olympus"))
    pq.write_table(pa.table({"t": times, "hr": [100, 101]}), tmp_path / "a.parquet")
    workouts, refused = read(tmp_path / "a.parquet")
    assert workouts == []
    assert [bad.reason for bad in refused] == ["the time cannot be read"] * 2


@pytest.mark.parametrize("time", ["9" * 400, "-" + "9" * 5_000, "1e308", "inf", "2e18"])
def test_a_time_beyond_the_calendar_is_a_refused_row(tmp_path: Path, time: str) -> None:
    workouts, refused = read(write(tmp_path / "a.csv", f"t,hr\n0,100\n{time},101\n2,102\n"))
    assert list(workouts[0].samples(0)) == [(0, 100), (2000, 102)]
    assert [(bad.row, bad.reason) for bad in refused] == [(3, "time outside the years 1 to 9999")]


def test_bad_rows_are_named_and_the_others_kept(tmp_path: Path) -> None:
    rows = ["0,100", "1,", "2,0", "3,300", "4,fast", "5,nan", "six,100", "7,107", "6,106"]
    path = write(tmp_path / "holes.csv", "t,heart_rate\n" + "\n".join(rows) + "\n")
    workouts, refused = read(path)
    assert list(workouts[0].samples(0)) == [(0, 100), (7000, 107)]
    assert [(bad.row, bad.value, bad.reason) for bad in refused] == [
        (3, "", "no heart rate"),
        (4, "0", "heart rate outside 30-230 beats a minute"),
        (5, "300", "heart rate outside 30-230 beats a minute"),
        (6, "fast", "the heart rate is no number"),
        (7, "nan", "the heart rate is no number"),
        (8, "six", "the time is no number"),
        (10, "6.0", "no later than second 7 of the row before"),
    ]


def test_missing_heart_rates_in_parquet_are_named(tmp_path: Path) -> None:
    table = pa.table({"user": ["ann"] * 3, "t": [0, 1, 2], "heart_rate": [100, None, 102]})
    pq.write_table(table, tmp_path / "a.parquet")
    workouts, refused = read(tmp_path / "a.parquet")
    assert len(workouts[0].seconds) == 2
    assert refused == [Refused(2, "", "no heart rate")]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_file_without_the_columns_names_what_it_has_and_what_it_needs(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"rides{suffix}"
    if suffix == ".csv":
        write(path, "speed,power\n1,2\n")
    else:
        pq.write_table(pa.table({"speed": [1], "power": [2]}), path)
    with pytest.raises(FileError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path} has no column for t or t_ms, heart_rate. Its columns are: speed, power."
    )


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("no.csv", None, "cannot be read: No such file"),
        ("ride.fit", b"", "is empty"),
        ("ride.parquet", b"PAR1nonsense", "cannot be read as Parquet"),
        ("ride.csv", b"\x00\x01\x02\x03", "is no text, and of no kind that"),
        ("ride.csv", b"\n\n", "Its columns are: none"),
        ("no.json", None, "cannot be read"),
        ("ride.json", b"\xff", "byte 0xff is no UTF-8. Save it as UTF-8"),
        ("ride.csv.gz", PACKED[:22], "cannot be unpacked: Compressed file ended before"),
        ("ride.csv.gz", PACKED[:10] + b"\xff" * 12, "cannot be unpacked: Error -3 while decomp"),
        ("ride.json.gz", PACKED[:10] + b"\xff" * 12, "cannot be unpacked: Error -3 while decomp"),
        ("ride.json.gz", PACKED[:-8] + b"\0" * 8, "cannot be unpacked: CRC check failed"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_in_a_sentence(
    tmp_path: Path, name: str, content: bytes | None, sentence: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FileError, match=sentence) as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_a_workout_in_two_places_asks_for_a_sorted_file(tmp_path: Path) -> None:
    path = write(tmp_path / "mixed.csv", "user,t,hr\nann,0,100\nbob,0,90\nann,1,101\n")
    with pytest.raises(FileError, match=r"from row 4 on: sort it by user, workout and time"):
        read(path)


@pytest.mark.parametrize("encode", [repr, json.dumps])
def test_fitrec_lines_may_be_literals_or_json(tmp_path: Path, encode: Callable[[Any], str]) -> None:
    path = write(tmp_path / "fitrec.json", encode(line()) + "\n\n" + encode(line(id=2)) + "\n")
    workouts, refused = read(path)
    assert refused == []
    assert [(workout.user, workout.workout) for workout in workouts] == [
        ("10921915", "396826535"),
        ("10921915", "2"),
    ]
    assert list(workouts[0].samples(0)) == [(0, 100), (9000, 111), (18_000, 120)]


def test_fitrec_files_may_be_packed(tmp_path: Path) -> None:
    path = tmp_path / "fitrec.json.gz"
    with gzip.open(path, "wt") as file:
        file.write(repr(line()))
    assert len(read(path)[0]) == 1


def test_a_line_is_never_run_as_code(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    evil = f"{{'timestamp': [1], 'heart_rate': __import__('os').mkdir({str(trap)!r})}}"
    workouts, refused = read(write(tmp_path / "a.json", f"{evil}\n{line()!r}\n"))
    assert not trap.exists()
    assert len(workouts) == 1
    assert [bad.row for bad in refused] == [1]
    assert "it holds the name '__import__'" in refused[0].reason


def test_bad_fitrec_lines_are_named_without_coordinates(tmp_path: Path) -> None:
    texts = [
        repr(line())[:-1],
        "[1, 2]",
        repr({"longitude": [24.65], "heart_rate": [1]}),
        repr(line(heart_rate=[100])),
        repr(line(heart_rate=[100, 0, 120])),
    ]
    workouts, refused = read(write(tmp_path / "a.json", "\n".join(texts)))
    assert [list(workout.seconds) for workout in workouts] == [[0, 18]]
    assert [(bad.row, bad.reason) for bad in refused] == [
        (1, "the line is neither JSON nor a Python literal"),
        (2, "the line is no dict"),
        (3, "no list under timestamp; keys: longitude, heart_rate"),
        (4, "3 timestamps, 1 heart rates"),
        (5, "heart rate outside 30-230 beats a minute, point 1"),
    ]
    assert "24.65" not in str(refused)


def test_fitrec_values_of_any_size_and_depth_cost_their_point_or_their_line(
    tmp_path: Path,
) -> None:
    nines, nested = "9" * 400, "[" * 150 + "]" * 150
    too_deep = "[" * 200_000 + "]" * 200_000
    texts = [
        f"{{'timestamp': [1, 2, 3], 'heart_rate': [{nines}, {nested}, 120]}}",
        f'{{"timestamp": [1, 2, {nines}], "heart_rate": [{nines}, 110, 120]}}',
        f'{{"timestamp": [1], "heart_rate": [{too_deep}]}}',
        f"{'-' * 200_000}1",
        f"{{'userId': 0x{'f' * 5_000}, 'id': '\\ud800', 'timestamp': [1], 'heart_rate': [99]}}",
    ]
    workouts, refused = read(write(tmp_path / "a.json", "\n".join(texts)))
    assert [list(workout.heart_rates) for workout in workouts] == [[120], [110], [99]]
    assert (workouts[2].user, workouts[2].workout) == ("int that is too long to show", "?")
    assert [(bad.row, bad.reason) for bad in refused] == [
        (1, "heart rate outside 30-230 beats a minute, point 0"),
        (1, "the heart rate is no number, point 1"),
        (2, "heart rate outside 30-230 beats a minute, point 0"),
        (2, "time outside the years 1 to 9999, point 2"),
        (3, "the line is nested too deep to be read"),
        (4, "the line is nested too deep to be read"),
    ]


def test_after_fifty_years_of_silence_it_is_another_workout(tmp_path: Path) -> None:
    rows = "0,99\n1600000000,100\n1600000002,102\n1600086402,103\n1600172803,104\n"
    workouts, refused = read(write(tmp_path / "watch.csv", f"t,heart_rate\n{rows}"))
    assert refused == []
    assert {workout.user for workout in workouts} == {"watch"}
    assert [list(workout.samples(0)) for workout in workouts] == [
        [(0, 99)],
        [(0, 100), (2000, 102), (86_402_000, 103)],
        [(0, 104)],
    ]


def test_the_seconds_of_a_hole_are_not_walked_through() -> None:
    even = one_hertz(recorded((0, 100), (2, 102), (1e15, 103), (1e15 + 1, 104)))
    assert list(even.seconds) == [0, 1, 2, 1e15, 1e15 + 1]
    assert list(one_hertz(recorded((0.5, 100), (1e15 + 0.5, 103))).seconds) == []


def test_nothing_is_interpolated_unasked_and_one_hertz_fills_short_steps() -> None:
    workout = recorded((0, 100), (4, 108), (5, 110))
    assert list(workout.seconds) == [0, 4, 5]
    assert list(one_hertz(workout).samples(0)) == [
        (second * 1000, 100 + 2 * second) for second in range(6)
    ]


def test_holes_stay_holes_when_interpolated() -> None:
    even = one_hertz(recorded((0, 100), (2, 102), (100, 150), (102, 152)))
    assert list(even.seconds) == [0, 1, 2, 100, 101, 102]
    assert list(even.heart_rates) == [100, 101, 102, 150, 151, 152]


def test_a_workout_of_one_sample_interpolates_to_itself() -> None:
    assert list(one_hertz(recorded((0, 100))).samples(0)) == [(0, 100)]


def test_the_recorded_holes_stay_holes(real_data: Callable[[str], Path]) -> None:
    workouts, _ = read(real_data("workouts.parquet"), limit=20)
    for workout in workouts:
        even = one_hertz(workout)
        steps = [b - a for a, b in zip(workout.seconds, workout.seconds[1:], strict=False)]
        holes = sum(step - 1 for step in steps if step > 30)
        assert len(even.seconds) == workout.duration_seconds + 1 - holes


def test_a_cut_begins_at_its_own_second_zero() -> None:
    workout = recorded(*((second, 100 + second) for second in range(10)))
    assert list(cut(workout, 3, 2).samples(0)) == [(0, 103), (1000, 104)]


def test_a_nan_costs_its_point_and_in_other_columns_nothing(tmp_path: Path) -> None:
    text = repr(line(heart_rate=[100, 0, 120])).replace("0, 120]", "nan, 120]")
    text = text.replace("{", "{'speed': [nan, -inf, 2.5], 'derived': [None, nan], ", 1)
    workouts, refused = read(write(tmp_path / "a.json", text))
    assert [list(workout.heart_rates) for workout in workouts] == [[100, 120]]
    assert [bad.reason for bad in refused] == ["no heart rate, point 1"]


@pytest.mark.parametrize("encode", [repr, json.dumps, lambda value: json.dumps(value, indent=2)])
def test_fitrec_workouts_may_stand_in_one_list(
    tmp_path: Path, encode: Callable[[Any], str]
) -> None:
    odd = line(id=3, url="a ] } ' and { [")
    whole = encode([line(), line(id=2, heart_rate=[]), odd])
    workouts, refused = read(write(tmp_path / "a.json", whole))
    assert [workout.workout for workout in workouts] == ["396826535", "3"]
    assert [(bad.row, bad.reason) for bad in refused] == [(2, "3 timestamps, 0 heart rates")]
    workouts, refused = read(write(tmp_path / "a.json", whole[: len(whole) - 40]))
    assert len(workouts) == 1
    assert refused[-1].reason == "the file ends within it"


def test_a_line_of_megabytes_takes_little_memory(tmp_path: Path) -> None:
    count = 100_000
    long = line(
        timestamp=list(range(count)), heart_rate=[120] * count, speed=[2.123456] * count * 3
    )
    path = write(tmp_path / "a.json", repr(long).replace("2.123456, ", "nan, ", 1))
    size = path.stat().st_size
    tracemalloc.start()
    try:
        workouts, refused = read(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(workouts[0].seconds), refused) == (count, [])
    assert size > 4_000_000
    assert peak < 12 * size
