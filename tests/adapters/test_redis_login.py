"""Logging in to ElastiCache: the token is what is documented, and a real server takes it."""

import hashlib
import hmac
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode

import botocore.auth
import pytest
from botocore.credentials import Credentials
from redis import Redis, SSLConnection
from redis.exceptions import AuthenticationError, NoPermissionError

from events.messages import Error
from infra.cache import ACCESS
from lambdas.adapters import clients, connections, floods, playlists, push, traces, windows
from lambdas.adapters.redis_login import REUSED_SECONDS, VALID_SECONDS, Login, sign
from lambdas.domain.line import Point
from lambdas.domain.window import Window
from tests.adapters.conftest import START_MS, draw, keep_song, turn_of
from tests.adapters.test_skip import SONG

USER = "tempofit-1a2b3c4d"
CACHE = "tempofit-1a2b3c4d"
REGION = "eu-central-1"
KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SESSION = "a+session/token=="
FORBIDDEN: dict[str, Callable[[Redis], object]] = {
    "empty everything": lambda redis: redis.flushall(),
    "list the keys of everybody": lambda redis: redis.keys("*"),
    "read the configuration": lambda redis: redis.config_get("*"),
    "list the users": lambda redis: redis.acl_list(),
    "run a script": lambda redis: redis.eval("return 1", 0),
    "write keys of others": lambda redis: redis.set("other:1", "1"),
    "read keys of others": lambda redis: redis.get("other:1"),
}
START = datetime(2026, 11, 22, 9, 30, 15, tzinfo=UTC)


class Clock:
    """One clock for the login and for the signatures."""

    def __init__(self) -> None:
        self.seconds = START.timestamp()

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(
        botocore.auth, "get_current_datetime", lambda: datetime.fromtimestamp(clock(), UTC)
    )
    return clock


@pytest.fixture
def login(clock: Clock) -> Login:
    return Login(USER, CACHE, REGION, Credentials(KEY, SECRET, SESSION), clock)


@pytest.fixture
def admin(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url, decode_responses=True) as admin:
        yield admin
        admin.acl_deluser(USER)


@pytest.fixture
def entered(
    redis_url: str, login: Login, admin: Redis, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Redis]:
    """`clients.redis()` of a function with a role, in a server that knows the first token, and
    gives the user no more than the cache in infra/ does."""
    _take(admin, login.get_credentials()[1])
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("REDIS_USER", USER)
    monkeypatch.setenv("REDIS_CACHE", CACHE)
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setattr(clients, "_login", lambda: login)
    clients.redis.cache_clear()
    with clients.redis() as redis:
        yield redis
    clients.redis.cache_clear()


@pytest.mark.parametrize("session_token", [None, SESSION])
def test_the_token_is_the_address_that_the_guide_of_elasticache_describes(
    clock: Clock, session_token: str | None
) -> None:
    token = sign(USER, CACHE, REGION, Credentials(KEY, SECRET, session_token))
    assert token == _documented(session_token)
    assert token.startswith(f"{CACHE}/?Action=connect&User={USER}&ResourceType=ServerlessCache&")


def test_a_token_is_reused_and_replaced_long_before_its_end(login: Login, clock: Clock) -> None:
    user, first = login.get_credentials()
    clock.seconds += REUSED_SECONDS - 1
    assert login.get_credentials() == (user, first)
    clock.seconds += 1
    assert login.get_credentials() != (user, first)
    assert user == USER
    assert VALID_SECONDS == 900
    assert VALID_SECONDS - REUSED_SECONDS >= 300


def test_a_function_with_a_role_enters_a_real_server_by_its_token(
    entered: Redis, admin: Redis
) -> None:
    assert _user_of(admin, entered) == USER


def test_a_token_that_the_server_does_not_know_is_refused(entered: Redis, admin: Redis) -> None:
    _take(admin, "another token")
    with pytest.raises(AuthenticationError):
        entered.client_id()


def test_a_connection_that_the_server_cuts_is_opened_anew_with_a_new_token(
    entered: Redis, admin: Redis, login: Login, clock: Clock
) -> None:
    number = entered.client_id()
    _, first = login.get_credentials()
    clock.seconds += 12 * 3600
    _, second = login.get_credentials()
    _take(admin, second)
    admin.client_kill_filter(_id=str(number))
    assert _user_of(admin, entered) == USER
    assert entered.client_id() != number
    assert first != second


