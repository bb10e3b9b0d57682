"""Every reader of files gives what a file holds, or one sentence on why it gives nothing."""

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.errors import FileError, Refused
from catalog.files import read_songs
from catalog.tables import first_few
from evaluation.segments import segments
from events.samples import Sample
from events.session import Settings, Song
from lambdas.adapters.songs import song_item, song_of
from simulator.fleet import workout_feeds
from simulator.replay import Workout, one_hertz, read_workouts
from tests.fuzz.profile import fuzzed
from tests.fuzz.strange import NUMBERS, damaged, likely, numbers, values

NOW_MS = 1_760_000_000_000

SONG_HEADERS = ["id", "title", "artist", "duration_s", "duration_ms", "bpm", "energy", "meter"]
WORKOUT_HEADERS = ["user", "workout", "sport", "t", "t_ms", "hr", "heart_rate"]
SONGS = b"title,artist,duration_s,tempo,energy\nOne,Ann,200,120,0.5\nTwo,Bob,3:20,90,\n"
RIDE = b"user,t,heart_rate\nann,0,100\nann,1,101\nbob,0,90\n"
LINE = {"userId": 1, "id": 2, "sport": "bike", "timestamp": [1, 2, 3], "heart_rate": [90, 91, 92]}

Read = Callable[[Path, Callable[[Refused], None]], Iterator[Any]]


def read(reader: Read, path: Path, content: bytes) -> list[Any]:
    """What the reader gives; what it refuses can be shown to a person, printed and encoded."""
    path.write_bytes(content)
    refused: list[Refused] = []
    try:
        found = list(reader(path, refused.append))
    except FileError as error:
        sentence = str(error)
        assert sentence.startswith(str(path))
        assert sentence.endswith(".")
        sentence.encode()
        found = []
    msgspec.json.encode(refused)
    assert all(len(line) < 600 for line in first_few(refused))
    return found


def check_songs(songs: Sequence[Song]) -> None:
    """Each is one that the table takes and gives back."""
    for song in songs:
        assert msgspec.json.decode(msgspec.json.encode(song), type=Song) == song
        again = song_of(song_item("library", song))
        assert (again.id, again.title, again.year, again.meter) == (
            *(song.id, song.title, song.year, song.meter),
        )
        assert 40 <= again.tempo <= 250
        assert 45 <= again.duration_seconds <= 900


def check_workouts(workouts: Sequence[Workout]) -> None:
    """Each can be replayed, evened out and measured, second by second where it has them."""
    for workout in workouts:
        check_samples(list(workout.samples(NOW_MS)))
        check_samples(list(one_hertz(workout).samples(NOW_MS)))
        list(segments(workout, Settings()))
        workout.user.encode()
    if workouts:
        assert workout_feeds(workouts, 2, NOW_MS, speed=10)


def check_samples(samples: Sequence[Sample]) -> None:
    assert all(30 <= heart_rate <= 230 for _, heart_rate in samples)
    assert [at_ms for at_ms, _ in samples] == sorted(at_ms for at_ms, _ in samples)


@st.composite
def tables(draw: st.DrawFn, names: Sequence[str]) -> bytes:
    """CSV of these columns, some more than once and some not at all, with strange cells."""
    delimiter = draw(st.sampled_from(",;\t"))
    headers = draw(st.permutations(names)) + draw(st.lists(st.sampled_from(names), max_size=1))
    cell = likely | likely | numbers | st.text(max_size=4)
    row = st.lists(cell, min_size=len(headers) - 1, max_size=len(headers) + 1)
    rows = [headers, *draw(st.lists(row, max_size=3))]
    return "\n".join(delimiter.join(cells) for cells in rows).encode("utf-8", "replace")


@fuzzed
@given(tables(SONG_HEADERS))
@example(b"title,artist,duration_s,bpm\n" + "\n".join(f"a,b,{n},120" for n in NUMBERS).encode())
@example(b"title,artist,duration_s,bpm,energy\na,b,200,120,1e300\n")
@example(b"title,artist,duration_s,bpm\n" + b"a" * 130_000 + b",b,200,120\n")
def test_tables_of_songs(folder: Path, content: bytes) -> None:
    check_songs(read(read_songs, folder / "songs.csv", content))


@fuzzed
@given(tables(WORKOUT_HEADERS))
@example(b"t,hr\n" + "\n".join(f"{number},100" for number in NUMBERS).encode())
@example(b"t,hr\n0,100\n1600000000,100\n")
@example(b"t,hr\n0,100\n1e308,100\n")
def test_tables_of_workouts(folder: Path, content: bytes) -> None:
    check_workouts(read(read_workouts, folder / "ride.csv", content))


_TYPES = [
    *(pa.timestamp("ns"), pa.timestamp("us", "UTC"), pa.timestamp("ms"), pa.timestamp("us", "X/Y")),
    *(pa.date32(), pa.time64("ns"), pa.duration("ns"), pa.int64(), pa.uint64(), pa.int8()),
]
_WHOLE = st.sampled_from([0, 1, 100, 2**62, -(2**62), NOW_MS, NOW_MS * 10**6 + 1])


