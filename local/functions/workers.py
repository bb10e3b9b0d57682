"""Warm workers of a Lambda function: processes of `worker`, one event at a time."""

import asyncio
import os
import socket
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from msgspec import json

from local.functions.worker import ANSWER, REQUEST
from local.logs import Log, Printed
from local.project import PROJECT, REGION
from local.template.stack import Function

IMPORT_SECONDS = 60
"""How long a handler may take to import; AWS allows 10 s, a busy laptop needs more."""
STOP_SECONDS = 2
PATIENCE_SECONDS = 0.25
"""How long an event waits for a busy worker before another worker is started for it."""
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "COVERAGE_PROCESS_START")
"""What a worker inherits; everything else a handler needs is in the function's environment."""


class FunctionError(Exception):
    """The handler raised, timed out, or its process died; `payload` is what Lambda reports."""

    def __init__(self, payload: dict[str, Any]) -> None:
        super().__init__(f"{payload['errorType']}: {payload['errorMessage']}")
        self.payload = payload


@dataclass(eq=False)
class Worker:
    """A process that has imported the handler, and the socket to it."""

    process: asyncio.subprocess.Process
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    printed: Printed

    async def invoke(self, request_id: str, deadline_seconds: float, event: bytes) -> bytes:
        """The handler's result.

        Raises FunctionError if the handler raised, IncompleteReadError or OSError if it died.
        """
        header = REQUEST.pack(len(event), request_id.encode(), deadline_seconds)
        self.writer.writelines((header, event))
        return await self.receive()

    async def receive(self) -> bytes:
        length, ok = ANSWER.unpack(await self.reader.readexactly(ANSWER.size))
        body = await self.reader.readexactly(length)
        if not ok:
            raise FunctionError(json.decode(body))
        return body

    async def stop(self, patience_seconds: float = STOP_SECONDS) -> int:
        """Ends the process, by force after `patience_seconds`; returns its exit status."""
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()
        try:
            await asyncio.wait_for(self.process.wait(), patience_seconds)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self.process.kill()
        status = await self.process.wait()
        await asyncio.to_thread(self.printed.settle)
        return status


class Workers:
    """Up to `concurrency` workers of one function; what they print goes to the file `log`."""

    def __init__(self, function: Function, log: Path, concurrency: int = 1) -> None:
        self.function = function
        self.log = Log(log)
        self.concurrency = concurrency
        self._workers: set[Worker] = set()
        self._launching = 0
        self._idle: list[Worker] = []
        self._waiting: deque[asyncio.Future[Worker]] = deque()

    @property
    def count(self) -> int:
        """How many run."""
        return len(self._workers)

    async def start(self, count: int = 1) -> None:
        """Starts `count` workers and waits until each has imported the handler.

        Raises FunctionError when the handler cannot be imported.
        """
        launches = (self._launch() for _ in range(count))
        launched = await asyncio.gather(*launches, return_exceptions=True)
        for worker in launched:
            if isinstance(worker, BaseException):
                await self.stop()
                raise worker
            self._release(worker)

    async def invoke(self, event: bytes) -> bytes:
        """The JSON result of the handler for the JSON `event`.

        Takes an idle worker; starts another when none was free for a while and fewer than
        `concurrency` run. Raises FunctionError when the handler raises, times out or its process
        dies; a dead worker is replaced by the next invocation.
        """
        worker = await self._acquire()
        try:
            return await self._invoke(worker, event)
        except FunctionError:
            raise
        except BaseException:
            self._workers.discard(worker)
            await worker.stop(0)
            raise
        finally:
            self._release(worker)

    async def stop(self) -> None:
        """Ends all workers; an invocation under way fails."""
        workers, self._idle = self._workers, []
        self._workers = set()
        await asyncio.gather(*(worker.stop() for worker in workers))

    async def _acquire(self) -> Worker:
        if self._idle:
            return self._idle.pop()
        if not self._workers and not self._launching:
            return await self._launch()
        # Whoever waits longest is served first, else one busy caller could starve the others.
        turn: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            while not (await asyncio.wait([turn], timeout=PATIENCE_SECONDS))[0]:
                if len(self._workers) + self._launching < self.concurrency:
                    turn.cancel()
                    return await self._launch()
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._release(turn.result())
            turn.cancel()
            raise
        return turn.result()

    def _release(self, worker: Worker) -> None:
        if worker not in self._workers:
            return
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(worker)
                return
        self._idle.append(worker)

    async def _invoke(self, worker: Worker, event: bytes) -> bytes:
        request_id = str(uuid4())
        seconds = self.function.timeout_seconds
        try:
            async with asyncio.timeout(seconds):
                return await worker.invoke(request_id, time.time() + seconds, event)
        except TimeoutError:
            self._workers.discard(worker)
            await worker.stop(0)
            kind, what = "Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds"
        except (asyncio.IncompleteReadError, OSError):
            self._workers.discard(worker)
            status = await worker.stop()
            kind, what = "Runtime.ExitError", f"Runtime exited with error: {_reason(status)}"
        self._report(what)
        raise FunctionError(
            {
                "errorType": kind,
                "errorMessage": f"RequestId: {request_id} Error: {what}",
                "requestId": request_id,
            }
        )

    async def _launch(self) -> Worker:
        self._launching += 1
        try:
            worker = await self._spawn()
            await self._await_import(worker)
        finally:
            self._launching -= 1
        self._workers.add(worker)
        return worker

    async def _await_import(self, worker: Worker) -> None:
        try:
            async with asyncio.timeout(IMPORT_SECONDS):
                await worker.receive()
        except (TimeoutError, asyncio.IncompleteReadError, OSError):
            status = await worker.stop(0)
            what = f"{self.function.handler} was not imported: {_reason(status)}"
            self._report(what)
            raise FunctionError({"errorType": "Runtime.ExitError", "errorMessage": what}) from None
        except BaseException:
            await worker.stop(0)
            raise

    async def _spawn(self) -> Worker:
        ours, theirs = socket.socketpair()
        with theirs, self.log.taking() as printed:
            try:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "local.functions.worker"),
                    *(self.function.handler, str(theirs.fileno())),
                    cwd=PROJECT,
                    env=self._environment(),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=printed.descriptor,
                    stderr=printed.descriptor,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,  # Ctrl-C is for whoever supervises, not for workers
                )
            except BaseException:
                ours.close()
                raise
        return Worker(process, *await asyncio.open_unix_connection(sock=ours), printed)

    def _environment(self) -> dict[str, str]:
        # LAMBDA_TASK_ROOT stays unset: with it, Powertools would look for an X-Ray daemon.
        return {
            **{name: os.environ[name] for name in KEPT if name in os.environ},
            "PYTHONPATH": str(PROJECT),
            "TZ": "UTC",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_LAMBDA_FUNCTION_NAME": self.function.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.function.memory_mb),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.function.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "_HANDLER": self.function.handler,
            **self.function.environment,
        }

    def _report(self, what: str) -> None:
        tail = "".join(f"\n    {line}" for line in self.log.last())
        print(
            f"Function {self.function.name}: {what}. The end of {self.log}:{tail}",
            file=sys.stderr,
            flush=True,
        )


def _reason(status: int) -> str:
    return f"exit status {status}" if status >= 0 else f"signal {-status}"
