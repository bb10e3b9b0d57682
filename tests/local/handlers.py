"""Tiny Lambda handlers for the tests of the local cloud.

What they see goes to the file SEEN, one JSON line an invocation: [[key, text, sequence], ...].
A record's text says what happens to it: `poison…` fails, `deadly…` ends the process the first
time, `hang…` never returns, `hold…` waits until the file RELEASE exists.
"""

import json
import os
import sys
import time
from base64 import b64decode
from pathlib import Path
from typing import Any


def noop(event: Any, context: Any) -> None:
    """Accepts everything."""


def echo(event: Any, context: Any) -> Any:
    """Answers with the event and the context."""
    return {
        "event": event,
        "process": os.getpid(),
        "request_id": context.aws_request_id,
        "function_name": context.function_name,
        "function_version": context.function_version,
        "arn": context.invoked_function_arn,
        "memory": context.memory_limit_in_mb,
        "remaining_ms": context.get_remaining_time_in_millis(),
        "environment": dict(os.environ),
        "directory": os.getcwd(),
    }


def obey(event: Any, context: Any) -> Any:
    """Does what the event says: say, raise, end, hang or hold."""
    print(event.get("say", ""))
    if event["do"] == "raise":
        raise ValueError("this event is refused")
    _meet(event["do"])
    return os.getpid()


def mumble(event: Any, context: Any) -> None:
    """Says something that is not printed yet when it writes its process number, and hangs."""
    print("half a sentence", end="")
    Path(os.environ["WORKER"]).write_text(f"{os.getpid()}\n")
    time.sleep(3600)


def keep_event(event: Any, context: Any) -> None:
    """Writes the whole event to SEEN."""
    with Path(os.environ["SEEN"]).open("a") as seen:
        seen.write(json.dumps(event) + "\n")


def whole(event: Any, context: Any) -> None:
    """Fails as a whole when one record is poison; writes its process number to WORKER."""
    if "WORKER" in os.environ:
        Path(os.environ["WORKER"]).write_text(str(os.getpid()))
    for _, text, _ in _see(event):
        _meet(text)


def partial(event: Any, context: Any) -> Any:
    """Reports poison records, the last one first."""
    failed = [sequence for _, text, sequence in _see(event) if text.startswith("poison")]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in reversed(failed)]}


def answer(event: Any, context: Any) -> Any:
    """Answers what the environment says, whatever the records are."""
    _see(event)
    return json.loads(os.environ["ANSWER"])


def _see(event: Any) -> list[tuple[str, str, str]]:
    records = [
        (each["partitionKey"], b64decode(each["data"]).decode(), each["sequenceNumber"])
        for each in (record["kinesis"] for record in event["Records"])
    ]
    with Path(os.environ["SEEN"]).open("a") as seen:
        seen.write(json.dumps(records) + "\n")
    return records


def _meet(text: str) -> None:
    if text.startswith("poison"):
        raise ValueError("this record is poison")
    if text.startswith("deadly") and not Path(os.environ["DIED"]).exists():
        Path(os.environ["DIED"]).touch()
        print("the last words", file=sys.stderr, flush=True)
        os._exit(3)
    if text.startswith("hang"):
        time.sleep(3600)
    if text.startswith("hold"):
        while not Path(os.environ["RELEASE"]).exists():
            time.sleep(0.01)
