"""An account of AWS, played by moto."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from unittest.mock import patch

import boto3
from moto import mock_aws


@contextmanager
def account() -> Iterator[None]:
    """An account in which there is nothing yet; leaving it deletes all that is there by then.

    boto3 reads its models of AWS, most of what a client costs, once for all accounts.
    """
    with mock_aws(), patch.object(boto3, "DEFAULT_SESSION", _session()):
        yield


@cache
def _session() -> boto3.Session:
    return boto3.Session()
