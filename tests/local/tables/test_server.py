"""The tables over HTTP, besides what boto3 has them answer in other tests."""

import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from msgspec import json

from local.processes import free_port
from local.project import PROJECT
from local.tables.server import Config, application


@pytest.mark.parametrize(
    ("target", "body", "code"),
    [
        ("DynamoDB_20120810.CreateBackup", "{}", "service#UnknownOperationException"),
        ("", "{}", "service#UnknownOperationException"),
        ("DynamoDB_20120810.ListTables", "tables", "service#SerializationException"),
        (
            "DynamoDB_20120810.PutItem",
            '{"TableName": "a", "Item": {"b": ' + '{"L": [' * 5_000 + "]}" * 5_000 + "}}",
            "service#SerializationException",
        ),
        ("DynamoDB_20120810.ListTables", '{"Limit": 0}', "service#ValidationException"),
        (
            "DynamoDB_20120810.DescribeTable",
            '{"TableName": "nobody"}',
            "v20120810#ResourceNotFoundException",
        ),
    ],
)
async def test_a_refusal_is_told_as_aws_tells_it(
    tmp_path: Path, target: str, body: str, code: str
) -> None:
    server = TestServer(
        application(Config("127.0.0.1", port := free_port(), str(tmp_path))), port=port
    )
    async with TestClient(server) as client:
        answer = await client.post("/", data=body, headers={"X-Amz-Target": target})
        told = await answer.json(content_type="application/x-amz-json-1.0")
        assert (answer.status, told["__type"].rpartition(".")[2]) == (400, code)
        assert told["message"]


async def test_another_page_gets_nothing(tmp_path: Path) -> None:
    server = TestServer(
        application(Config("127.0.0.1", port := free_port(), str(tmp_path))), port=port
    )
    async with TestClient(server) as client:
        headers = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Origin": "http://evil.example"}
        answer: aiohttp.ClientResponse = await client.post("/", data="{}", headers=headers)
        assert answer.status == 403


def test_a_folder_that_cannot_be_used_is_said_in_a_sentence(tmp_path: Path) -> None:
    directory = tmp_path / "tables"
    directory.write_text("a file")
    path = tmp_path / "tables.json"
    path.write_bytes(json.encode(Config("127.0.0.1", free_port(), str(directory))))
    ended = subprocess.run(
        [sys.executable, "-m", "local.tables.server", str(path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"The tables in {directory} cannot be opened: ")
