from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.errors import FileError, Refused
from catalog.files import read_songs
from catalog.tables import first_few
from events.session import Song


def read(path: Path) -> tuple[list[Song], list[Refused]]:
    refused: list[Refused] = []
    return list(read_songs(path, refused.append)), refused


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_real_songs_are_imported_and_every_refused_row_has_its_reason(
    real_data: Callable[[str], Path],
) -> None:
    songs, refused = read(real_data("songs_msd_subset.parquet"))
    assert len(songs) == 9793
    assert Counter(bad.reason for bad in refused) == {
        "duration outside 45-900 s": 142,
        "tempo outside 40-250 beats a minute": 36,
    }
    assert refused[0] == Refused(169, "44.35546", "duration outside 45-900 s")
    assert songs[0] == Song(
        id="SOMZWCG12A8C13C480",
        title="I Didn't Mean To",
        artist="Casual",
        tempo=92.198,
        duration_seconds=218.932,
        genre="hip hop",
    )


def test_an_export_of_a_playlist_is_understood(tmp_path: Path) -> None:
    path = write(
        tmp_path / "running.csv",
        '\ufeff"Track URI","Track Name","Artist Name(s)","Album Release Date",'
        '"Track Duration (ms)","Genres","Energy","Tempo"\n'
        '"spotify:track:1","One, Two","Ann,Bob","1999-05-01","215500","pop,rock","0.81","128.02"\n',
    )
    assert read(path) == (
        [Song("spotify:track:1", "One, Two", "Ann,Bob", 128.02, 215.5, "pop,rock", 0.81, 1999)],
        [],
    )


@pytest.mark.parametrize(
    ("header", "duration", "seconds"),
    [
        ("duration_s", "200", 200),
        ("Duration (ms)", "200500", 200.5),
        ("Length", "3:20", 200),
        ("duration_seconds", "200.25", 200.25),
    ],
)
def test_durations_are_read_in_the_unit_of_their_header(
    tmp_path: Path, header: str, duration: str, seconds: float
) -> None:
    path = write(tmp_path / "a.csv", f"title,artist,{header},BPM\nOne,Ann,{duration},120\n")
    assert [song.duration_seconds for song in read(path)[0]] == [seconds]


def test_bad_rows_are_counted_and_named_and_the_others_imported(tmp_path: Path) -> None:
    rows = [
        "a,One,Ann,200,120",
        "b,,Ann,200,120",
        "c,Three,Ann,200,39.9",
        "d,Four,Ann,200,250.1",
        "e,Five,Ann,44,120",
        "f,Six,Ann,901,120",
        "g,Seven,Ann,200,fast",
        "h,Eight,Ann,,120",
        "i,Nine,Ann,200,nan",
        "a,Ten,Ann,200,120",
        "j,Eleven,,45,250",
        "k,Twelve",
        "l,Thirteen,Ann,inf,120",
    ]
    path = write(tmp_path / "a.csv", "song_id,title,artist,duration_s,tempo\n" + "\n".join(rows))
    songs, refused = read(path)
    assert [(song.id, song.artist) for song in songs] == [("a", "Ann"), ("j", "Unknown artist")]
    assert [(bad.row, bad.value, bad.reason) for bad in refused] == [
        (3, "", "no title"),
        (4, "39.9", "tempo outside 40-250 beats a minute"),
        (5, "250.1", "tempo outside 40-250 beats a minute"),
        (6, "44", "duration outside 45-900 s"),
        (7, "901", "duration outside 45-900 s"),
        (8, "fast", "the tempo is no number"),
        (9, "", "no duration"),
        (10, "nan", "the tempo is no number"),
        (11, "a, as row 2", "an earlier row has the same song"),
        (13, "", "no tempo"),
        (14, "inf", "duration outside 45-900 s"),
    ]


def test_a_song_without_an_id_gets_the_same_one_every_time(tmp_path: Path) -> None:
    text = "title,artist,duration_s,tempo\nOne,Ann,200,120\nTwo,Ann,200,120\n"
    first, _ = read(write(tmp_path / "a.csv", text))
    moved, _ = read(write(tmp_path / "b.csv", "tempo;artist;title;duration_s\n121;ANN;One;200\n"))
    assert first[0].id == moved[0].id
    assert first[0].id != first[1].id


def test_the_same_song_twice_without_ids_is_named(tmp_path: Path) -> None:
    text = "title,artist,duration_s,tempo\nOne,Ann,200,120\nOne,Ann,200,120\n"
    songs, refused = read(write(tmp_path / "a.csv", text))
    assert len(songs) == 1
    assert [bad.reason for bad in refused] == ["an earlier row has the same song"]
    assert refused[0].value.endswith(", as row 2")


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_file_with_none_of_the_columns_names_them(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    if suffix == ".csv":
        write(path, "colour,size\nred,1\n")
    else:
        pq.write_table(pa.table({"colour": ["red"], "size": [1]}), path)
    with pytest.raises(FileError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path} has no column for title, artist, duration_seconds or duration_ms, tempo. "
        "Its columns are: colour, size."
    )


