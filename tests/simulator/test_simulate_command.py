import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from events.messages import Error, encode
from local.processes import free_port
from simulator.client import Service
from tempofit import addresses
from tempofit.simulate import app
from tests.simulator.cloud import Cloud, serving

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder as the current one: no cloud runs from it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(addresses, "ADDRESSES", tmp_path / ".tempofit/run/addresses.json")
    return tmp_path


def write_addresses(folder: Path, service: Service) -> None:
    path = folder / ".tempofit" / "run" / "addresses.json"
    path.parent.mkdir(parents=True)
    path.write_text(
        json.dumps({"websocket_url": service.websocket_url, "token_url": service.token_url})
    )


async def start(folder: Path, *arguments: str) -> Process:
    code = (
        f"import sys, pathlib; sys.path.insert(0, {str(ROOT)!r})\n"
        "from tempofit import addresses, simulate\n"
        "addresses.ADDRESSES = pathlib.Path('.tempofit/run/addresses.json').absolute()\n"
        "simulate.app()"
    )
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, *arguments, cwd=folder, stdout=PIPE, stderr=PIPE
    )


async def finish(process: Process) -> tuple[int | None, str, str]:
    try:
        output, errors = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, output.decode(), errors.decode()


async def test_athletes_work_out_against_the_cloud_whose_addresses_were_written_down(
    here: Path,
) -> None:
    cloud = Cloud()
    async with serving(cloud) as service:
        write_addresses(here, service)
        arguments = ("--athletes", "4", "--seconds", "40", "--speed", "40", "--json")
        code, output, errors = await finish(await start(here, *arguments))
    assert (code, errors) == (0, "")
    summary = json.loads(output)
    taken = sum(len(samples) for samples in cloud.taken.values())
    assert set(cloud.taken) == {f"athlete-00{number}" for number in (1, 2, 3, 4)}
    assert 0.7 * 160 < taken <= 160
    assert summary | {"seconds": 0} == {
        "athletes": 4,
        "seconds": 0,
        "samples_sent": taken,
        "songs_received": 4,
        "refused": 0,
        "reconnects": 0,
        "rows_refused": 0,
    }
    assert {settings.library for settings in cloud.settings} == {"demo"}


async def test_recorded_workouts_are_replayed_and_refused_rows_named(here: Path) -> None:
    (here / "rides.csv").write_text(
        "user,t,hr\nann,0,100\nann,1,0\nann,2,102\nbob,0,90\nbob,1,91\n"
    )
    cloud = Cloud()
    async with serving(cloud) as service:
        write_addresses(here, service)
        arguments = ("--workouts", "rides.csv", "--athletes", "2", "--name", "rider")
        code, output, errors = await finish(await start(here, *arguments))
    assert code == 0, errors
    hearts = {user: [heart for _, heart in taken] for user, taken in cloud.taken.items()}
    assert hearts == {"rider-001": [100, 102], "rider-002": [90, 91]}
    assert output.startswith("2 athletes: 4 samples sent, 2 songs received, 0 refused")
    assert "row 3: heart rate outside 30-230" in errors


async def test_ctrl_c_ends_with_the_totals(here: Path) -> None:
    cloud = Cloud()
    async with serving(cloud) as service:
        write_addresses(here, service)
        process = await start(here, "--athletes", "2", "--json")
        await asyncio.wait_for(cloud.sampled.wait(), 30)
        process.send_signal(signal.SIGINT)
        code, output, errors = await finish(process)
    assert (code, errors) == (0, "")
    assert json.loads(output)["samples_sent"] >= 1


async def test_nobody_who_may_connect_is_a_failure(here: Path) -> None:
    cloud = Cloud()
    cloud.deny = 1_000_000
    async with serving(cloud) as service:
        write_addresses(here, service)
        process = await start(here, "--athletes", "1", "--seconds", "1")
        await asyncio.wait_for(cloud.denied.wait(), 30)
        process.send_signal(signal.SIGTERM)
        code, _, errors = await finish(process)
    assert code == 1
    assert "The server refused the connection with status 403." in errors


async def test_athletes_who_are_all_too_much_end_with_the_servers_sentence(here: Path) -> None:
    cloud = Cloud()
    cloud.answer = encode(Error("too_many_messages", "You send too much.")).decode()
    async with serving(cloud) as service:
        write_addresses(here, service)
        code, _, errors = await finish(await start(here, "--athletes", "2"))
    assert code == 1
    assert errors == "The server takes no more from these athletes. You send too much.\n"


@pytest.mark.parametrize("via", ["websocket", "kinesis"])
def test_without_a_running_cloud_a_sentence_says_how_to_start_one(via: str) -> None:
    result = CliRunner().invoke(app, ["--via", via])
    assert result.exit_code == 1
    assert result.stderr.startswith("No local cloud is running: start it with `make run`")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--websocket-url", "ws://{}", "--token-url", "http://{}/token"], "No tokens are issued"),
        (["--via", "kinesis", "--kinesis-url", "http://{}", "--stream", "s"], "takes no records"),
    ],
)
def test_a_cloud_that_does_not_answer_is_named(arguments: list[str], sentence: str) -> None:
    address = f"127.0.0.1:{free_port()}"
    arguments = [argument.format(address) for argument in arguments]
    result = CliRunner().invoke(app, ["--seconds", "5", *arguments])
    assert result.exit_code == 1
    assert address in result.stderr
    assert sentence in result.stderr
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--speed", "10"], "needs --seconds"),
        (["--name", "a b"], "holds more than letters"),
        (["--athletes", "0"], "--athletes"),
        (["--profile", "swimming"], "--profile"),
        (["--via", "post"], "--via"),
        (["--settings", '{"alias": "\udcff"}'], "--settings"),
        (["--settings", "9" * 5_000], "--settings"),
    ],
)
def test_options_that_make_no_sense_are_usage_errors(arguments: list[str], sentence: str) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_a_file_without_workouts_is_named(here: Path) -> None:
    (here / "empty.csv").write_text("t,heart_rate\n0,0\n")
    urls = ["--websocket-url", "ws://127.0.0.1:1", "--token-url", "http://127.0.0.1:1"]
    result = CliRunner().invoke(app, ["--workouts", "empty.csv", *urls])
    assert result.exit_code == 1
    assert result.stderr == (
        "empty.csv holds no workout that can be replayed.\n"
        "empty.csv: row 2: heart rate outside 30-230 beats a minute ('0')\n"
    )


def test_help_lists_the_options() -> None:
    result = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "120"})
    assert result.exit_code == 0
    for option in ("--athletes", "--profile", "--speed", "--via", "--workouts", "--json"):
        assert option in result.stdout


async def test_recorded_workouts_from_devices_are_replayed(
    here: Path, real_data: Callable[[str], Path]
) -> None:
    path = real_data("workouts.parquet")
    cloud = Cloud()
    async with serving(cloud) as service:
        write_addresses(here, service)
        arguments = ["--workouts", str(path), "--athletes", "3", "--seconds", "600"]
        process = await start(here, *arguments, "--speed", "300", "--interpolate", "--json")
        code, output, errors = await finish(process)
    assert code == 0, errors
    taken = sum(len(samples) for samples in cloud.taken.values())
    assert json.loads(output)["samples_sent"] == taken > 1000
