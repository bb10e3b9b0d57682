"""One warm Lambda worker: `python -m local.functions.worker HANDLER FD`.

Frames go over the socket FD. In: `REQUEST` header, then the event as JSON. Out: `ANSWER` header,
then the result as JSON, or Lambda's error object. The first frame out says that the handler is
imported. When the socket closes, the process ends, whatever the handler is doing.
"""

import importlib
import json
import os
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from struct import Struct
from typing import Any

import msgspec

from local.project import ACCOUNT, REGION

REQUEST = Struct("!I36sd")
"""Length of the event, request id, deadline in epoch seconds."""
ANSWER = Struct("!I?")
"""Length of the body; whether it is a result (else an error)."""
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"

Handler = Callable[[Any, Any], Any]
Request = tuple[str, float, bytes]


@dataclass
class Context:
    """What Lambda hands to a handler beside the event."""

    aws_request_id: str
    deadline_seconds: float
    function_name: str = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
    function_version: str = "$LATEST"
    invoked_function_arn: str = ARN + os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
    memory_limit_in_mb: str = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
    log_group_name: str = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME", "")
    log_stream_name: str = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
    identity: None = None
    client_context: None = None

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function times out, never below 0."""
        return max(0, int((self.deadline_seconds - time.time()) * 1000))


def main(path: str, descriptor: int) -> None:
    """Imports the handler at `path` and answers requests until the socket closes."""
    with socket.socket(fileno=descriptor) as channel:
        module, _, name = path.rpartition(".")
        try:
            handler: Handler = getattr(importlib.import_module(module), name)
        except Exception as error:  # noqa: BLE001 - a module may raise anything; the caller is told
            _send(channel, False, _failure(error, f"Cannot import {path}: {error}"))
            return
        _send(channel, True, b"")
        requests: SimpleQueue[Request] = SimpleQueue()
        threading.Thread(target=_receive, args=(channel, requests), daemon=True).start()
        while True:
            _send(channel, *_answer(handler, *requests.get()))


def _answer(handler: Handler, request_id: str, deadline: float, event: bytes) -> tuple[bool, bytes]:
    try:
        result = handler(msgspec.json.decode(event), Context(request_id, deadline))
        return True, json.dumps(result).encode()
    except Exception as error:  # noqa: BLE001 - a handler may raise anything; the caller is told
        return False, _failure(error, str(error), request_id)
    finally:
        sys.stdout.flush()


def _failure(error: Exception, message: str, request_id: str = "") -> bytes:
    traceback.print_exception(error)
    stack = traceback.format_tb(error.__traceback__)
    return json.dumps(
        {
            "errorMessage": message,
            "errorType": type(error).__name__,
            "requestId": request_id,
            "stackTrace": stack,
        }
    ).encode()


def _receive(channel: socket.socket, requests: "SimpleQueue[Request]") -> None:
    # A thread of its own sees the socket close even while the handler hangs.
    try:
        while True:
            header = REQUEST.unpack(_exactly(channel, REQUEST.size))
            length, request_id, deadline = header
            requests.put((request_id.decode(), deadline, _exactly(channel, length)))
    except OSError:
        with suppress(OSError):  # who reads what is printed may have died with whoever asks
            sys.stdout.flush()
        os._exit(0)


def _exactly(channel: socket.socket, length: int) -> bytes:
    buffer = bytearray(length)
    view = memoryview(buffer)
    while view:
        received = channel.recv_into(view)
        if not received:
            raise ConnectionResetError
        view = view[received:]
    return bytes(buffer)


def _send(channel: socket.socket, ok: bool, body: bytes) -> None:
    channel.sendall(ANSWER.pack(len(body), ok) + body)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
