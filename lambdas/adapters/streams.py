"""Writing to Kinesis: whole batches, with what was throttled tried again."""

from collections.abc import Sequence
from random import uniform
from time import sleep
from typing import Any

from lambdas.adapters import clients

MAX_RECORDS = 500
ATTEMPTS = 6

Entry = dict[str, Any]


def entry(key: str, data: bytes, hash_key: str | None = None) -> Entry:
    """A record; `hash_key` places it on a shard instead of the MD5 of its key."""
    record = {"PartitionKey": key, "Data": data}
    return record if hash_key is None else {**record, "ExplicitHashKey": hash_key}


def put(stream: str, records: Sequence[Entry]) -> None:
    """Put records, in order for each key as long as nothing is throttled.

    What the stream refuses is tried again with full jitter; raises RuntimeError when some of it
    is refused to the end.
    """
    for start in range(0, len(records), MAX_RECORDS):
        entries: Any = records[start : start + MAX_RECORDS]
        for attempt in range(ATTEMPTS):
            answer = clients.kinesis().put_records(StreamName=stream, Records=entries)
            if answer["FailedRecordCount"] == 0:
                break
            entries = [
                one
                for one, result in zip(entries, answer["Records"], strict=True)
                if "ErrorCode" in result
            ]
            sleep(uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter
        else:
            raise RuntimeError(
                f"{len(entries)} records were refused by the stream {stream} {ATTEMPTS} times: "
                "add shards or wait until it takes more."
            )
