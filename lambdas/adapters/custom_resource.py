"""Custom resources: what CloudFormation asks of a function, and how it is told the end of it."""

from collections.abc import Mapping
from typing import Any, Generic, Literal, TypeVar
from urllib.request import Request, urlopen

import msgspec
from msgspec import Struct

NONE = "none"
"""Stands for the id of what could not be created; CloudFormation asks to delete it all the same."""
REASON_CHARACTERS = 1_000
"""Of an answer, which may have 4,096 bytes."""
ANSWER_SECONDS = 10
Properties = TypeVar("Properties")


class Asked(Struct, Generic[Properties], frozen=True, rename="pascal"):
    """What is asked, and with which properties of the template; without an id only for a Create."""

    request_type: Literal["Create", "Update", "Delete"]
    resource_properties: Properties
    physical_resource_id: str = NONE


def decode(event: Mapping[str, Any], properties: type[Properties]) -> Asked[Properties]:
    """What CloudFormation asks. Raises msgspec.ValidationError."""
    return msgspec.convert(event, Asked[properties])  # type: ignore[valid-type]  # mypy knows no such parameter


def answer(event: Mapping[str, Any], physical_id: str, failure: str) -> None:
    """Tells CloudFormation, at the address that came with the event, how it ended.

    `failure` is empty when all is well. An id that is not the one before makes CloudFormation
    delete the one before. Raises OSError when the address does not take the answer.
    """
    told = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")} | {
        "Status": "FAILED" if failure else "SUCCESS",
        "Reason": failure[:REASON_CHARACTERS] or "OK",
        "PhysicalResourceId": physical_id,
    }
    request = Request(  # noqa: S310 - CloudFormation's own address
        event["ResponseURL"],
        msgspec.json.encode(told),
        headers={"Content-Type": ""},  # as the address was signed
        method="PUT",
    )
    with urlopen(request, timeout=ANSWER_SECONDS):  # noqa: S310 - the same
        pass
