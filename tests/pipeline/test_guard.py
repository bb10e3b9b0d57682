"""What a page of somebody else, open in a developer's browser, gets from the local cloud: nothing.

Requests are written byte by byte, as browsers, and what is worse than browsers, would send them.
"""

import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import boto3
import psutil
import pytest
from redis import Redis

from local.launcher import Cloud

JSON = "application/x-amz-json-1.0"
EVIL = "http://evil.example"
UPGRADE = (
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
)


@dataclass(frozen=True)
class Request:
    """One request to a part, as it stands on the line."""

    address: str
    """Host and port of the part."""
    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    version: str = "1.1"
    hosts: tuple[str, ...] | None = None
    """What Host says, each in a line; the address unless given."""

    def but(self, **changes: Any) -> "Request":
        return replace(self, **changes)

    def also(self, *headers: tuple[str, str]) -> "Request":
        return replace(self, headers=(*self.headers, *headers))

    def written(self) -> bytes:
        hosts = (self.address,) if self.hosts is None else self.hosts
        lines = [f"{self.method} {self.target} HTTP/{self.version}"]
        lines += [f"Host: {host}" for host in hosts]
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines += [f"Content-Length: {len(self.body)}"] if self.body else []
        return "\r\n".join([*lines, "", self.body]).encode("latin-1")


@dataclass(frozen=True)
class Answer:
    status: int
    head: str
    body: str


def ask(request: Request) -> Answer:
    host, _, port = request.address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(request.written())
        with line.makefile("rb") as answer:
            head = b"".join(iter(answer.readline, b"\r\n")).decode("latin-1")
            length = re.search(r"(?i)content-length: (\d+)", head)
            body = answer.read(int(length[1]) if length else 0).decode()
    return Answer(int(head.split()[1]), head, body)


def call(url: str, target: str, body: str = "{}") -> Request:
    headers = (("Content-Type", JSON), ("X-Amz-Target", target))
    return Request(urlsplit(url).netloc, "POST", "/", headers, body)


def page(cloud: Cloud) -> Request:
    return Request(urlsplit(cloud.addresses.page_url).netloc, "GET", "/token?user=athlete-001")


def websocket(cloud: Cloud) -> Request:
    address = cloud.addresses.token_url + "?user=nobody"
    with urlopen(address) as answer:
        token = json.load(answer)["access_token"]
    url = urlsplit(cloud.addresses.websocket_url)
    return Request(url.netloc, "GET", f"{url.path}?token={token}", UPGRADE)


def management(cloud: Cloud) -> Request:
    url = urlsplit(cloud.addresses.management_url)
    return Request(url.netloc, "POST", f"{url.path}/@connections/L0SM9cOFvHcCIhw=", body="hello")


def streams(cloud: Cloud) -> Request:
    return call(cloud.addresses.kinesis_url, "Kinesis_20131202.ListStreams")


def status(cloud: Cloud) -> Request:
    return Request(urlsplit(cloud.addresses.kinesis_url).netloc, "GET", "/_status")


def tables(cloud: Cloud) -> Request:
    return call(cloud.addresses.dynamodb_url, "DynamoDB_20120810.ListTables")


def queues(cloud: Cloud) -> Request:
    return call(cloud.addresses.sqs_url, "AmazonSQS.ListQueues")


PARTS: dict[Callable[[Cloud], Request], int] = {
    page: 200,
    websocket: 101,
    management: 410,
    streams: 200,
    status: 200,
    tables: 200,
    queues: 200,
}
"""What each part answers to whom it should answer."""


def other_port(request: Request) -> str:
    return f"127.0.0.1:{int(request.address.rpartition(':')[2]) % 60_000 + 1}"


