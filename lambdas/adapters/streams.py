"""Writing to Kinesis: whole batches, with what was throttled tried again."""

from collections.abc import Iterator, Sequence
from random import uniform
from time import sleep
from typing import TYPE_CHECKING, Any

from lambdas.adapters import clients

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient

MAX_RECORDS, MAX_BYTES = 500, 4_000_000
"""What one call of PutRecords is given."""
ATTEMPTS = 6

Entry = dict[str, Any]


def entry(key: str, data: bytes, hash_key: str | None = None) -> Entry:
    """A record; `hash_key` places it on a shard instead of the MD5 of its key."""
    record = {"PartitionKey": key, "Data": data}
    return record if hash_key is None else {**record, "ExplicitHashKey": hash_key}


class RefusedError(RuntimeError):
    """A stream refused records again and again."""


def put(
    stream: str,
    records: Sequence[Entry],
    *,
    attempts: int = ATTEMPTS,
    kinesis: "KinesisClient | None" = None,
) -> None:
    """Put records, by the function's own client unless one is given.

    They are put in order for each key as long as nothing is throttled. What the stream refuses is
    tried again with full jitter; raises RefusedError when some of it is refused to the end.
    """
    for part in parts(records):
        if kinesis is None:
            kinesis = clients.kinesis()
        entries: Any = part
        for attempt in range(attempts):
            answer = kinesis.put_records(StreamName=stream, Records=entries)
            if answer["FailedRecordCount"] == 0:
                break
            entries = [
                one
                for one, result in zip(entries, answer["Records"], strict=True)
                if "ErrorCode" in result
            ]
            sleep(uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter
        else:
            raise RefusedError(
                f"{len(entries)} records were refused by the stream {stream} {attempts} times: "
                "add shards or wait until it takes more."
            )


def parts(records: Sequence[Entry]) -> Iterator[list[Entry]]:
    """As many as one call of PutRecords takes."""
    part: list[Entry] = []
    size = 0
    for record in records:
        added = len(record["Data"]) + len(record["PartitionKey"])
        if part and (len(part) == MAX_RECORDS or size + added > MAX_BYTES):
            yield part
            part, size = [], 0
        part.append(record)
        size += added
    if part:
        yield part