@st.composite
def columns(draw: st.DrawFn, rows: int) -> Any:
    """A column of whole numbers under some type, of floats, of text, of bytes that are no text."""
    kind: Any = draw(st.sampled_from([*_TYPES, pa.float64(), pa.string(), "no text", "lists"]))
    if kind == pa.float64():
        return pa.array(draw(st.lists(st.none() | st.floats(), min_size=rows, max_size=rows)))
    if kind == "no text":
        data = draw(st.lists(st.binary(max_size=4), min_size=rows, max_size=rows))
        return pa.array(data, pa.binary()).view(pa.string())
    if kind == "lists":
        return pa.array([[1.0]] * rows)
    if kind == pa.string():
        return pa.array(draw(st.lists(likely | numbers, min_size=rows, max_size=rows)))
    size = 2 ** (kind.bit_width - 1)
    whole = _WHOLE.filter(
        lambda number: -size <= number < size and not (kind == pa.uint64() and number < 0)
    )
    numbers_ = draw(st.lists(st.none() | whole, min_size=rows, max_size=rows))
    storage = {8: pa.int8(), 32: pa.int32(), 64: pa.int64()}[kind.bit_width]
    return pa.array(numbers_, storage).view(kind)


@st.composite
def parquet(draw: st.DrawFn, names: Sequence[str]) -> bytes:
    """A Parquet file of strange columns, two of which may have one name."""
    rows = draw(st.integers(min_value=0, max_value=4))
    headers = draw(st.permutations(names)) + draw(st.lists(st.sampled_from(names), max_size=1))
    arrays = [draw(columns(rows)) for _ in headers]
    return packed(pa.Table.from_arrays(arrays, names=headers))


def packed(table: Any) -> bytes:
    file = BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


SONG_COLUMNS = {"title": ["a", None], "artist": ["b", "c"], "tempo": [90, 95], "duration": [99, 98]}
RIDE_COLUMNS = {"user": ["a", "b"], "t": [1.5, 2.5], "hr": [100, 101]}


@fuzzed
@given(parquet(SONG_HEADERS) | damaged(packed(pa.table(SONG_COLUMNS))))
def test_parquet_files_of_songs(folder: Path, content: bytes) -> None:
    check_songs(read(read_songs, folder / "songs.parquet", content))


@fuzzed
@given(parquet(WORKOUT_HEADERS) | damaged(packed(pa.table(RIDE_COLUMNS))))
def test_parquet_files_of_workouts(folder: Path, content: bytes) -> None:
    check_workouts(read(read_workouts, folder / "ride.parquet", content))


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """Lines of FitRec with strange values, as a Python literal, as JSON, or broken."""
    written = []
    for _ in range(draw(st.integers(min_value=1, max_value=3))):
        line: dict[str, Any] = LINE | draw(
            st.dictionaries(st.sampled_from([*LINE, "url"]), values, max_size=2)
        )
        places = st.integers(min_value=0, max_value=2)
        for name in ("timestamp", "heart_rate"):
            if isinstance(line[name], list) and len(line[name]) == 3:
                line[name] = [*line[name]]
                line[name][draw(places)] = draw(values | st.just(100))
        text = draw(st.sampled_from([repr, json.dumps]))(line)
        end = draw(st.none() | st.integers(min_value=0, max_value=len(text)))
        written.append(text[:end])
    return "\n".join(written).encode("utf-8", "replace")


def deep(opening: str, closing: str, depth: int) -> bytes:
    nested = opening * depth + closing * depth
    return f'{{"timestamp": [1], "heart_rate": [{nested}]}}\n'.encode()


@fuzzed
@given(lines() | damaged(json.dumps(LINE).encode()) | st.text().map(lambda text: text.encode()))
@example(deep("[", "]", 150))
@example(deep("[", "]", 2_000))
@example(deep("[", "]", 100_000))
@example(deep("(", ",)", 90))
@example(b"{'timestamp': [1], 'heart_rate': [" + b"9" * 400 + b"]}")
@example(b"{'timestamp': [1], 'heart_rate': [" + b"9" * 5_000 + b"]}")
@example(b"{'userId': 0x" + b"f" * 5_000 + b", 'timestamp': [1], 'heart_rate': [100]}")
@example(rb"{'userId': '\ud800', 'timestamp': [1], 'heart_rate': [100]}")
@example(rb"{'a\d': 1 is 1}")
@example(b"-" * 5_000 + b"1")
def test_lines_of_fitrec(folder: Path, content: bytes) -> None:
    check_workouts(read(read_workouts, folder / "fitrec.json", content))


@fuzzed
@given(damaged(gzip.compress(RIDE, mtime=0)))
@example(gzip.compress(RIDE, mtime=0)[:22])
@example(gzip.compress(RIDE, mtime=0)[:10] + b"\xff" * 12)
def test_packed_tables(folder: Path, content: bytes) -> None:
    check_workouts(read(read_workouts, folder / "ride.csv.gz", content))
    check_songs(read(read_songs, folder / "ride.csv.gz", content))


@fuzzed
@given(damaged(gzip.compress(json.dumps(LINE).encode(), mtime=0)))
def test_packed_lines(folder: Path, content: bytes) -> None:
    check_workouts(read(read_workouts, folder / "fitrec.json.gz", content))


@fuzzed
@given(damaged(SONGS), damaged(RIDE))
def test_damaged_tables(folder: Path, songs: bytes, ride: bytes) -> None:
    check_songs(read(read_songs, folder / "songs.csv", songs))
    check_workouts(read(read_workouts, folder / "ride.csv", ride))