ATTACKS: dict[str, Callable[[Request], Request]] = {
    "DNS rebinding": lambda it: it.but(hosts=(it.address.replace("127.0.0.1", "evil.example"),)),
    "a host that begins like ours": lambda it: it.but(hosts=(f"{it.address}.evil.example",)),
    "no port": lambda it: it.but(hosts=("127.0.0.1",)),
    "another port": lambda it: it.but(hosts=(other_port(it),)),
    "an empty host": lambda it: it.but(hosts=("",)),
    "no host": lambda it: it.but(hosts=(), version="1.0"),
    "an evil absolute target": lambda it: it.but(target=EVIL + it.target),
    "our own absolute target": lambda it: it.but(target=f"http://{it.address}{it.target}"),
    "an evil origin": lambda it: it.also(("Origin", EVIL)),
    "no nameable origin": lambda it: it.also(("Origin", "null")),
    "an empty origin": lambda it: it.also(("Origin", "")),
    "another page of this machine": lambda it: it.also(("Origin", f"http://{other_port(it)}")),
    "our name by another scheme": lambda it: it.also(("Origin", f"https://{it.address}")),
    "an evil origin second": lambda it: it.also(
        ("Origin", f"http://{it.address}"), ("Origin", EVIL)
    ),
    "a simple request": lambda it: it.but(method="POST", headers=()).also(
        ("Origin", EVIL), ("Content-Type", "text/plain"), ("Sec-Fetch-Mode", "no-cors")
    ),
    "a request without an origin": lambda it: it.also(
        ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors")
    ),
    "a request from another port": lambda it: it.also(
        ("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Mode", "no-cors")
    ),
    "a preflight": lambda it: it.but(method="OPTIONS", headers=(), body="").also(
        ("Origin", EVIL),
        ("Access-Control-Request-Method", it.method),
        ("Access-Control-Request-Headers", "content-type,x-amz-target"),
        ("Access-Control-Request-Private-Network", "true"),
    ),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_no_part_answers_another_page_or_another_name(
    cloud: Cloud, part: Callable[[Cloud], Request], attack: Callable[[Request], Request]
) -> None:
    answer = ask(attack(part(cloud)))
    assert (answer.status, answer.body[:19]) == (403, "This server answers")
    assert "access-control-" not in answer.head.lower()


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_a_request_with_two_hosts_is_no_request(
    cloud: Cloud, part: Callable[[Cloud], Request]
) -> None:
    request = part(cloud)
    for hosts in permutations((request.address, "evil.example")):
        answer = ask(request.but(hosts=hosts))
        assert (answer.status, "Duplicate 'Host'" in answer.body) == (400, True)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LocalHost"])
@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_every_part_answers_programs_by_every_name_of_this_machine(
    cloud: Cloud, part: Callable[[Cloud], Request], name: str
) -> None:
    request = part(cloud)
    host = request.address.replace("127.0.0.1", name)
    assert ask(request.but(hosts=(host,))).status == PARTS[part]


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_the_page_itself_gets_its_token_and_connects(cloud: Cloud, name: str) -> None:
    own = (
        "Origin",
        f"http://{urlsplit(cloud.addresses.page_url).netloc}".replace("127.0.0.1", name),
    )
    assert ask(page(cloud).also(own, ("Sec-Fetch-Site", "same-origin"))).status == 200
    assert ask(websocket(cloud).also(own, ("Sec-Fetch-Site", "same-site"))).status == 101


def test_a_link_on_another_page_opens_the_page(cloud: Cloud) -> None:
    followed = (("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"))
    answer = ask(page(cloud).but(target="/").also(*followed))
    assert (answer.status, "<title>TempoFit" in answer.body) == (200, True)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_ministack/reset"),
        ("POST", "/_ministack/config"),
        ("GET", "/_ministack/health"),
        ("GET", "/_localstack/health"),
        ("GET", "/_localstack/init"),
        ("GET", "/_aws/sqs/messages"),
        ("PUT", "/bucket"),
        ("POST", "//_ministack/reset"),
        ("POST", "/%5Fministack/reset"),
        ("POST", "/./_ministack/reset"),
        ("GET", "/"),
    ],
)
def test_nothing_of_ministack_is_open_but_queues(cloud: Cloud, method: str, path: str) -> None:
    before = ask(queues(cloud)).body
    answer = ask(queues(cloud).but(method=method, target=path, body=""))
    assert answer.status in {404, 405}
    assert ask(queues(cloud)).body == before
    assert urlsplit(cloud.addresses.dead_letters_queue_url).path in before