def test_the_user_of_the_cache_may_do_all_that_the_functions_do(entered: Redis) -> None:
    windows.write({"ann": Window(30_000)}, START_MS)
    assert windows.read(["ann"], START_MS) == {"ann": Window(30_000)}
    draw("ann", Point(START_MS, 120, 110))
    assert len(traces.read("ann", START_MS - 1, START_MS, (0, b""))) == 1
    keep_song("ann", SONG)
    playlists.replace("ann", SONG)
    assert playlists.read("ann", SONG.session) == [SONG]
    assert turn_of("ann", SONG.session, SONG.slot + 1).before[1] == [SONG.song.artist]
    connections.add("ann", "connection-1")
    assert connections.of("ann") == ["connection-1"]
    connections.forget("ann", "connection-1")
    floods.shut_out("ann")
    assert floods.is_out("ann")
    with push.pushes() as pushes:
        pushes.notice("ann", Error(code="unknown_action", message="No."))
    (key,) = entered.scan_iter(match="playlist:ann:*")  # and what it takes to forget somebody
    assert entered.hdel(key, str(SONG.slot)) == 1
    assert entered.unlink("heard:ann") == 1


@pytest.mark.parametrize("deed", FORBIDDEN)
def test_the_user_of_the_cache_may_not(entered: Redis, deed: str) -> None:
    with pytest.raises(NoPermissionError):
        FORBIDDEN[deed](entered)


def test_a_function_takes_its_credentials_and_region_from_its_role(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_SESSION_TOKEN": SESSION,
        "AWS_REGION": REGION,
        "REDIS_USER": USER,
        "REDIS_CACHE": CACHE,
    }.items():
        monkeypatch.setenv(name, value)
    assert clients._login().get_credentials() == (USER, _documented(SESSION))


def test_a_user_without_credentials_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("REDIS_USER", USER)
    monkeypatch.setenv("REDIS_CACHE", CACHE)
    with pytest.raises(RuntimeError, match=f"REDIS_USER is '{USER}'.*Give this function a role"):
        clients._login()


def test_without_a_user_there_is_no_login(admin: Redis) -> None:
    assert _user_of(admin, clients.redis()) == "default"


def test_the_certificate_of_the_cache_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "rediss://cache.invalid:6379")
    clients.redis.cache_clear()
    connection = clients.redis().connection_pool.make_connection()
    clients.redis.cache_clear()
    assert isinstance(connection, SSLConnection)
    assert connection.cert_reqs == ssl.CERT_REQUIRED
    assert connection.check_hostname


def _take(admin: Redis, token: str) -> None:
    """Lets the server take this token alone, as ElastiCache takes those that IAM signed."""
    switch, *words = ACCESS.split()
    admin.acl_setuser(
        USER,
        enabled=switch == "on",
        reset=True,
        passwords=[f"+{token}"],
        keys=[word.removeprefix("~") for word in words if word.startswith("~")],
        categories=[word for word in words if "@" in word],
    )


def _user_of(admin: Redis, redis: Redis) -> str:
    (connection,) = admin.client_list(client_id=[str(redis.client_id())])
    return str(connection["user"])


def _documented(session_token: str | None) -> str:
    """The token by the steps of "Signature Version 4", without botocore."""
    day, moment = f"{START:%Y%m%d}", f"{START:%Y%m%dT%H%M%SZ}"
    scope = f"{day}/{REGION}/elasticache/aws4_request"
    query = [
        ("Action", "connect"),
        ("User", USER),
        ("ResourceType", "ServerlessCache"),
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", f"{KEY}/{scope}"),
        ("X-Amz-Date", moment),
        ("X-Amz-Expires", "900"),
        ("X-Amz-SignedHeaders", "host"),
    ]
    if session_token:
        query.append(("X-Amz-Security-Token", session_token))
    text = urlencode(query, quote_via=quote, safe="-_.~")
    canonical = urlencode(sorted(parse_qsl(text)), quote_via=quote, safe="-_.~")
    nothing = hashlib.sha256().hexdigest()
    request = f"GET\n/\n{canonical}\nhost:{CACHE}\n\nhost\n{nothing}"
    to_sign = "\n".join(
        ["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(request.encode()).hexdigest()]
    )
    key = f"AWS4{SECRET}".encode()
    for part in (day, REGION, "elasticache", "aws4_request", to_sign):
        key = hmac.digest(key, part.encode(), "sha256")
    return f"{CACHE}/?{text}&X-Amz-Signature={key.hex()}"
