"""A workout on the local cloud with its lake: files appear, nobody is named, queries answer."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq

from events.lake import TABLES, columns
from lambdas.domain.lake import person_of
from local.addresses import Addresses
from local.project import PROJECT
from tests.local.test_lake_queries import ask as query
from tests.local.waiting import until
from tests.pipeline.test_cloud import DEADLINE_SECONDS, connected
from tests.pipeline.test_history import MINUTE_MS, ask, work_out
from tests.pipeline.test_up import started, wait_until_launched_by

PERSON = "ada-with-a-name"


def files(lake: Path, table: str) -> list[Path]:
    return sorted((lake / table).glob("day=*/*.parquet"))


def rows(lake: Path, table: str) -> list[dict[str, Any]]:
    return [row for file in files(lake, table) for row in pq.ParquetFile(file).read().to_pylist()]


async def test_a_workout_is_in_the_lake_without_a_name(tmp_path: Path) -> None:
    lake = tmp_path / "data" / "lake"
    with started(tmp_path, "--athletes", 0, "--lake") as process:
        addresses_file = tmp_path / "run" / "addresses.json"
        wait_until_launched_by(process, addresses_file)
        addresses = msgspec.json.decode(addresses_file.read_bytes(), type=Addresses)
        assert addresses.lake_url
        async with connected(addresses, PERSON) as phone:
            first = await work_out(phone, skips=2)
            phone.start_ms += 10 * MINUTE_MS
            second = await work_out(phone, skips=0)
            await until(lambda: files(lake, "averages"), seconds=60)
            history = await ask(phone, "past_workout", action="history", session=first)
        forgotten = tempofit(tmp_path, "forget", PERSON, "--json")
        assert "until `tempofit up --fresh`" in json.loads(forgotten)["stays"]
        assert "AWS_ENDPOINT_URL_FIREHOSE=" in tempofit(tmp_path, "env")
        parts = json.loads(tempofit(tmp_path, "status", "--json"))["parts"]
        assert {"name": "lake", "address": addresses.lake_url, "answers": True} in parts
        process.terminate()  # what waits is written then
        process.wait(DEADLINE_SECONDS)

    ann = person_of(PERSON, (tmp_path / "data" / "lake-key").read_bytes())
    plays = rows(lake, "plays")
    assert sorted((row["session"], row["slot"], row["skipped"]) for row in plays) == [
        (first, 0, True),
        (first, 1, True),
        (first, 2, False),
        (second, 0, False),
    ]
    told = {song["slot"]: song for song in history["plays"]}
    for row in plays:
        if row["session"] == first:
            song = told[row["slot"]]
            assert (row["song"], row["title"]) == (song["song"]["id"], song["song"]["title"])
            assert (row["fit"], row["highest"]) == (song["fit"], song["highest"])
    for table, kind in TABLES.items():
        assert {row["person"] for row in rows(lake, table)} == {ann}
        for file in files(lake, table):
            assert PERSON.encode() not in file.read_bytes()
            assert pq.ParquetFile(file).schema_arrow.names == list(columns(kind))
    assert not (lake / "errors").exists()

    [(_, mode, people, songs, minutes, fit)] = query(lake, "fit_by_mode_and_week")
    assert (mode, people, songs) == ("pulse", 1, 4)
    assert minutes > 1
    assert 0 <= fit <= 1
    skips = query(lake, "songs_by_skips")
    assert sum(row[6] for row in skips) == 2
    assert sum(row[4] for row in skips) == 4
    [(_, workouts, mean, *_)] = query(lake, "time_to_first_song")
    assert workouts == 2
    assert 0 <= mean < 60


def tempofit(folder: Path, *arguments: str) -> str:
    """What a command says to whoever runs it beside that cloud."""
    return subprocess.run(
        [sys.executable, "-m", "tempofit", *arguments],
        cwd=PROJECT,
        env={**os.environ, "TEMPOFIT_RUN": str(folder / "run")},
        capture_output=True,
        text=True,
        check=True,
        timeout=DEADLINE_SECONDS,
    ).stdout
