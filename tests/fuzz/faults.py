"""Stores that fail where they are told to: before a call, after it, in a part of it, or between."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError
from redis.exceptions import OutOfMemoryError
from redis.exceptions import TimeoutError as RedisTimeoutError

WRITES = {"put_item", "batch_execute_statement"}
REDIS = "redis"
"""A pipeline, or a command outside of one, in the place of the name of a call."""


class Crash(BaseException):
    """The function is gone, in the middle of what it did."""


class Kind(Enum):
    """What happens to a call."""

    CRASH_BEFORE = "the function dies before it"
    CRASH_AFTER = "the function dies once it is carried out"
    LOST_BEFORE = "it times out, and was not carried out"
    LOST_AFTER = "it times out, and was carried out"
    PARTLY = "some of it is throttled or fails, or all of what has no parts"
    MEANWHILE = "something else happens first"


@dataclass(frozen=True)
class Fault:
    """What happens to the `nth` call of a name in one invocation, and to as many as `times`."""

    call: str
    kind: Kind
    nth: int = 1
    times: int = 1


class Faults:
    """The one fault that is planned, and what has become of it."""

    def __init__(self) -> None:
        self.fired = 0
        self.meanwhile: Callable[[], object] = lambda: None
        self.written: Callable[[], None] = lambda: None
        self._planned: Fault | None = None
        self._calls = 0

    @contextmanager
    def planned(self, fault: Fault | None) -> Iterator[None]:
        """Within this block, the fault and no other."""
        before = self._planned, self._calls
        self._planned, self._calls = fault, 0
        try:
            yield
        finally:
            self._planned, self._calls = before

    def call(self, name: str, run: Callable[[], Any], partly: Callable[[], Any]) -> Any:
        """The answer of `run`, or of `partly`, unless something happens."""
        kind = self._kind(name)
        if kind is Kind.MEANWHILE:
            with self.planned(None):
                self.meanwhile()
        if kind is Kind.CRASH_BEFORE:
            raise Crash
        if kind is Kind.LOST_BEFORE:
            raise _timeout(name)
        try:
            answer = partly() if kind is Kind.PARTLY else run()
        finally:
            if name in WRITES:
                self.written()
        if kind is Kind.CRASH_AFTER:
            raise Crash
        if kind is Kind.LOST_AFTER:
            raise _timeout(name)
        return answer

    def _kind(self, name: str) -> Kind | None:
        fault = self._planned
        if fault is None or fault.call != name:
            return None
        self._calls += 1
        if not fault.nth <= self._calls < fault.nth + fault.times:
            return None
        self.fired += 1
        return fault.kind


def _timeout(name: str) -> Exception:
    return RedisTimeoutError() if name == REDIS else ReadTimeoutError(endpoint_url=name)


class Unsteady:
    """A client of AWS whose calls may fail."""

    def __init__(self, client: Any, faults: Faults) -> None:
        self._client, self._faults = client, faults
        self.exceptions = client.exceptions if hasattr(client, "exceptions") else None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._client, name)
        partly = PARTLY.get(name, _throttled)
        return lambda **request: self._faults.call(
            name, lambda: call(**request), lambda: partly(call, request)
        )


def _throttled(call: Any, request: Any) -> Any:
    error = {"Error": {"Code": "ThrottlingException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    raise ClientError(error, "Call")  # type: ignore[arg-type]


def _first_table(call: Any, request: Any) -> Any:
    (table, wanted), *left = request["RequestItems"].items()
    if not left and len(wanted["Keys"]) > 1:
        left = [(table, {**wanted, "Keys": wanted["Keys"][1:]})]
        wanted = {**wanted, "Keys": wanted["Keys"][:1]}
    elif not left:
        return {"Responses": {}, "UnprocessedKeys": {table: wanted}}
    return call(RequestItems={table: wanted}) | {"UnprocessedKeys": dict(left)}


def _every_other_statement(call: Any, request: Any) -> Any:
    statements = request["Statements"]
    done = call(Statements=statements[1::2])["Responses"] if len(statements) > 1 else []
    answers: list[Any] = [{"Error": {"Code": "ThrottlingError"}} for _ in statements]
    answers[1::2] = done
    return {"Responses": answers}


def _every_other_record(call: Any, request: Any) -> Any:
    records = request["Records"]
    call(StreamName=request["StreamName"], Records=records[1::2])
    answers: list[Any] = [{"ErrorCode": "ProvisionedThroughputExceeded"} for _ in records]
    answers[1::2] = [{} for _ in records[1::2]]
    return {"FailedRecordCount": (len(records) + 1) // 2, "Records": answers}


PARTLY = {
    "batch_get_item": _first_table,
    "batch_execute_statement": _every_other_statement,
    "put_records": _every_other_record,
}


class UnsteadyRedis:
    """A client of Redis whose pipelines, and commands, may fail."""

    def __init__(self, redis: Any, faults: Faults) -> None:
        self._redis, self._faults = redis, faults

    def pipeline(self, *, transaction: bool) -> "UnsteadyPipeline":
        return UnsteadyPipeline(self._redis.pipeline(transaction=transaction), self._faults)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        command = getattr(self._redis, name)
        return lambda *args, **options: self._faults.call(
            REDIS, lambda: command(*args, **options), _out_of_memory
        )


def _out_of_memory() -> Any:
    raise OutOfMemoryError


class UnsteadyPipeline:
    """Of which a part is carried out: half of the commands, or all but the first."""

    def __init__(self, pipeline: Any, faults: Faults) -> None:
        self._pipeline, self._faults = pipeline, faults

    def __enter__(self) -> "UnsteadyPipeline":
        return self

    def __exit__(self, *_: object) -> None:
        self._pipeline.__exit__(None, None, None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pipeline, name)

    def execute(self, *, raise_on_error: bool = True) -> Any:
        run = self._pipeline.execute

        def partly() -> Any:
            if not raise_on_error:
                return [OutOfMemoryError(), *run(raise_on_error=False)[1:]]
            commands = self._pipeline.command_stack
            del commands[len(commands) // 2 :]
            run()
            raise RedisTimeoutError

        return self._faults.call(REDIS, lambda: run(raise_on_error=raise_on_error), partly)
