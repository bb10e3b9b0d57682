"""What developers reach the local cloud with: env, status, tail, and what README shows."""

import json
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from typer.testing import CliRunner

from local.addresses import FILE
from local.launcher import Cloud
from local.project import PROJECT
from tempofit import addresses
from tempofit.__main__ import app
from tempofit.env import of
from tempofit.operations.tail import Flowing, as_json, heart_rate, sentence

TIME = r"\d\d:\d\d:\d\d\.\d{3}  "
LINES = {
    "heart-rate": TIME + r"athlete-\d+(: \d[\d., ]*| starts a session, averaged over \d+ s)",
    "average-heart-rate": TIME + r"group \d+: athlete-\d+ \d+\.\d.*",
}


@pytest.fixture(autouse=True)
def here(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands find the cloud of the tests."""
    monkeypatch.setattr(addresses, "ADDRESSES", cloud.logs.parent / FILE)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, arguments)


def shell(cloud: Cloud, command: str) -> "subprocess.CompletedProcess[str]":
    """A command line as a developer types it, where `tempofit` and `python` are found."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=PROJECT,
        env={**os.environ, "PATH": path, "TEMPOFIT_RUN": str(cloud.logs.parent)},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_a_shell_that_evaluates_env_reaches_what_runs(cloud: Cloud) -> None:
    program = (
        "import boto3, os; from redis import Redis; "
        "names = os.environ; "
        "print(boto3.client('dynamodb').scan(TableName=names['SONGS_TABLE'], Limit=1)['Count']); "
        "print(names['HEART_RATE_STREAM'] in boto3.client('kinesis').list_streams()['StreamNames'])"
        "; print(len(boto3.client('sqs').list_queues()['QueueUrls'])); "
        "print(boto3.client('apigatewaymanagementapi').meta.endpoint_url); "
        "print(Redis.from_url(names['REDIS_URL']).ping())"
    )
    done = shell(cloud, f'eval "$(tempofit env)" && exec python -c "{program}"')
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["1", "True", "1", cloud.addresses.management_url, "True"]


def test_env_prints_the_same_as_json(cloud: Cloud) -> None:
    result = run("env", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == of(cloud.addresses)


def test_the_client_that_the_readme_shows_gets_a_song(cloud: Cloud, tmp_path: Path) -> None:
    [program] = re.findall(r"```python\n(.*?)```", (PROJECT / "README.md").read_text(), re.DOTALL)
    file = tmp_path / "listen.py"
    file.write_text(program)
    done = shell(cloud, f'eval "$(tempofit env)" && exec python {file}')
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r".+ by .+, \d+(\.\d+)? beats a minute\n", done.stdout), done.stdout


def test_status_counts_what_runs(cloud: Cloud) -> None:
    result = run("status", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["process"] == os.getpid()
    assert {part["name"] for part in found["parts"] if part["answers"]} == {
        "web",
        "gateway",
        "streams",
        "tables",
        "queues",
        "redis",
    }
    assert found["songs"] >= 1000
    assert found["people"] >= 1
    assert found["functions"]["average"] >= 1
    assert found["functions"]["authorize"] >= 1
    fed = {(one["stream"], one["function"]) for one in found["mappings"]}
    assert (cloud.addresses.heart_rate_stream, "average") in fed
    assert all(found["shards"][stream] >= 1 for stream, _ in fed)


def test_status_says_it_in_a_few_lines(cloud: Cloud) -> None:
    result = run("status")
    assert result.exit_code == 0
    assert f"process {os.getpid()}" in result.stdout
    assert cloud.addresses.page_url in result.stdout
    assert re.search(
        r"people connected: \d+, songs stored: \d,\d{3}, dead letters: \d", result.stdout
    )
    assert len(result.stdout.splitlines()) < 20


def test_status_names_a_part_that_hangs_and_asks_the_others(cloud: Cloud) -> None:
    [part] = [one for one in cloud.parts if one.name == "queues"]
    process = psutil.Process(part.process.pid)
    process.suspend()
    try:
        result = run("status")
    finally:
        process.resume()
    assert result.exit_code == 1
    assert "The part 'queues' does not answer" in result.stdout
    assert "dead letters: not known" in result.stdout
    assert result.stdout.count("does not answer") == 2


@pytest.mark.parametrize("stream", LINES)
def test_tail_prints_what_flows(stream: str) -> None:
    result = run("tail", stream, "--count", "3")
    assert result.exit_code == 0, result.output
    printed = result.stdout.splitlines()
    assert len(printed) == 3
    assert all(re.fullmatch(LINES[stream], line) for line in printed), printed


def test_tail_prints_json(cloud: Cloud) -> None:
    result = run("tail", "average-heart-rate", "--json", "--count", "2")
    printed = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(printed) == 2
    assert all(line["record"]["averages"] for line in printed)
    assert all(set(line) == {"arrived", "key", "record"} for line in printed)


def test_tail_shows_a_song_that_is_asked_for_and_ends_at_ctrl_c(cloud: Cloud) -> None:
    command = [sys.executable, "-m", "tempofit", "tail", "song-requests"]
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        env={**os.environ, "TEMPOFIT_RUN": str(cloud.logs.parent), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()  # the athletes are ten times as fast
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert re.fullmatch(TIME + r".+: song \d+ is due, at an average of \d+\.\d\n", line), line
    assert (process.returncode, said) == (0, "")


def test_tail_says_what_cannot_be_read() -> None:
    record = Flowing(datetime.now(UTC), "somebody", b"\xff")
    assert "somebody: cannot be read" in sentence(record, heart_rate)
    assert json.loads(as_json(record))["record"] == "\ufffd"


def test_a_stream_that_is_none_is_named_with_those_that_are() -> None:
    result = run("tail", "heartrate")
    assert result.exit_code == 2
    said = " ".join(result.stderr.replace("│", " ").split())
    assert (
        "'heartrate' is no stream: there are heart-rate, average-heart-rate, song-requests" in said
    )


@pytest.mark.parametrize("arguments", [["env"], ["status"], ["tail", "heart-rate"]], ids=" ".join)
def test_where_no_cloud_runs_each_says_so_whatever_one_left_behind(
    arguments: list[str], cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / FILE
    left.write_bytes((cloud.logs.parent / FILE).read_bytes())
    monkeypatch.setattr(addresses, "ADDRESSES", left)
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"No local cloud is running in {tmp_path}: ")
    assert isinstance(result.exception, SystemExit)