@pytest.mark.parametrize(
    "target",
    ["", "AmazonSSM.PutParameter", "secretsmanager.CreateSecret", "DynamoDB_20120810.ListTables"],
)
def test_no_other_service_of_ministack_is_open(cloud: Cloud, target: str) -> None:
    answer = ask(call(cloud.addresses.sqs_url, target))
    assert (answer.status, "X-Amz-Target" in answer.body) == (404, True)


def test_boto3_and_whoever_takes_an_endpoint_url_works_by_the_name_localhost(cloud: Cloud) -> None:
    addresses = cloud.addresses
    with client("dynamodb", addresses.dynamodb_url) as dynamodb:
        assert addresses.songs_table in dynamodb.list_tables()["TableNames"]
    with client("kinesis", addresses.kinesis_url) as kinesis:
        assert addresses.heart_rate_stream in kinesis.list_streams()["StreamNames"]
    with client("sqs", addresses.sqs_url) as sqs:
        own = {"QueueUrl": sqs.create_queue(QueueName="of-this-test")["QueueUrl"]}
        sqs.send_message(**own, MessageBody="zażółć")
        (message,) = sqs.receive_message(**own)["Messages"]
        assert message["Body"] == "zażółć"
        sqs.delete_queue(**own)


@contextmanager
def client(service: Any, url: str) -> Iterator[Any]:
    made = boto3.client(service, endpoint_url=url.replace("127.0.0.1", "localhost"))
    try:
        yield made
    finally:
        made.close()


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_a_line_that_cannot_be_read_is_in_no_log_as_it_may_hold_a_token(
    cloud: Cloud, part: Callable[[Cloud], Request]
) -> None:
    request = part(cloud)
    for bad in (
        request.but(target="/dev?token=of-this-test and a space"),
        request.but(target="http://[?token=of-this-test"),
        request.also(("Authori\0zation", "of-this-test")),
        request.also(("Cookie", "of-this-test" + "a" * 9_000)),
    ):
        assert ask(bad).status == 400
    logs = [log.read_text() for log in cloud.logs.iterdir()]
    assert logs
    assert not [log for log in logs if "of-this-test" in log]


def test_redis_hangs_up_on_a_browser_and_does_nothing_it_was_sent(cloud: Cloud) -> None:
    url = urlsplit(cloud.addresses.redis_url)
    with Redis.from_url(cloud.addresses.redis_url) as redis:
        redis.set("of-this-test", "here", ex=60)
        post = Request(f"{url.hostname}:{url.port}", "POST", "/", body="\r\nDEL of-this-test\r\n")
        with socket.create_connection((url.hostname or "", url.port or 0), timeout=20) as line:
            line.sendall(post.written())
            assert b"PONG" not in b"".join(iter(lambda: line.recv(4096), b""))
        assert redis.get("of-this-test") == b"here"


def test_no_port_is_open_but_those_of_the_guarded_parts_and_redis(cloud: Cloud) -> None:
    addresses = cloud.addresses
    urls = [
        *(addresses.page_url, addresses.websocket_url, addresses.kinesis_url),
        *(addresses.dynamodb_url, addresses.sqs_url, addresses.redis_url),
    ]
    processes = [psutil.Process(part.process.pid) for part in cloud.parts]
    processes += [child for each in processes for child in each.children(recursive=True)]
    open_ports = {
        one.laddr.port
        for process in processes
        for one in process.net_connections(kind="inet")
        if one.status == psutil.CONN_LISTEN
    }
    assert open_ports <= {urlsplit(url).port for url in urls}
