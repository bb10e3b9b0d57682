import json
import shutil
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mutagen import File as MusicFile
from mutagen.id3 import ID3, TBPM, TIT2, TPE1, TSRC
from typer.testing import CliRunner

from catalog import audio, listening
from catalog.beat import Beat
from catalog.folder import Found, LeftOut, is_music_folder, read_file, read_folder
from catalog.listening import Listener
from catalog.matching import Matcher
from catalog.tags import named_by, tagged_tempo
from tempofit import listened
from tempofit.songs import app
from tests.catalog.drums import CODECS, drums, record
from tests.catalog.test_songs_command import (  # noqa: F401 - fixtures
    dynamodb_url,
    here,
    running,
)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drums at 128 and silence."""
    folder = tmp_path_factory.mktemp("recorded")
    for ending in (".flac", ".wav"):
        record(folder / f"drums{ending}", drums(128, hats=[half / 2 for half in range(8)]))
    record(folder / "silence.wav", np.zeros_like(drums(128)))
    return folder


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same drums in every format."""
    folder = tmp_path_factory.mktemp("everywhere")
    samples = drums(128, hats=[half / 2 for half in range(8)])
    for ending in CODECS:
        record(folder / f"drums{ending}", samples)
    return folder


def put(source: Path, target: Path, **tags: str) -> Path:
    """A copy with these tags, as a tagger of its format writes them."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)
    if target.suffix in (".mp3", ".wav", ".aiff"):
        kinds: Any = {"title": TIT2, "artist": TPE1, "bpm": TBPM, "isrc": TSRC}
        new: Any = ID3
        file = new() if target.suffix == ".mp3" else MusicFile(target)
        if target.suffix != ".mp3":
            file.add_tags()
        holder = file if target.suffix == ".mp3" else file.tags
        for name, text in tags.items():
            holder.add(kinds[name](encoding=3, text=text))
        file.save(target) if target.suffix == ".mp3" else file.save()
        return target
    file = MusicFile(target)
    names = {"title": "©nam", "artist": "©ART", "bpm": "tmpo"} if target.suffix == ".m4a" else {}
    for name, text in tags.items():
        file[names.get(name, name)] = [int(text)] if names.get(name) == "tmpo" else [text]
    file.save()
    return target


def read(folder: Path, memory: Path) -> tuple[list[Found], list[LeftOut]]:
    left: list[LeftOut] = []
    return list(read_folder(folder, Listener(memory), left.append)), left


@pytest.mark.parametrize(
    ("text", "tempo"),
    [
        *(("128", 128), ("128.00", 128), ("127,5", 127.5), ("128 BPM", 128), ("bpm: 95", 95)),
        *(("12593", 125.93), ("1352", 135.2), ("9750", 97.5), ("128000", 128), ("~142", 142)),
        *(("126-130", 128), ("87 / 174", 87), ("128.0000", 128), ("１２８", 128)),
        *(("0", None), ("0 Bpm", None), ("", None), ("fast", None), ("300", None), ("12", None)),
    ],
)
def test_a_tempo_is_read_in_the_forms_that_people_write(text: str, tempo: float | None) -> None:
    assert tagged_tempo(text) == tempo


@pytest.mark.parametrize(
    ("name", "title", "artist"),
    [
        ("The Legs - Uphill", "Uphill", "The Legs"),
        ("01 - The Legs - Uphill", "Uphill", "The Legs"),
        ("The Legs - Hills - 03 - Uphill", "Uphill", "The Legs"),
        ("The_Legs_-_Uphill", "Uphill", "The Legs"),
        ("07 Uphill", "Uphill", "Artist"),
        ("03. Uphill", "Uphill", "Artist"),
        ("99 Luftballons", "99 Luftballons", "Artist"),
        ("1999", "1999", "Artist"),
    ],
)
def test_a_file_without_tags_is_called_as_its_name_and_folders_say(
    name: str, title: str, artist: str
) -> None:
    assert named_by(Path(f"/music/Artist/Album/{name}.mp3"), Path("/music")) == (title, artist)


@pytest.mark.parametrize("ending", CODECS)
def test_tags_and_lengths_are_read_in_every_format(
    ending: str, everywhere: Path, tmp_path: Path
) -> None:
    path = put(
        everywhere / f"drums{ending}", tmp_path / f"a{ending}", title="Up", artist="Legs", bpm="131"
    )
    tags = read_file(path, tmp_path).tags
    assert (tags.title, tags.artist, tags.tempo) == ("Up", "Legs", 131)
    assert tags.duration_seconds == pytest.approx(46, abs=0.2)


def test_a_tempo_is_detected_in_every_format_where_no_tag_says_it(
    everywhere: Path, tmp_path: Path
) -> None:
    for ending in CODECS:
        put(everywhere / f"drums{ending}", tmp_path / f"in {ending[1:]}{ending}", title=ending)
    found, left = read(tmp_path, tmp_path / "memory")
    assert not left
    assert {one.song.title for one in found} == set(CODECS)
    assert [one.song.tempo for one in found] == pytest.approx([128] * len(CODECS), abs=0.5)
    assert {one.told.source for one in found} == {"detected"}
    assert all(one.told.confidence > 0.5 for one in found)


def test_what_lies_among_music_is_passed_over_and_an_empty_file_is_named(
    everywhere: Path, tmp_path: Path
) -> None:
    put(everywhere / "drums.mp3", tmp_path / "a.mp3", title="a", bpm="128")
    put(everywhere / "drums.mp3", tmp_path / "sub" / "c.mp3", title="c", bpm="140")
    (tmp_path / "b.mp3").touch()
    (tmp_path / "d.mp3").write_text("<html>Not found</html>" * 99)
    beside = ("._a.mp3", ".DS_Store", "Thumbs.db", "desktop.ini", "cover.jpg", "list.m3u8")
    for name in (*beside, "__MACOSX/e.mp3", "@eaDir/f.mp3"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("not music")
    (tmp_path / "sub" / "back").symlink_to(tmp_path)
    found, left = read(tmp_path, tmp_path / "memory")
    assert [(one.file, one.song.tempo) for one in found] == [("a.mp3", 128), ("sub/c.mp3", 140)]
    assert left == [
        LeftOut("b.mp3", "is empty"),
        LeftOut("d.mp3", "is no music that can be read"),
    ]
    assert is_music_folder(tmp_path)
    assert not is_music_folder(tmp_path / "b.mp3")


def test_silence_without_a_tag_has_no_tempo_and_its_tags_tell_alike_sounds_apart(
    recorded: Path, tmp_path: Path
) -> None:
    put(recorded / "silence.wav", tmp_path / "one.wav", title="one", bpm="127,5")
    put(recorded / "silence.wav", tmp_path / "two.wav", title="two", bpm="142")
    put(recorded / "silence.wav", tmp_path / "zero.wav", title="zero", bpm="0")
    found, left = read(tmp_path, tmp_path / "memory")
    assert [one.song.tempo for one in found] == [127.5, 142]
    assert len({one.song.id for one in found}) == 2
    assert [one.file for one in left] == ["zero.wav"]
    assert left[0].reason.startswith("has no beat that could be found")


def test_a_song_keeps_its_id_when_its_file_is_moved_and_tagged_anew(
    recorded: Path, tmp_path: Path
) -> None:
    music, memory = tmp_path / "music", tmp_path / "memory"
    put(recorded / "drums.flac", music / "Legs - Up.flac", bpm="128")
    ((first,), _) = read(music, memory)
    (music / "Legs - Up.flac").unlink()
    put(recorded / "drums.flac", music / "other" / "x.flac", title="Down", isrc="DEA121100001")
    ((second,), _) = read(music, memory)
    assert (first.song.title, second.song.title) == ("Up", "Down")
    assert second.song.id == first.song.id


def test_an_isrc_names_a_song_and_its_second_file_is_left_out(
    recorded: Path, tmp_path: Path
) -> None:
    put(recorded / "drums.flac", tmp_path / "a.flac", title="Up", bpm="128", isrc="DE-A12-11-00001")
    put(recorded / "drums.wav", tmp_path / "b.wav", title="Up!", bpm="128", isrc="DEA121100001")
    ((found,), left) = read(tmp_path, tmp_path / "memory")
    assert found.song.id == "DEA121100001"
    assert left == [LeftOut("b.wav", "is the same song as a.flac")]


def test_what_was_heard_is_not_heard_again(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    music, memory = tmp_path / "music", tmp_path / "memory"
    put(recorded / "drums.wav", music / "a.wav", title="Up")
    (before, _) = read(music, memory)
    memory.write_bytes(memory.read_bytes() + b'{"sound": "half a li')

    def again(files: dict[str, Path]) -> Iterator[tuple[str, Beat | None]]:
        raise AssertionError(f"{files} were listened to again")
        yield

    monkeypatch.setattr(listening, "_heard", lambda files: again(files) if files else iter(()))
    assert read(music, memory)[0] == before


def test_a_file_that_kills_what_listens_has_no_beat_and_the_others_have_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deadly(files: dict[str, Path]) -> Iterator[tuple[str, Beat | None]]:
        for sound in files:
            if sound == "bad":
                raise BrokenProcessPool
            yield sound, Beat(128, 0.9)

    monkeypatch.setattr(listening, "_in_processes", deadly)
    steps: list[tuple[int, int]] = []
    listener = Listener(tmp_path / "memory", lambda done, total: steps.append((done, total)))
    heard = listener.beats([(tmp_path / name, name) for name in ("good", "bad", "other")])
    assert heard == {"good": Beat(128, 0.9), "bad": None, "other": Beat(128, 0.9)}
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_songs_of_a_table_are_found_by_artist_title_and_length(
    recorded: Path, tmp_path: Path
) -> None:
    path = put(
        recorded / "drums.flac", tmp_path / "a.flac", title="Déjà Vu (feat. Ann)", artist="The Legs"
    )
    matcher = Matcher([read_file(path, tmp_path)])
    for artist, title in (("the legs, Ann", "Deja vu"), ("Legs", "Déjà Vu - Remastered 2011")):
        assert matcher.file_of(artist, title, 47), (artist, title)
    assert matcher.file_of("The Legs", "Deja vu", 90) is None
    assert matcher.file_of("Somebody", "Deja vu", 46) is None
    assert matcher.file_of("The Legs", "Down", 46) is None


def test_a_folder_is_imported_and_a_table_gets_its_tempi_from_it(
    recorded: Path,
    running: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listened, "MEMORY", running / "sounds.jsonl")
    put(recorded / "drums.wav", running / "Runs" / "Legs - Up.wav")
    (running / "Runs" / "b.mp3").touch()
    result = CliRunner().invoke(app, ["import", "Runs"])
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "b.mp3 is empty.",
        "2 files read, 1 song imported into library 'runs', 1 refused.",
        "Tempi: 0 from tags, 1 detected.",
    ]
    Path("table.csv").write_text("title,artist,duration_s\nUp,Legs,46\nDown,Legs,200\n")
    result = CliRunner().invoke(app, ["import", "table.csv", "--detect", "Runs", "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    (tempo,) = told["tempi"]
    assert (tempo["title"], tempo["file"], tempo["tempo_from"]) == (
        "Up",
        "Legs - Up.wav",
        "detected",
    )
    assert tempo["tempo"] == pytest.approx(128, abs=0.5)
    assert [one["value"] for one in told["refused"]] == ["Down"]


def test_what_is_not_sure_is_named_at_the_end() -> None:
    tempi = [
        listened.Tempo("Up", "Legs", "a.mp3", 87.0, "detected", 0.6, 174.0),
        listened.Tempo("Down", "Legs", "b.mp3", 128.0, "tag", 1.0),
    ]
    assert listened.tempo_lines(tempi) == [
        "Tempi: 1 from tags, 1 detected.",
        "Not sure of 1; a tag BPM in the file decides:",
        "a.mp3: 87, or 174 (60% sure)",
    ]


def test_without_the_libraries_a_sentence_names_the_command(
    recorded: Path,
    running: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(audio, "import_module", missing)
    put(recorded / "drums.wav", running / "Runs" / "a.wav")
    result = CliRunner().invoke(app, ["import", "Runs"])
    assert result.exit_code == 1
    assert "run `make audio`" in result.stderr
