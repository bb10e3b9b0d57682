"""Libraries of rekordbox, Traktor and iTunes, and playlists."""

from pathlib import Path

import pytest

from catalog.errors import FileError
from catalog.playlists import named_files
from tests.catalog.written import read, write

REKORDBOX = """<?xml version="1.0" encoding="UTF-8"?>
<DJ_PLAYLISTS Version="1.0.0"><COLLECTION Entries="2">
<TRACK TrackID="1" Name="Take &#220;" Artist="A &amp; B" Genre="House" TotalTime="299"
  AverageBpm="121.00" Year="2001" Location="file://localhost/C:/a.mp3">
  <TEMPO Inizio="7300.5" Bpm="121.00" Metro="4/4" Battito="1"/></TRACK>
<TRACK TrackID="2" Name="Two" Artist="A" TotalTime="299" AverageBpm="0.00"/>
</COLLECTION><PLAYLISTS><NODE Name="ROOT"><TRACK Key="1"/></NODE></PLAYLISTS></DJ_PLAYLISTS>"""

TRAKTOR = """<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<NML VERSION="19"><COLLECTION ENTRIES="2">
<ENTRY TITLE="Take Ü" ARTIST="A &amp; B"><LOCATION DIR="/:Music/:" FILE="a.mp3" VOLUME="C:">
</LOCATION><INFO GENRE="House" PLAYTIME="299" PLAYTIME_FLOAT="299.078" RELEASE_DATE="2001/5/1">
</INFO><TEMPO BPM="120.999985" BPM_QUALITY="100.0"></TEMPO></ENTRY>
<ENTRY TITLE="Two" ARTIST="A"><INFO PLAYTIME="299"></INFO></ENTRY>
</COLLECTION><PLAYLISTS><NODE><PLAYLIST><ENTRY><PRIMARYKEY KEY="C:/a"></PRIMARYKEY></ENTRY>
</PLAYLIST></NODE></PLAYLISTS></NML>"""

ITUNES = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN"
  "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>Major Version</key><integer>1</integer>
<key>Tracks</key><dict>
<key>11</key><dict><key>Name</key><string>Take &#220;</string><key>Artist</key>
  <string>A &amp; B</string><key>Total Time</key><integer>299000</integer><key>BPM</key>
  <integer>121</integer><key>Persistent ID</key><string>00AB</string><key>Year</key>
  <integer>2001</integer><key>Genre</key><string>House</string></dict>
<key>12</key><dict><key>Name</key><string>Two</string><key>Total Time</key>
  <integer>299000</integer></dict>
<key>13</key><dict><key>Name</key><string>Talk</string><key>Podcast</key><true/></dict>
</dict><key>Playlists</key><array><dict><key>Name</key><string>Mine</string>
<key>Playlist Items</key><array><dict><key>Track ID</key><integer>11</integer></dict></array>
</dict></array></dict></plist>"""


@pytest.mark.parametrize(("text", "tempo"), [(REKORDBOX, 121), (TRAKTOR, 121), (ITUNES, 121)])
def test_libraries_of_programs_are_imported_less_what_has_no_tempo(
    tmp_path: Path, text: str, tempo: float
) -> None:
    songs, refused = read(write(tmp_path / "library.xml", text))
    assert [(song.title, song.artist, song.tempo, song.genre, song.year) for song in songs] == [
        ("Take Ü", "A & B", tempo, "House", 2001)
    ]
    assert round(songs[0].duration_seconds) == 299
    assert [(bad.row, bad.reason.partition(":")[0]) for bad in refused] == [(2, "no tempo")]


def test_itunes_songs_are_known_by_their_persistent_id(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a", ITUNES))[0][0].id == "itunes:00AB"


def test_tracks_are_known_by_their_place_and_not_by_their_number(tmp_path: Path) -> None:
    first, _ = read(write(tmp_path / "a.xml", REKORDBOX))
    other, _ = read(write(tmp_path / "b.xml", REKORDBOX.replace("C:/a.mp3", "C:/b.mp3")))
    again, _ = read(write(tmp_path / "c.xml", REKORDBOX.replace("Take &#220;", "Take Ue")))
    assert first[0].id == again[0].id != other[0].id


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('<!DOCTYPE plist [<!ENTITY a "aaaa">]><plist>&a;</plist>', "declares the entity 'a'"),
        ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><plist>&a;</plist>', "the entity"),
        (TRAKTOR[:400], "is damaged in line"),
        ("<NML>" + "<A>" * 200, "has elements inside each other 100 times"),
        ("<NML><COLLECTION></COLLECTION></NML>", "is Traktor NML without a song"),
    ],
)
def test_unsafe_and_damaged_xml_is_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(FileError, match=sentence):
        read(write(tmp_path / "library.xml", text))


def test_a_playlist_alone_says_to_import_the_folder(tmp_path: Path) -> None:
    for name, text in (("a.m3u8", "#EXTM3U\na.mp3\n"), ("b.m3u", "sub\\a.mp3\nb.flac\n")):
        with pytest.raises(FileError, match="is a playlist, which names sound files"):
            read(write(tmp_path / name, text))


def test_a_playlist_names_files_of_its_own_folder_only(tmp_path: Path) -> None:
    folder = tmp_path / "music"
    (folder / "sub").mkdir(parents=True)
    (folder / "link").symlink_to(tmp_path)
    inside = ["a.mp3", "sub\\b.mp3", "./sub/../c.mp3", f"file://{folder}/d%20e.mp3"]
    outside = [
        *("../x.mp3", "..\\x.mp3", "/etc/passwd", "C:\\Music\\x.mp3", "link/x.mp3"),
        *("http://example.com/x.mp3", "file:///etc/passwd"),
    ]
    lines = ["\ufeff#EXTM3U", "#EXTINF:-1,Ann - One", "", *inside, *outside]
    playlist = write(folder / "list.m3u8", "\r\n".join(lines))
    left_out: list[str] = []
    found = list(named_files(playlist, left_out.append))
    assert found == [folder.resolve() / name for name in ("a.mp3", "sub/b.mp3", "c.mp3", "d e.mp3")]
    assert left_out == outside
