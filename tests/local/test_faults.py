"""A proxy that fails a service as it is told to, and is as if it were not there else."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from subprocess import PIPE, Popen
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from local.faults import clock
from local.faults.answers import partly
from local.faults.proxy import CONTROL, Config, Fault, Kind, Proxy
from local.processes import free_port
from tests.local.waiting import until

HOST = "127.0.0.1"
KINDS: tuple[Kind, Kind] = ("slow", "hanging")


class Service:
    """What stands behind the proxy, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    async def answer(self, request: web.Request) -> web.Response:
        target = request.headers.get("X-Amz-Target", "")
        self.asked.append((request.path, target, await request.text()))
        return web.Response(
            status=418, text=request.headers["Host"], headers={"x-amzn-ErrorType": "Teapot"}
        )


@pytest.fixture
async def service() -> Service:
    return Service()


@pytest.fixture
async def proxy(service: Service) -> AsyncIterator[tuple[Proxy, str]]:
    """A proxy before the service, and its address."""
    behind = web.Application()
    behind.router.add_route("*", "/{path:.*}", service.answer)
    port = free_port()
    async with TestServer(behind) as server:
        proxy = Proxy(Config(HOST, port, f"http://{HOST}:{server.port}"))
        async with TestServer(proxy.application(), port=port):
            yield proxy, f"http://{HOST}:{port}"


@pytest.fixture
def url(proxy: tuple[Proxy, str]) -> str:
    return proxy[1]


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def set_fault(http: aiohttp.ClientSession, url: str, fault: Fault | None) -> None:
    async with http.put(url + CONTROL, data=msgspec.json.encode(fault)) as answer:
        assert answer.status == 200


