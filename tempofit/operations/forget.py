"""What is kept of a person is deleted by the function `forget` of the cloud.

Redis lies in a private network, where a laptop cannot and should not reach; so a function that lies
there too is invoked. The local cloud runs the same function in a process of its own.
"""

import asyncio

import msgspec

from local.functions.workers import FunctionError, Workers
from local.gateway import server as gateway
from tempofit import addresses
from tempofit.addresses import NO_CLOUD, NOT_RUNNING, CloudError, read_addresses, require
from tempofit.operations.stage import aws_errors, find_outputs, stage_client

FUNCTION = "forget"
LONGEST_SECONDS = 910
"""A little over the longest that a function may run."""


class Forgotten(msgspec.Struct, frozen=True, omit_defaults=True):
    """How much was deleted, by kind: never what it was."""

    deleted: dict[str, int]
    stays: str | None = None
    """Where the lake, whose rows have no name to find them by, keeps them, and for how long."""


class _Failure(msgspec.Struct, frozen=True, rename="camel"):
    error_message: str = "the function ended without saying why"


def forget_on_aws(user: str, stage: str) -> Forgotten:
    """Has the function of a deployed stage do it. CloudError when it cannot."""
    outputs = find_outputs(stage)
    function = outputs.forget_function
    client = stage_client("lambda", read_seconds=LONGEST_SECONDS)
    with aws_errors(f"The function {function!r} cannot be invoked"):
        answer = client.invoke(FunctionName=function, Payload=_event(user))
        payload = answer["Payload"].read()
    if "FunctionError" in answer:
        raise CloudError(_failed(msgspec.json.decode(payload, type=_Failure).error_message))
    days = outputs.lake_days
    return _read(payload, f"{days} days in the lake" if days else None)


def forget_here(user: str) -> Forgotten:
    """Runs the function of the local cloud once. CloudError when there is none, or it fails."""
    known = read_addresses()
    require(known.redis_url, otherwise=NO_CLOUD)
    stays = "until `tempofit up --fresh` in the lake" if known.lake_url else None
    try:
        return _read(asyncio.run(_invoke_here(_event(user))), stays)
    except FunctionError as error:
        raise CloudError(_failed(error.payload["errorMessage"])) from None


async def _invoke_here(event: bytes) -> bytes:
    folder = addresses.ADDRESSES.parent
    path = folder / "gateway.json"
    try:
        config = msgspec.json.decode(path.read_bytes(), type=gateway.Config)
    except (OSError, msgspec.MsgspecError) as error:
        raise CloudError(f"{path} is not what a local cloud writes there: {error}.") from None
    for function in config.functions:
        if function.name == FUNCTION:
            workers = Workers(function, folder / "logs" / f"{FUNCTION}.log")
            try:
                return await workers.invoke(event)
            finally:
                await workers.stop()
    raise CloudError(f"The local cloud was started by another version of TempoFit. {NOT_RUNNING}")


def _event(user: str) -> bytes:
    return msgspec.json.encode({"user": user})


def _read(payload: bytes, stays: str | None) -> Forgotten:
    answer = msgspec.json.decode(payload, type=Forgotten)
    return msgspec.structs.replace(answer, stays=stays)


def _failed(reason: str) -> str:
    return f"Not everything may be forgotten: {reason}. Say it again; what is gone stays gone."
