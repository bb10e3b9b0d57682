"""The lake: rows go to Firehose, which writes them into files by the day on which they came.

Firehose counts each record as 5 KB or more and takes several JSON objects in one, so rows travel
together.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from random import uniform
from time import sleep
from typing import Any

from msgspec import Struct

from events.lake import Row, encode
from events.stream import Average
from lambdas.adapters import clients, environment
from lambdas.domain.lake import average_row, play_row
from lambdas.domain.played import Ending, Played

MAX_RECORDS, MAX_BYTES = 500, 4 << 20
"""What one call of PutRecordBatch takes."""
RECORD_BYTES = 100 << 10
"""Of rows that travel together: what AWS rounds up is then one part in forty."""
ATTEMPTS = 6

Over = tuple[str, Ending, Played, int]
"""A play that is over: whose, how it ended, what is kept of it, and when, on the clock."""


class Averages(Struct, frozen=True):
    """Where averages are delivered, and the secret that holds the key of people's ids."""

    averages_delivery: str
    lake_key: str


class Plays(Struct, frozen=True):
    """The same for plays; without it the stage has no lake."""

    plays_delivery: str = ""
    lake_key: str = ""


class RefusedError(RuntimeError):
    """Firehose refused records again and again."""


def is_on() -> bool:
    """Whether plays are delivered."""
    return bool(environment.read(Plays).plays_delivery)


def deliver_averages(averages: Iterable[Average]) -> int:
    """Deliver averages; how many. Raises RefusedError and botocore's errors."""
    to = environment.read(Averages)
    key = _key(to.lake_key)
    rows = [average_row(average, key) for average in averages]
    _put(to.averages_delivery, rows, ATTEMPTS)
    return len(rows)


def deliver_plays(plays: Sequence[Over]) -> None:
    """Deliver plays, if there are any, in the one moment that somebody else's song may wait.

    Raises RefusedError, struct.error and botocore's errors.
    """
    if not plays:
        return
    to = environment.read(Plays)
    key = _key(to.lake_key)
    rows = [play_row(*play, key) for play in plays]
    _put(to.plays_delivery, rows, attempts=1)


@cache
def _key(secret: str) -> bytes:
    return clients.hasty_secrets().get_secret_value(SecretId=secret)["SecretString"].encode()


def _put(to: str, rows: Iterable[Row], attempts: int) -> None:
    """Put rows; what Firehose does not take of a call is tried again with full jitter.

    With one attempt, also the call has no time to lose.
    """
    if attempts == 1:  # noqa: SIM108 - a test reads from assignments who calls what
        firehose = clients.hasty_firehose()
    else:
        firehose = clients.firehose()
    for call in _calls(_records(rows)):
        records: Any = call
        for attempt in range(attempts):
            answer = firehose.put_record_batch(DeliveryStreamName=to, Records=records)
            if answer["FailedPutCount"] == 0:
                break
            results = zip(records, answer["RequestResponses"], strict=True)
            records = [record for record, result in results if "ErrorCode" in result]
            if attempt + 1 < attempts:
                sleep(uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter
        else:
            raise RefusedError(
                f"{len(records)} records were refused by {to} {attempts} times: it takes no more "
                "at the moment."
            )


def _records(rows: Iterable[Row]) -> Iterator[bytes]:
    """Rows one after another, as many as travel together."""
    record = bytearray()
    for row in map(encode, rows):
        if record and len(record) + len(row) > RECORD_BYTES:
            yield bytes(record)
            record.clear()
        record += row
    if record:
        yield bytes(record)


def _calls(records: Iterable[bytes]) -> Iterator[list[dict[str, bytes]]]:
    """As many as one call takes."""
    call: list[dict[str, bytes]] = []
    size = 0
    for record in records:
        if call and (len(call) == MAX_RECORDS or size + len(record) > MAX_BYTES):
            yield call
            call, size = [], 0
        call.append({"Data": record})
        size += len(record)
    if call:
        yield call
