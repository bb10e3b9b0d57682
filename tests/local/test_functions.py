import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import json

from local.functions.workers import FunctionError, Workers
from local.project import PROJECT
from local.template.stack import Function
from tests.local.processes import running
from tests.local.waiting import until

HANDLERS = "tests.local.handlers"


def function(
    handler: str, files: Path, timeout_seconds: float = 20, module: str = HANDLERS
) -> Function:
    environment = {"DIED": str(files / "died"), "RELEASE": str(files / "release")}
    return Function("average", f"{module}.{handler}", environment, timeout_seconds, 256)


@pytest.fixture
async def obeying(tmp_path: Path) -> AsyncIterator[Workers]:
    workers = Workers(function("obey", tmp_path), tmp_path / "log", concurrency=2)
    await workers.start()
    yield workers
    await workers.stop()


async def call(workers: Workers, event: dict[str, Any]) -> Any:
    return json.decode(await workers.invoke(json.encode(event)))


def said(workers: Workers) -> str:
    """What is in their log so far."""
    return workers.log.path.read_text() if workers.log.path.exists() else ""


async def test_a_handler_gets_the_event_the_context_and_its_own_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_PARENT", "1")
    workers = Workers(function("echo", tmp_path), tmp_path / "log")
    await workers.start()
    try:
        seen = await call(workers, {"heart": "rate"})
        again = await call(workers, {})
    finally:
        await workers.stop()
    assert seen["event"] == {"heart": "rate"}
    assert seen["function_name"] == "average"
    assert seen["function_version"] == "$LATEST"
    assert seen["arn"] == "arn:aws:lambda:us-east-1:000000000000:function:average"
    assert seen["memory"] == "256"
    assert 0 < seen["remaining_ms"] <= 20_000
    assert seen["directory"] == str(PROJECT)
    assert seen["environment"]["AWS_LAMBDA_FUNCTION_NAME"] == "average"
    assert seen["environment"]["AWS_REGION"] == "us-east-1"
    assert seen["environment"]["DIED"] == str(tmp_path / "died")
    assert "SECRET_OF_THE_PARENT" not in seen["environment"]
    assert again["process"] == seen["process"]
    assert again["request_id"] != seen["request_id"]


async def test_what_a_handler_raises_is_reported_as_lambda_does_and_the_worker_stays(
    obeying: Workers,
) -> None:
    process = await call(obeying, {"do": "nothing"})
    with pytest.raises(FunctionError, match="ValueError: this event is refused") as raised:
        await call(obeying, {"do": "raise"})
    assert raised.value.payload["errorType"] == "ValueError"
    assert raised.value.payload["errorMessage"] == "this event is refused"
    assert len(raised.value.payload["requestId"]) == 36
    await until(lambda: "ValueError: this event is refused" in said(obeying))
    assert await call(obeying, {"do": "nothing"}) == process


async def test_what_a_handler_prints_goes_to_its_log(obeying: Workers) -> None:
    await call(obeying, {"do": "nothing", "say": "good morning"})
    await until(lambda: said(obeying).endswith("Z good morning\n"))


async def test_a_worker_that_dies_is_reported_with_its_log_and_replaced(
    obeying: Workers, capfd: pytest.CaptureFixture[str]
) -> None:
    process = await call(obeying, {"do": "nothing"})
    with pytest.raises(FunctionError, match="Runtime exited with error: exit status 3") as raised:
        await call(obeying, {"do": "deadly"})
    assert raised.value.payload["errorType"] == "Runtime.ExitError"
    said = capfd.readouterr().err
    assert "Function average: Runtime exited with error: exit status 3" in said
    assert "the last words" in said
    assert await call(obeying, {"do": "deadly"}) != process
    assert not running(process)


async def test_a_handler_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    workers = Workers(function("obey", tmp_path, timeout_seconds=0.3), tmp_path / "log")
    await workers.start()
    try:
        with pytest.raises(FunctionError, match=r"Task timed out after 0\.30 seconds") as raised:
            await call(workers, {"do": "hang"})
        assert raised.value.payload["errorType"] == "Sandbox.Timedout"
        assert await call(workers, {"do": "nothing"})
    finally:
        await workers.stop()


@pytest.mark.parametrize(
    ("module", "handler", "sentence"),
    [
        ("tests.pipeline.absent", "handler", "No module named 'tests.pipeline.absent'"),
        (HANDLERS, "absent", "has no attribute 'absent'"),
    ],
)
async def test_a_handler_that_cannot_be_imported_is_named(
    tmp_path: Path, module: str, handler: str, sentence: str
) -> None:
    workers = Workers(function(handler, tmp_path, module=module), tmp_path / "log")
    with pytest.raises(FunctionError, match=f"Cannot import {module}.{handler}: .*{sentence}"):
        await workers.start(2)


async def test_a_busy_worker_gets_help_up_to_the_concurrency(
    obeying: Workers, tmp_path: Path
) -> None:
    calls = [asyncio.create_task(call(obeying, {"do": "hold"})) for _ in range(3)]
    await until(lambda: len(obeying._workers) == 2)
    (tmp_path / "release").touch()
    processes = await asyncio.gather(*calls)
    assert len(set(processes)) == 2


async def test_an_event_larger_than_every_buffer_arrives_whole(tmp_path: Path) -> None:
    workers = Workers(function("echo", tmp_path), tmp_path / "log")
    await workers.start()
    try:
        event = {"text": "x" * (6 << 20)}
        assert (await call(workers, event))["event"] == event
    finally:
        await workers.stop()


async def test_stop_ends_every_process_even_one_that_hangs(
    obeying: Workers, tmp_path: Path
) -> None:
    await call(obeying, {"do": "nothing"})
    hanging = asyncio.create_task(call(obeying, {"do": "hang"}))
    await until(lambda: not obeying._idle)
    processes = [worker.process.pid for worker in obeying._workers]
    await obeying.stop()
    assert processes
    assert not any(running(process) for process in processes)
    with pytest.raises(FunctionError):
        await hanging


async def test_a_worker_does_not_outlive_its_parent(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys; from pathlib import Path; from local.functions.workers import *\n"
        "async def main():\n"
        "    environment = {'WORKER': sys.argv[2]}\n"
        "    function = Function('f', 'tests.local.handlers.mumble', environment, 60, 128)\n"
        "    await Workers(function, Path(sys.argv[1])).invoke(b'{}')\n"
        "asyncio.run(main())\n"
    )
    hanging = tmp_path / "worker"
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, str(tmp_path / "log"), str(hanging)), cwd=PROJECT
    )
    await until(lambda: hanging.exists() and hanging.read_text().endswith("\n"))
    worker = int(hanging.read_text())
    assert running(worker)
    parent.send_signal(signal.SIGKILL)
    await parent.wait()
    await until(lambda: not running(worker))
