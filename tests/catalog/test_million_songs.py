"""The Million Song Dataset as it is published: HDF5, its tree, SQLite, and lists made of it."""

import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import pytest

from catalog.errors import FileError
from tests.catalog.written import read, read_all, summary, write


def song(number: int, **others: Any) -> dict[str, Any]:
    """A song as its columns have it."""
    return {
        "song_id": f"SO{number:016}".encode(),
        "track_id": f"TR{number:016}".encode(),
        "title": f"Título {number}".encode(),
        "artist_name": b"Ann",
        "duration": 200.5 + number,
        "tempo": 120.25,
        "time_signature": 4,
        "year": 0,
        **others,
    }


def metadata(path: Path, numbers: Sequence[int]) -> Path:
    """The songs as track_metadata.db has them, without a tempo."""
    with sqlite3.connect(path) as db:
        db.execute(
            "CREATE TABLE songs (track_id, title, song_id, artist_mbid, artist_name, duration)"
        )
        rows = [(f"TR{n:016}", f"T {n}", f"SO{n:016}", "", "Ann", 200.5 + n) for n in numbers]
        db.executemany("INSERT INTO songs VALUES (?, ?, ?, ?, ?, ?)", rows)
    db.close()
    return path


def test_the_summary_holds_every_song(tmp_path: Path) -> None:
    path = summary(tmp_path / "msd_summary_file.h5", [song(1, year=1999), song(2, tempo=0.0)])
    (found,), refused = read(path)
    assert (found.id, found.title, found.tempo, found.duration_seconds, found.year) == (
        *("SO0000000000000001", "Título 1", 120.25, 201.5, 1999),
    )
    assert (found.energy, found.meter) == (None, 4)
    assert [(bad.row, bad.reason.partition(":")[0]) for bad in refused] == [(2, "no tempo")]


def test_a_tree_of_tracks_is_read_with_the_files_that_are_none_passed_over(tmp_path: Path) -> None:
    for number, folder in enumerate(("A/B/C", "A/B/D", "B/A/A")):
        (tmp_path / folder).mkdir(parents=True)
        summary(tmp_path / folder / f"TR{number}.h5", [song(number)])
    write(tmp_path / "A/cover.jpg", b"\xff\xd8\xff\xe0")
    write(tmp_path / "A/readme.txt", "These are songs.\n")
    write(tmp_path / "A/B/broken.h5", b"\x89HDF\r\n\x1a\n" + b"\0" * 50)
    reads, refused, unread = read_all(tmp_path)
    assert [read.entry.song.id[-1] for read in reads] == ["0", "1", "2"]
    assert refused == []
    assert len(unread) == 1
    assert "broken.h5 cannot be read as HDF5" in unread[0]


@pytest.mark.parametrize(
    ("without", "sentence"),
    [("analysis", "it has no table /analysis/songs"), ("metadata", "no table /metadata/songs")],
)
def test_hdf5_of_another_layout_is_a_sentence(tmp_path: Path, without: str, sentence: str) -> None:
    with pytest.raises(FileError, match=sentence):
        read(summary(tmp_path / "a.h5", [song(1)], without=without))


def test_hdf5_without_a_column_is_a_sentence(tmp_path: Path) -> None:
    path = summary(tmp_path / "a.h5", [song(1)], without="analysis")
    with h5py.File(path, "a") as file:
        file["analysis/songs"] = [1, 2, 3]
    with pytest.raises(FileError, match="it has no column track_id in /analysis/songs"):
        read(path)


def test_years_may_be_absent(tmp_path: Path) -> None:
    assert len(read(summary(tmp_path / "a.h5", [song(1)], without="musicbrainz"))[0]) == 1


def test_without_its_package_the_command_that_installs_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = summary(tmp_path / "a.h5", [song(1)])
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(FileError, match="needs the package h5py: install it with `make hdf5`"):
        read(path)


def test_the_database_says_that_it_has_no_tempo(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"no column for tempo.* tempi in msd_summary_file\.h5"):
        read(metadata(tmp_path / "track_metadata.db", [1]))


def test_the_database_is_joined_with_tempi_by_track_id(tmp_path: Path) -> None:
    database = metadata(tmp_path / "track_metadata.db", [1, 2, 3])
    tempi = write(tmp_path / "tempi.csv", "track_id,tempo\nTR0000000000000002,130\nTR3,99\n")
    reads, refused, unread = read_all(database, tempi)
    assert [(read.entry.song.title, read.entry.song.tempo) for read in reads] == [("T 2", 130)]
    assert [(bad.row, bad.reason) for bad in refused] == [
        (1, "no tempo in any of the files"),
        (3, "no tempo in any of the files"),
    ]
    assert unread == []


def test_the_database_is_joined_with_the_summary(tmp_path: Path) -> None:
    database = metadata(tmp_path / "track_metadata.db", [1, 2])
    reads, _, _ = read_all(database, summary(tmp_path / "s.h5", [song(1), song(2)]))
    assert sorted(read.entry.song.title for read in reads) == ["T 1", "T 2", "Título 1", "Título 2"]
    assert len({read.entry.song.id for read in reads}) == 2


def test_tempi_alone_ask_for_their_songs(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="If it has only tempi, give the list of their songs"):
        read(write(tmp_path / "tempi.csv", "track_id,tempo\nTR1,130\n"))


def test_a_database_of_something_else_names_its_tables(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as db:
        db.execute("CREATE TABLE cats (colour)")
    db.close()
    with pytest.raises(FileError, match="Its tables are: cats"):
        read(tmp_path / "a.db")


def test_a_damaged_database_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read as an SQLite database"):
        read(write(tmp_path / "a.db", b"SQLite format 3\0" + b"\xff" * 100))


LISTS = {
    "Soundiiz": "title;artist;album;isrc\nOne;Ann;A;USABC2000001\nTwo;Bob;B;\nThree;Cy;;\n",
    "TuneMyMusic": (
        "Track name,Artist name,Album,Playlist name,Type,ISRC,Spotify - id\n"
        "One,Ann,A,Mine,Playlist,USABC2000001,x\nTwo,Bob,B,Mine,Playlist,,\nThree,Cy,,Mine,,,\n"
    ),
}


@pytest.mark.parametrize("service", LISTS)
def test_lists_of_services_take_tempo_and_length_from_another_list(
    tmp_path: Path, service: str
) -> None:
    listed = write(tmp_path / "listed.csv", LISTS[service])
    with pytest.raises(FileError, match="given together with this one"):
        read(listed)
    tempi = (
        "Name,Artist,ISRC,BPM,Duration\n"
        "Uno,Anna,US-ABC-20-00001,120,200\nTWO,bob feat. Ann,,121,201\n"
    )
    reads, refused, _ = read_all(write(tmp_path / "tempi.csv", tempi), listed)
    joined = [(one.entry.song.title, one.entry.song.tempo) for one in reads[2:]]
    assert joined == [("One", 120), ("Two", 121)]
    assert [bad.value for bad in refused] == ["Three"]
