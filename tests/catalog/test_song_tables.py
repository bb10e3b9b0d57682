"""CSV, Parquet and JSON lines as people and programs leave them."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.errors import FileError
from tests.catalog.written import read, read_all, write

EXCEL = (
    "Titel;Künstler;Dauer;BPM;Genre\r\n"
    "Über Land;Käthe;03:10;120,5;Pop\r\n"
    "Zwei;Käthe;0:03:27;127,5;Pop\r\n"
    "Lang;Käthe;1:02:03;128,0;House\r\n"
    "Tausend;Käthe;03:27;1.128,0;House\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-le"])
def test_what_excel_saves_is_read_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    songs, refused = read(write(tmp_path / "list.csv", EXCEL, encoding))
    assert [(song.title, song.artist, song.tempo, song.duration_seconds) for song in songs] == [
        ("Über Land", "Käthe", 120.5, 190),
        ("Zwei", "Käthe", 127.5, 207),
    ]
    assert [(bad.row, bad.value, bad.reason) for bad in refused] == [
        (4, "3723.0", "duration outside 45-900 s"),
        (5, "1.128,0", "tempo outside 40-250 beats a minute"),
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_the_one_that_makes_known_headers(tmp_path: Path, separator: str) -> None:
    rows = [
        ["title, or name; of it", "title", "artist", "length", "bpm"],
        ["x", "a", "b", "99", "99"],
    ]
    text = "\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    assert [song.title for song in read(write(tmp_path / "a", text))[0]] == ["a"]


def test_excels_line_that_names_the_separator_is_passed(tmp_path: Path) -> None:
    text = "sep=;\n\ntitle;artist;length;bpm\nOne, two;Ann;200;120\n"
    assert [song.title for song in read(write(tmp_path / "a.csv", text))[0]] == ["One, two"]


def test_a_damaged_letter_does_not_change_the_encoding_of_the_others(tmp_path: Path) -> None:
    text = "title,artist,length,bpm\nÜber,Käthe,200,120\nZwölf,Jörg,200,121\n".encode()
    songs, _ = read(write(tmp_path / "a.csv", text + b"bro\xffken,Ann,200,122\n"))
    assert [song.title for song in songs] == ["Über", "Zwölf", "bro�ken"]


EXPORTIFY = {
    "es": (
        "URI de la canción,Nombre de la canción,URI(s) del artista,Nombre(s) del artista,"
        "Fecha de lanzamiento del álbum,Duración de la canción (ms),Géneros del artista,"
        "Energía,Tempo,Compás"
    ),
    "de": (
        "Track-URI,Track-Name,Künstler-URI(s),Künstlername(n),Veröffentlichungsdatum des Albums,"
        "Track-Dauer (ms),Künstler-Genres,Energie,Tempo,Taktart"
    ),
    "fr": (
        "URI du titre,Nom du titre,URI(s) de l'artiste,Nom(s) de l'artiste,"
        "Date de sortie de l'album,Durée du titre (ms),Genres de l'artiste,Énergie,Tempo,Mesure"
    ),
    "pt": (
        "URI da faixa,Nome da faixa,URI(s) do artista,Nome(s) do artista,"
        "Data de lançamento do álbum,Duração da faixa (ms),Gêneros do artista,Energia,Tempo,"
        "Compasso"
    ),
    "it": (
        "URI della traccia,Nome della traccia,URI dell'artista,Nome dell'artista,"
        "Data di rilascio dell'album,Durata della traccia (ms),Generi dell'artista,Energia,Tempo,"
        "Battuta"
    ),
    "en": (
        "Track URI,Track Name,Artist URI(s),Artist Name(s),Album Release Date,"
        "Track Duration (ms),Artist Genres,Energy,Tempo,Time Signature"
    ),
}


@pytest.mark.parametrize("language", EXPORTIFY)
def test_exportifys_headers_are_known_in_every_language(tmp_path: Path, language: str) -> None:
    row = "spotify:track:7,Uno,spotify:artist:x,Ann,2001-05-01,215500,pop,0.7,128.02,3\n"
    (song,), _ = read(write(tmp_path / "liked.csv", f"{EXPORTIFY[language]}\n{row}"))
    assert (song.id, song.title, song.artist) == ("spotify:track:7", "Uno", "Ann")
    assert (song.tempo, song.duration_seconds, song.meter) == (128.02, 215.5, 3)
    assert (song.energy, song.year, song.genre) == (0.7, 2001, "pop")


def test_headers_of_another_language_are_shown_intact_with_a_way_out(tmp_path: Path) -> None:
    path = write(tmp_path / "liked.csv", "URI стежки,Назва,ISRC,Tempo,Длительность\n1,2,3,4,5\n")
    with pytest.raises(FileError, match="switch its page to English") as caught:
        read(path)
    assert "URI стежки, Назва" in str(caught.value)


def test_an_export_without_its_tempo_says_where_to_switch_it_on(tmp_path: Path) -> None:
    headers = "Track URI,Track Name,Artist Name(s),Track Duration (ms),Popularity\n"
    path = write(tmp_path / "liked.csv", headers + "spotify:track:1,One,Ann,200000,3\n")
    with pytest.raises(FileError, match="has no column for tempo") as caught:
        read(path)
    assert "Include audio features" in str(caught.value)


def test_a_column_that_is_empty_throughout_is_one_sentence(tmp_path: Path) -> None:
    rows = "".join(f"spotify:track:{number},One,Ann,200000,\n" for number in range(30))
    headers = "Track URI,Track Name,Artist Name(s),Duration (ms),Tempo\n"
    reads, refused, unread = read_all(write(tmp_path / "liked.csv", headers + rows))
    assert (reads, refused, len(unread)) == ([], [], 1)
    assert "nothing in its column for tempo, in all 30 rows. In Exportify, switch" in unread[0]


def test_local_files_without_an_id_or_with_spotifys_stay_apart(tmp_path: Path) -> None:
    text = (
        "Track URI,Track Name,Artist Name(s),Duration (ms),Tempo\n"
        "spotify:local:,One,Ann,200000,120\nspotify:local:,Two,Ann,200000,121\n"
        ",Three,Ann,200000,122\n,Four,Ann,200000,123\nspotify:local:,Five,Ann,200000,\n"
    )
    songs, refused = read(write(tmp_path / "liked.csv", text))
    assert len({song.id for song in songs}) == len(songs) == 4
    assert [(bad.row, bad.reason) for bad in refused] == [(6, "no tempo")]


@pytest.mark.parametrize(
    ("cells", "energies"),
    [
        (["61", "16", "100", "1", "0"], [0.61, 0.16, 1, 0.01, 0]),
        (["0.61", "0.16", "1", "0", "61"], [0.61, 0.16, 1, 0, None]),
        (["0.0", "0", "0.0", "", "0"], [None] * 5),
        (["", "", "high", "0,5", "-1"], [None, None, None, 0.5, None]),
    ],
)
def test_the_whole_column_decides_whether_energy_is_in_percent(
    tmp_path: Path, cells: list[str], energies: list[float | None]
) -> None:
    rows = "".join(f"{at};Ann;200;120;{cell}\n" for at, cell in enumerate(cells))
    songs, _ = read(write(tmp_path / "a.csv", f"title;artist;length;bpm;energy\n{rows}"))
    assert [song.energy for song in songs] == energies


@pytest.mark.parametrize(
    ("header", "cell", "seconds"),
    [
        ("Duration", "215500", 215.5),
        ("Duration", "215.5", 215.5),
        ("Duration", "3:35.5", 215.5),
        ("Duration (ms)", "215,500", 215.5),
        ("Time", "0:03:27", 207),
        ("Duration (ms)", "03:27", 207),
    ],
)
def test_lengths_are_clocks_seconds_or_milliseconds(
    tmp_path: Path, header: str, cell: str, seconds: float
) -> None:
    text = f"title;artist;{header};bpm\nOne;Ann;{cell};120\n"
    assert [song.duration_seconds for song in read(write(tmp_path / "a", text))[0]] == [seconds]


@pytest.mark.parametrize(
    ("cell", "tempo"),
    [("127,5", 127.5), ("128 BPM", 128), ("128.00", 128), (" 99bpm", 99), ("1,28e2", 128)],
)
def test_tempi_are_read_as_people_write_them(tmp_path: Path, cell: str, tempo: float) -> None:
    songs, _ = read(write(tmp_path / "a", f"title;artist;length;bpm\nOne;Ann;200;{cell}\n"))
    assert [song.tempo for song in songs] == [tempo]


@pytest.mark.parametrize("cell", ["12593", "1.128,0", "1,128.5", "12_8", "0", "0,00"])
def test_a_tempo_that_is_none_is_never_made_one(tmp_path: Path, cell: str) -> None:
    text = f"title;artist;length;bpm\nOne;Ann;200;{cell}\nTwo;Ann;200;120\n"
    songs, refused = read(write(tmp_path / "a", text))
    assert [song.title for song in songs] == ["Two"]
    assert refused[0].row == 2


def test_a_quotation_mark_too_few_costs_its_own_row_at_most(tmp_path: Path) -> None:
    rows = [
        '"Song (The "Silver"remix",Ann,200,120',
        '"Never closed,Bob,200,121',
        '12" Mix,Cat,200,122',
        '"Two\nlines",Dan,200,123',
        *(f"Song {number},Eve,200,124" for number in range(300)),
        '"Last,Fay,200,125',
    ]
    songs, refused = read(write(tmp_path / "a.csv", "title,artist,length,bpm\n" + "\n".join(rows)))
    assert (len(songs), refused) == (305, [])
    assert [song.title for song in songs[1:4]] == ["Never closed", '12" Mix', "Two\nlines"]
    assert [song.artist for song in songs[:4]] == ["Ann", "Bob", "Cat", "Dan"]


def test_text_of_another_program_is_made_text_again(tmp_path: Path) -> None:
    text = "ArtistName,SongTitle,Duration,Tempo\n\"b'Ann & Bob'\",b'Caf\\xc3\\xa9',200.5,120\n"
    text += "Tom &amp; Jerry,&quot;Hi&quot;,200.5,120\nAT&T,b's,200.5,120\n"
    songs, _ = read(write(tmp_path / "a.csv", text))
    assert [(song.artist, song.title) for song in songs] == [
        ("Ann & Bob", "Café"),
        ("Tom & Jerry", '"Hi"'),
        ("AT&T", "b's"),
    ]


def test_rekordboxs_text_is_utf_16_with_tabs(tmp_path: Path) -> None:
    text = (
        "#\tArtwork\tTrack Title\tArtist\tAlbum\tGenre\tBPM\tRating\tTime\tKey\tDate Added\t\r\n"
        "1\t\tTítulo\tÜnï\tAlbum\tHouse\t121.00\t     \t06:11\tAm\t2024-01-02\t\r\n"
        "2\t\tNeu\tÜnï\tAlbum\tHouse\t0.00\t     \t06:11\tAm\t2024-01-02\t\r\n"
    )
    songs, refused = read(write(tmp_path / "playlist.txt", text, "utf-16"))
    assert [(song.title, song.tempo, song.duration_seconds) for song in songs] == [
        ("Título", 121, 371)
    ]
    assert refused[0].reason == "no tempo: 0 stands for a song that was not analysed"


def test_json_lines_are_read_with_lists_and_objects_in_them(tmp_path: Path) -> None:
    lines = [
        {"name": "One", "artists": [{"name": "Ann"}, {"name": "Bob"}], "duration_ms": 200_000},
        {"name": "Two", "artists": ["Ann"], "duration_ms": 200_000, "tempo": 121.5, "year": 2001},
        "no object",
    ]
    text = "\n".join(json.dumps(line) for line in lines) + "\n{broken\n"
    songs, refused = read(write(tmp_path / "songs.txt", text))
    assert [(song.title, song.artist, song.year) for song in songs] == [("Two", "Ann", 2001)]
    assert [(bad.row, bad.reason.partition(":")[0]) for bad in refused] == [
        (1, "no tempo"),
        (3, "no object"),
        (4, "no JSON"),
    ]


def test_an_array_of_objects_is_read_too(tmp_path: Path) -> None:
    rows = [{"title": "One", "artist": "Ann", "duration": 200, "bpm": 120}]
    assert len(read(write(tmp_path / "songs.csv", json.dumps(rows)))[0]) == 1


def test_names_say_nothing(tmp_path: Path) -> None:
    text = b"title,artist,length,bpm\nOne,Ann,200,120\n"
    for name, content in (("songs.parquet", text), ("songs.mp3", gzip.compress(text))):
        assert len(read(write(tmp_path / name, content))[0]) == 1
    with pytest.raises(FileError, match="is a picture, not a list of songs"):
        read(write(tmp_path / "cover.csv", b"\xff\xd8\xff\xe0JFIF"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html>\n<html><body>Log in</body></html>", "is a web page, not a list"),
        (b"<?xml version='1.0'?><gpx></gpx>", "is XML of no program that is known"),
        (b"PK\x03\x04\x14\x00[Content_Types].xml", "is an Excel workbook: save it as CSV"),
        (b"PK\x03\x04\x14\x00songs.csv", "is a ZIP archive: unpack it"),
        (b"ID3\x03\x00\x00", "is a sound, not a list of songs"),
        (b"\x00\x01\x02\x03\x04\x00", "is no text, and of no kind"),
        (b"title,artist,length,bpm\n", "has headers, and no song below them"),
        (b"title,artist,length,bpm\n" + b"x" * (2 << 20), "is no table: line 2 has more than"),
        (b"[" + b"[" * 100_000, "cannot be read as JSON"),
    ],
)
def test_what_is_no_list_is_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = write(tmp_path / "songs.csv", content)
    with pytest.raises(FileError, match=sentence) as caught:
        read(path)
    assert str(caught.value).startswith(str(path))


def test_a_packed_file_that_becomes_too_large_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.texts.MIN_BOMB_BYTES", 1 << 20)
    rows = b"One,Ann,200,120\n" * 200_000
    path = write(tmp_path / "a.csv.gz", gzip.compress(b"title,artist,length,bpm\n" + rows))
    with pytest.raises(FileError, match="unpacks to more than 1 MB, over 100 times its size"):
        read(path)


def test_the_songs_of_real_tracks_are_read(real_data: Callable[[str], Path]) -> None:
    (song,), _ = read(real_data("msd/TRAAABD128F429CF47.h5"))
    assert (song.id, song.title, song.tempo) == ("SOCIWDW12A8C13D406", "Soul Deep", 121.274)
