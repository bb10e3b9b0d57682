"""Clients of the local cloud's services, whatever the person's own configuration of AWS says."""

from typing import Any

import boto3
from botocore.config import Config

from local.launcher import CREDENTIALS
from local.project import REGION

CONNECT_SECONDS = 2
READ_SECONDS = 10


def client_here(service: str, url: str, read_seconds: float = READ_SECONDS) -> Any:
    """The client of a service at its address; it gives up soon, as this machine is near."""
    return boto3.client(
        service,  # type: ignore[call-overload]  # stubs want one literal
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=read_seconds,
            retries={"mode": "standard", "total_max_attempts": 2},
        ),
    )
