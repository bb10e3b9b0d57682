"""Writing to Kinesis: whole batches, with what was throttled tried again."""

from collections.abc import Sequence
from random import uniform
from time import sleep

from lambdas.adapters import clients

MAX_RECORDS = 500
ATTEMPTS = 6


def put(stream: str, records: Sequence[tuple[str, bytes]]) -> None:
    """Put (partition key, data) pairs, in order for each key as long as nothing is throttled.

    What the stream refuses is tried again with full jitter; raises RuntimeError when some of it
    is refused to the end.
    """
    for start in range(0, len(records), MAX_RECORDS):
        entries = [
            {"PartitionKey": key, "Data": data}
            for key, data in records[start : start + MAX_RECORDS]
        ]
        for attempt in range(ATTEMPTS):
            answer = clients.kinesis().put_records(StreamName=stream, Records=entries)  # type: ignore[arg-type]  # stubs want their TypedDict
            if answer["FailedRecordCount"] == 0:
                break
            entries = [
                entry
                for entry, result in zip(entries, answer["Records"], strict=True)
                if "ErrorCode" in result
            ]
            sleep(uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter
        else:
            raise RuntimeError(
                f"{len(entries)} records were refused by the stream {stream} {ATTEMPTS} times: "
                "add shards or wait until it takes more."
            )