async def post(http: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    headers = {"X-Amz-Target": "Store.Put"}
    async with http.post(url + "/dev/@connections/a%3D", data=b"body", headers=headers) as answer:
        return answer.status, answer.headers.get("x-amzn-ErrorType", "")


async def test_without_a_fault_all_passes(
    http: aiohttp.ClientSession, url: str, service: Service
) -> None:
    assert await post(http, url) == (418, "Teapot")
    assert service.asked == [("/dev/@connections/a=", "Store.Put", "body")]


@pytest.mark.parametrize(
    ("kind", "status"), [("failing", 500), ("throttling", 400), ("gone", 410), ("limited", 429)]
)
async def test_what_is_refused_is_not_done(
    http: aiohttp.ClientSession, url: str, service: Service, kind: Any, status: int
) -> None:
    await set_fault(http, url, Fault(kind))
    assert (await post(http, url))[0] == status
    assert service.asked == []


@pytest.mark.parametrize(("kind", "times"), [("cut", 0), ("lost", 1)])
async def test_a_connection_is_cut_before_or_after_it_is_done(
    http: aiohttp.ClientSession, url: str, service: Service, kind: Any, times: int
) -> None:
    await set_fault(http, url, Fault(kind))
    with pytest.raises(aiohttp.ClientError):
        await post(http, url)
    assert len(service.asked) == times


async def test_what_is_held_up_goes_its_way_when_the_fault_is_over(
    http: aiohttp.ClientSession, proxy: tuple[Proxy, str], service: Service
) -> None:
    held, url = proxy
    answers: list[Any] = []
    for kind in KINDS:
        await set_fault(http, url, Fault(kind, seconds=3600))
        call = asyncio.create_task(post(http, url))
        await until(lambda: held.held == 1)
        assert len(service.asked) == len(answers)
        await set_fault(http, url, None)
        answers += await asyncio.gather(call, return_exceptions=True)
    assert answers[0] == (418, "Teapot")
    assert isinstance(answers[1], aiohttp.ClientError)
    assert len(service.asked) == 1


async def test_a_share_of_the_calls_fails(
    http: aiohttp.ClientSession, url: str, service: Service
) -> None:
    await set_fault(http, url, Fault("failing", share=0.5, seed=3))
    statuses = [(await post(http, url))[0] for _ in range(40)]
    assert 10 < statuses.count(500) < 30
    assert len(service.asked) == statuses.count(418)
    await set_fault(http, url, Fault("failing", share=0.5, seed=3))
    assert [(await post(http, url))[0] for _ in range(40)] == statuses


async def test_what_is_no_fault_is_refused(http: aiohttp.ClientSession, url: str) -> None:
    async with http.put(url + CONTROL, data=b'{"kind": "odd"}') as answer:
        assert answer.status == 400


async def test_another_page_gets_nothing(http: aiohttp.ClientSession, url: str) -> None:
    headers = {"Origin": "http://elsewhere.example"}
    async with http.put(url + CONTROL, data=b"null", headers=headers) as answer:
        assert answer.status == 403


KEYS = [{"user_id": {"S": str(number)}} for number in range(20)]


def test_keys_are_answered_or_left() -> None:
    request = {"RequestItems": {"a": {"Keys": KEYS, "ConsistentRead": True}, "b": {"Keys": KEYS}}}
    part = partly("BatchGetItem", request, Random(1))
    assert part is not None
    asked = part.request["RequestItems"]
    found = {table: wanted["Keys"] for table, wanted in asked.items()}
    whole = part.merge({"Responses": found, "UnprocessedKeys": {}})
    for table in ("a", "b"):
        left = whole["UnprocessedKeys"][table]["Keys"]
        assert 0 < len(left) < 20
        assert sorted(map(str, whole["Responses"][table] + left)) == sorted(map(str, KEYS))
    assert whole["UnprocessedKeys"]["a"]["ConsistentRead"] is True


def test_items_are_written_or_left() -> None:
    request = {"RequestItems": {"a": [{"PutRequest": {"Item": key}} for key in KEYS]}}
    part = partly("BatchWriteItem", request, Random(1))
    assert part is not None
    left = part.merge({"UnprocessedItems": {}})["UnprocessedItems"]["a"]
    assert 0 < len(left) < 20
    assert len(part.request["RequestItems"]["a"]) + len(left) == 20


@pytest.mark.parametrize(
    ("operation", "asked", "answered"),
    [
        ("PutRecords", "Records", "Records"),
        ("BatchExecuteStatement", "Statements", "Responses"),
    ],
)
def test_entries_are_answered_in_their_places(operation: str, asked: str, answered: str) -> None:
    part = partly(operation, {"Name": "x", asked: list(range(20))}, Random(1))
    assert part is not None
    done = [{"Done": each} for each in part.request[asked]]
    results = part.merge({answered: done, "FailedRecordCount": 0})[answered]
    assert len(results) == 20
    for place, result in enumerate(results):
        assert result == {"Done": place} or "Error" in result or "ErrorCode" in result
    assert 0 < len(done) < 20


def test_of_one_entry_all_or_nothing_is_done() -> None:
    answers = []
    for seed in range(20):
        part = partly("PutRecords", {"Records": [{}]}, Random(seed))
        assert part is not None
        answers.append(part.merge(part.request and {"Records": [{}], "FailedRecordCount": 0}))
    assert {answer["FailedRecordCount"] for answer in answers} == {0, 1}


def test_a_call_that_has_no_parts_is_throttled() -> None:
    assert partly("GetItem", {}, Random(1)) is None


SAY = "import time\nfor _ in iter(input, ''):\n    print(time.time(), time.time_ns(), flush=True)\n"


def test_a_clock_is_off_by_what_its_file_says_and_right_again(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(clock.SITE)
    file = tmp_path / "clock"
    environment = {"PYTHONPATH": str(tmp_path), clock.VARIABLE: str(file)}
    clock.set_off(file, 0)
    command = [sys.executable, "-c", SAY]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True, env=os.environ | environment) as other:
        assert other.stdin
        assert other.stdout
        for off in (0.0, 90.0, -90.0, 0.0):
            clock.set_off(file, off)
            before = time.time()
            other.stdin.write("now\n")
            other.stdin.flush()
            seconds, nanoseconds = other.stdout.readline().split()
            after = time.time()
            assert before <= float(seconds) - off <= after
            assert before - 1e-3 <= int(nanoseconds) / 1e9 - off <= after + 1e-3
        other.stdin.write("\n")
