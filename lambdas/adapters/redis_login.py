"""Logs in to ElastiCache by the function's own role: a signed address is the password."""

import time
from collections.abc import Callable
from urllib.parse import urlencode

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from redis import CredentialProvider

VALID_SECONDS = 900
"""The longest that ElastiCache takes; a connection itself is cut after twelve hours, and
redis-py then opens another one, with a new token."""
REUSED_SECONDS = 600
"""Five minutes less, or more, for clocks that differ and for a slow connection."""


class Login(CredentialProvider):
    """Gives redis-py the name and a fresh token for each connection.

    `cache` and `user` are ElastiCache's ids; a user known by IAM has the same name as id.
    `clock` is in epoch seconds: a clock that stands still while the function is frozen would
    hand out tokens long after their end.
    """

    def __init__(
        self,
        user: str,
        cache: str,
        region: str,
        credentials: Credentials,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._user = user
        self._cache = cache
        self._region = region
        self._credentials = credentials
        self._clock = clock
        self._token = ""
        self._signed_at = -float("inf")

    def get_credentials(self) -> tuple[str, str]:
        """The user's name and a token that is good for five minutes at least."""
        now = self._clock()
        if now - self._signed_at >= REUSED_SECONDS:
            self._token = sign(self._user, self._cache, self._region, self._credentials)
            self._signed_at = now
        return self._user, self._token


def sign(user: str, cache: str, region: str, credentials: Credentials) -> str:
    """A token for `user` of the serverless cache `cache`, from now on.

    The signed address of a request `connect`, without its scheme, as in "Authenticating with
    IAM" of ElastiCache's guide.
    """
    query = {"Action": "connect", "User": user, "ResourceType": "ServerlessCache"}
    request = AWSRequest("GET", f"https://{cache}/?{urlencode(query)}")
    frozen = credentials.get_frozen_credentials()
    SigV4QueryAuth(frozen, "elasticache", region, VALID_SECONDS).add_auth(request)
    return str(request.url).removeprefix("https://")