def test_an_export_without_audio_features_says_that_the_tempo_is_missing(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "Track Name,Artist Name(s),Duration (ms)\nOne,Ann,200000\n")
    with pytest.raises(FileError, match="has no column for tempo"):
        read(path)


def test_unreadable_extras_are_left_out_and_the_song_kept(tmp_path: Path) -> None:
    rows: dict[str, list[Any]] = {
        "title": ["One"],
        "artist": ["Ann"],
        "duration_ms": [200_000],
        "tempo": [120.0],
        "genre": [""],
        "energy": ["high"],
        "year": [0],
    }
    pq.write_table(pa.table(rows), tmp_path / "a.parquet")
    (song,), refused = read(tmp_path / "a.parquet")
    assert (song.genre, song.energy, song.year) == (None, None, None)
    assert refused == []


NINES = "9" * 5_000


@pytest.mark.parametrize(
    ("header", "cell", "reason"),
    [
        ("duration_s", "9" * 400, "duration outside 45-900 s"),
        ("duration_s", NINES, "duration outside 45-900 s"),
        ("duration_s", f"{NINES}:00", "the duration is no number"),
        ("duration_ms", NINES, "duration outside 45000-900000 ms"),
        ("duration_s", "1e400", "duration outside 45-900 s"),
        ("duration_s", f"-{NINES}", "duration outside 45-900 s"),
    ],
)
def test_a_number_of_thousands_of_digits_is_a_refused_row_like_others(
    tmp_path: Path, header: str, cell: str, reason: str
) -> None:
    rows = f"One,Ann,{cell},120\nTwo,Ann,200000,120\nThree,Ann,200,120\n"
    songs, refused = read(write(tmp_path / "a.csv", f"title,artist,{header},tempo\n{rows}"))
    assert len(songs) == 1
    assert (refused[0].row, refused[0].reason) == (2, reason)
    assert len(refused[0].value) < 70


def test_energy_and_meter_that_no_table_can_hold_are_left_out(tmp_path: Path) -> None:
    text = f"title,artist,duration_s,tempo,energy,meter\nOne,Ann,200,120,1e300,{NINES}\n"
    (song,), refused = read(write(tmp_path / "a.csv", text))
    assert (song.energy, song.meter, refused) == (None, None, [])


def test_ids_and_texts_that_fit_into_no_message_are_refused(tmp_path: Path) -> None:
    rows = f"{'é' * 513},One,Ann,200,120\na,{'x' * 1001},Ann,200,120\nb,{'x' * 1000},Ann,200,120\n"
    songs, refused = read(write(tmp_path / "a.csv", f"id,title,artist,duration_s,tempo\n{rows}"))
    assert [song.id for song in songs] == ["b"]
    assert [bad.reason for bad in refused] == [
        "the song id has more than 1,024 bytes",
        "the title has more than 1,000 letters",
    ]


def test_of_two_parquet_columns_of_one_name_the_first_is_read_as_in_csv(tmp_path: Path) -> None:
    names = ["title", "artist", "tempo", "tempo", "duration_s"]
    values: list[Any] = ["One", "Ann", 120.0, 90.0, 200.0]
    columns = [pa.array([value]) for value in values]
    pq.write_table(pa.Table.from_arrays(columns, names=names), tmp_path / "a.parquet")
    write(tmp_path / "a.csv", f"{','.join(names)}\nOne,Ann,120,90,200\n")
    assert read(tmp_path / "a.parquet") == read(tmp_path / "a.csv")
    assert [song.tempo for song in read(tmp_path / "a.csv")[0]] == [120]


def test_parquet_values_that_python_cannot_hold_cost_their_row_or_their_extra(
    tmp_path: Path,
) -> None:
    no_utf8 = pa.array([b"\xff", b"Two", b"Three"]).cast(pa.binary()).view(pa.string())
    rows: dict[str, Any] = {
        "title": no_utf8,
        "artist": ["Ann"] * 3,
        "tempo": [120] * 3,
        "duration_s": [200] * 3,
        "release_date": pa.array([0, 2**30, 0], pa.date32()),
    }
    pq.write_table(pa.table(rows), tmp_path / "a.parquet")
    songs, refused = read(tmp_path / "a.parquet")
    assert [(song.title, song.year) for song in songs] == [("Two", None), ("Three", 1970)]
    assert [(bad.row, bad.reason) for bad in refused] == [(1, "no title")]
    assert refused[0].value.startswith("string: 'utf-8' codec can't decode byte 0xff")


def test_the_first_refused_rows_are_printed_and_the_rest_counted() -> None:
    refused = [Refused(row, "x", "no tempo") for row in range(2, 15)]
    lines = first_few(refused)
    assert lines[0] == "row 2: no tempo ('x')"
    assert lines[-1] == "and 3 more"
    assert len(lines) == 11
