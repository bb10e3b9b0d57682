"""Firehose and its files on this machine: what is taken, what is refused, and where it is found."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError
from msgspec import json as wire
from msgspec import structs

from events.lake import TABLES, columns
from local.lake.delivery import Buffer, evaluated
from local.lake.rows import RowError, rows_of
from local.lake.server import Config
from local.processes import free_port
from local.template.stack import Delivery
from tests.local.processes import client, part_process, wait_for

COLUMNS = {"name": "string", "count": "bigint", "share": "double", "is_so": "boolean"}
DELIVERY = Delivery(
    "lake-plays",
    "plays/day=!{timestamp:yyyy-MM-dd}/",
    "errors/plays/!{firehose:error-output-type}/day=!{timestamp:yyyy-MM-dd}/",
    COLUMNS,
    buffer_seconds=900,
    buffer_bytes=1_000_000,
)
AT = datetime(2026, 11, 30, 23, 59, 58, tzinfo=UTC).timestamp()
EMPTY = b'{"DeliveryStreamName":"lake-plays","Records":[]}'
ROW = b'{"name":"a","count":3,"share":0.5,"is_so":true}'


def test_objects_that_stand_one_after_another_are_rows() -> None:
    assert rows_of(ROW + b'\n {"name":null,"share":2}' + ROW, COLUMNS) == [
        {"name": "a", "count": 3, "share": 0.5, "is_so": True},
        {"name": None, "count": None, "share": 2.0, "is_so": None},
        {"name": "a", "count": 3, "share": 0.5, "is_so": True},
    ]


def test_what_no_column_is_for_is_left_out() -> None:
    assert rows_of(b'{"count":3.0,"user":"ann"}', {"count": "bigint"}) == [{"count": 3}]


@pytest.mark.parametrize(
    ("record", "says"),
    [
        (b"[1]", "list and no object"),
        (b'[{"name":"a"}]', "list and no object"),
        (b'{"name":1}', "'name' is 1, which is no string"),
        (b'{"count":1.5}', "'count' is 1.5, which is no bigint"),
        (b'{"count":true}', "no bigint"),
        (b'{"count":1e999}', "no bigint"),
        (b'{"share":"much"}', "no double"),
        (b'{"share":{}}', "no double"),
        (b'{"is_so":1}', "no boolean"),
        (ROW + b'{"name":', "no JSON"),
        (b"  ", "empty"),
        (b"\xff", "decode"),
    ],
)
def test_a_record_that_is_no_row_says_why(record: bytes, says: str) -> None:
    with pytest.raises(RowError, match=says):
        rows_of(record, COLUMNS)


def test_a_file_lies_in_the_day_of_its_oldest_record_and_can_be_read(tmp_path: Path) -> None:
    buffer = Buffer(DELIVERY, tmp_path, 60)
    buffer.add([ROW, ROW + ROW], AT)
    buffer.add([ROW], AT + 10)
    (path,) = buffer.write(buffer.take())
    assert path.parent == tmp_path / "plays" / "day=2026-11-30"
    assert path.name.startswith("lake-plays-1-2026-11-30-23-59-58-")
    table = pq.ParquetFile(path).read()
    assert {field.name: str(field.type) for field in table.schema} == {
        "name": "string",
        "count": "int64",
        "share": "double",
        "is_so": "bool",
    }
    assert table.to_pylist() == [{"name": "a", "count": 3, "share": 0.5, "is_so": True}] * 4
    assert not buffer.is_due(AT + 10_000), "nothing waits any more"


def test_what_is_no_row_goes_to_the_errors_and_the_rest_goes_on(tmp_path: Path) -> None:
    buffer = Buffer(DELIVERY, tmp_path, 60)
    buffer.add([ROW, ROW + b'{"count":"many"}'], AT)
    good, bad = buffer.write(buffer.take())
    assert pq.ParquetFile(good).read().num_rows == 1
    errors = "errors/plays/format-conversion-failed/day=2026-11-30"
    assert bad.parent == tmp_path / errors
    (line,) = bad.read_text().splitlines()
    said = json.loads(line)
    assert said["lastErrorCode"] == "DataFormatConversion.MalformedData"
    assert "'count' is 'many'" in said["lastErrorMessage"]
    assert said["arrivalTimestamp"] == AT * 1000


def test_it_is_time_when_enough_waits_or_the_oldest_has_waited_long_enough(tmp_path: Path) -> None:
    buffer = Buffer(structs.replace(DELIVERY, buffer_bytes=2 * len(ROW)), tmp_path, 60)
    assert not buffer.is_due(AT)
    buffer.add([ROW], AT)
    assert not buffer.is_due(AT + 59)
    assert buffer.is_due(AT + 60)
    buffer.add([ROW], AT + 1)
    assert buffer.is_due(AT + 2)


def test_an_expression_that_is_not_known_is_no_folder() -> None:
    at = datetime.fromtimestamp(AT, UTC)
    with pytest.raises(ValueError, match=r"!\{timestamp:HH\}"):
        evaluated("plays/hour=!{timestamp:HH}/", at)


@contextmanager
def lake(folder: Path, seconds: float = 0.1) -> Iterator[int]:
    """The part as a process; its port."""
    port = free_port()
    deliveries = [
        structs.replace(DELIVERY, name=f"lake-{name}", columns=columns(row), prefix=f"{name}/")
        for name, row in TABLES.items()
    ]
    kept = str(folder / "lake"), deliveries, "lake-key", str(folder / "lake-key")
    config = Config("127.0.0.1", port, *kept, seconds)
    with part_process("local.lake.server", wire.encode(config), folder):
        yield port


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with lake(tmp_path) as port:
        yield port


@pytest.fixture
def firehose(port: int) -> Iterator[Any]:
    with client("firehose", port) as firehose:
        yield firehose


def put(firehose: Any, *records: bytes, name: str = "lake-averages") -> Any:
    batch = [{"Data": record} for record in records]
    return firehose.put_record_batch(DeliveryStreamName=name, Records=batch)


def test_what_is_put_is_a_file_soon(firehose: Any, tmp_path: Path) -> None:
    answer = put(firehose, b'{"person":"a","at_ms":1}', b'{"person":"b","at_ms":2}')
    assert answer["FailedPutCount"] == 0
    assert len({one["RecordId"] for one in answer["RequestResponses"]}) == 2
    wait_for(lambda: list((tmp_path / "lake" / "averages").glob("*.parquet")))
    (path,) = (tmp_path / "lake" / "averages").glob("*.parquet")
    assert pq.ParquetFile(path).read(columns=["person", "at_ms"]).to_pylist() == [
        {"person": "a", "at_ms": 1},
        {"person": "b", "at_ms": 2},
    ]


@pytest.mark.parametrize(
    ("records", "name", "code"),
    [
        ([ROW], "elsewhere", "ResourceNotFoundException"),
        ([ROW] * 501, "lake-averages", "ValidationException"),
        ([b"x" * (1_000 * 1_024 + 1)], "lake-averages", "ValidationException"),
        ([b"x" * 900_000] * 5, "lake-averages", "InvalidArgumentException"),
    ],
)
def test_what_firehose_refuses_is_refused(
    records: list[bytes], name: str, code: str, firehose: Any, tmp_path: Path
) -> None:
    with pytest.raises(ClientError) as caught:
        put(firehose, *records, name=name)
    assert caught.value.response["Error"]["Code"] == code
    assert not list(tmp_path.glob("lake/*"))


def test_what_waits_is_written_at_the_end(tmp_path: Path) -> None:
    with lake(tmp_path, seconds=600) as port, client("firehose", port) as firehose:
        put(firehose, b'{"person":"a"}')
        assert not list(tmp_path.glob("lake/*"))
    assert len(list(tmp_path.glob("lake/averages/*.parquet"))) == 1


def test_the_key_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    keys = []
    for _ in range(2):
        with ExitStack() as held:
            port = held.enter_context(lake(tmp_path))
            secrets = held.enter_context(client("secretsmanager", port))
            keys.append(secrets.get_secret_value(SecretId="lake-key")["SecretString"])
            with pytest.raises(ClientError, match="ResourceNotFoundException"):
                secrets.get_secret_value(SecretId="another")
    assert keys[0] == keys[1]
    assert len(keys[0]) == 64
    assert (tmp_path / "lake-key").stat().st_mode & 0o777 == 0o600


def test_other_pages_and_other_calls_are_refused(port: int) -> None:
    url = f"http://127.0.0.1:{port}/"
    asked = {"X-Amz-Target": "secretsmanager.GetSecretValue"}
    assert posted(url, b"{}", **asked, Origin="http://evil.test")[0] == 403
    for target, body, name in (
        ("Firehose_20150804.DeleteDeliveryStream", b"{}", "UnknownOperationException"),
        ("secretsmanager.GetSecretValue", b"{}", "ValidationException"),
        ("secretsmanager.GetSecretValue", b"{", "SerializationException"),
        ("Firehose_20150804.PutRecordBatch", EMPTY, "ValidationException"),
    ):
        status, answer = posted(url, body, **{"X-Amz-Target": target})
        assert (status, json.loads(answer)["__type"]) == (400, name)


def posted(url: str, body: bytes, **headers: str) -> tuple[int, str]:
    """Status and body of the answer to a POST that is refused."""
    with pytest.raises(HTTPError) as caught:
        urlopen(Request(url, body, headers), timeout=5)
    with caught.value as answer:
        return answer.code, answer.read().decode()
