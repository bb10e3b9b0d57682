"""Where a deployed stage lies: the outputs of its stack, read with the person's own credentials."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import msgspec
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)

from tempofit.addresses import CloudError

NO_CREDENTIALS = (
    "There are no credentials of AWS here: log in (`aws sso login`), or set AWS_PROFILE, "
    "or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
)
NO_REGION = "No region of AWS is chosen: set AWS_REGION, or one in the profile."
REFUSED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId")


class Outputs(msgspec.Struct, frozen=True, rename="pascal"):
    """What the stack tells of itself; infra/stack.py writes it."""

    songs_table: str
    song_ends_table: str
    tastes_table: str
    plays_table: str
    heart_rate_stream: str
    average_heart_rate_stream: str
    song_requests_stream: str
    dead_letters_queue_url: str
    forget_function: str
    page_config: str
    page_bucket: str | None = None
    page_url: str | None = None
    """None of a stage that was deployed without a page."""
    lake_days: str | None = None
    """For how many days the lake keeps its files, where there is one."""


def stack_name(stage: str) -> str:
    """As in infra/stack.py, which starts Node when it is imported."""
    return f"TempoFit-{stage}"


def find_stack(stage: str) -> dict[str, Any]:
    """The stack of `stage`, as CloudFormation describes it. CloudError when it is not there."""
    name = stack_name(stage)
    with aws_errors(f"The stack {name!r} cannot be read"):
        cloudformation = stage_client("cloudformation", attempts=3)
        try:
            stack = read_stack(cloudformation, name)
        finally:
            cloudformation.close()
        if stack is None:
            raise CloudError(
                f"There is no stack {name!r} in {cloudformation.meta.region_name}: deploy the "
                f"stage {stage!r} first, or choose its account and region (AWS_PROFILE, "
                "AWS_REGION)."
            )
        return stack


def read_stack(cloudformation: Any, name: str) -> dict[str, Any] | None:
    """The stack `name`; None when there is none."""
    try:
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in error.response["Error"].get("Message", ""):
            return None
        raise
    found: dict[str, Any] = stack
    return found


def outputs_of(stack: dict[str, Any]) -> dict[str, str]:
    """What a stack tells of itself; nothing when it was not created, or failed at that."""
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}


def find_outputs(stage: str) -> Outputs:
    """The outputs of the stack of `stage`. CloudError when it cannot be read, and why."""
    name, stack = stack_name(stage), find_stack(stage)
    outputs = outputs_of(stack)
    if not outputs:
        raise CloudError(
            f"The stack {name!r} is not deployed: it is {stack.get('StackStatus')}. "
            f"Deploy it with make deploy STAGE={stage}."
        )
    try:
        return msgspec.convert(outputs, Outputs)
    except msgspec.ValidationError as error:
        raise CloudError(
            f"The stack {name!r} was deployed by another version of TempoFit: {error}. "
            "Deploy it again."
        ) from None


def stage_client(service: str, *, read_seconds: float = 60, attempts: int = 10) -> Any:
    """The boto3 client of a service with the person's credentials; throttled calls are retried.

    As for the CDK command, AWS_REGION goes before AWS_DEFAULT_REGION, which alone boto3 reads.
    """
    with aws_errors(f"The service {service!r} cannot be used"):
        return boto3.client(  # type: ignore[call-overload]
            service,
            region_name=os.environ.get("AWS_REGION") or None,
            config=_config(read_seconds, attempts),
        )


@contextmanager
def aws_errors(what: str) -> Iterator[None]:
    """Turns what boto3 raises inside into a CloudError that begins with `what`."""
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError):
        raise CloudError(NO_CREDENTIALS) from None
    except NoRegionError:
        raise CloudError(NO_REGION) from None
    except ProfileNotFound as error:
        raise CloudError(f"{error}: set AWS_PROFILE to one that there is.") from None
    except EndpointConnectionError as error:
        raise CloudError(f"{what}: {error} Look at the network and the region.") from None
    except ClientError as error:
        raise CloudError(f"{what}: {_reason(error)}") from None
    except BotoCoreError as error:
        raise CloudError(f"{what}: {error}") from None


def _reason(error: ClientError) -> str:
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    if code in EXPIRED:
        return "the credentials have expired or are not known any more: log in again."
    if code in REFUSED:
        return f"{message} Ask for that permission, or use other credentials."
    return f"{code}: {message}"


def _config(read_seconds: float, attempts: int) -> Config:
    return Config(
        connect_timeout=5,
        read_timeout=read_seconds,
        user_agent_extra="tempofit",
        retries={"mode": "adaptive", "total_max_attempts": attempts},
    )
