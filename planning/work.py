"""How long functions work for what comes to them: what was measured, and what is assumed."""

from lambdas.adapters import clients, statements
from planning.template import Reader, Settings

AVERAGE_CPU_US, SAMPLE_CPU_US = 15.0, 6.0
"""A record through `average`, Redis client included, and each of its samples: the line through
about 21 with one sample and 45 with five, by `tempofit bench average`; to within a fifth. More
samples than five were not measured."""
MARK_CPU_US = 45.0
"""A song end that `schedule` reads in a batch of 100, boto3 included."""
PUT_CPU_US = 35.0
"""A record in a PutRecords call of 16."""
# Both were measured by processor time in one process, against canned answers of AWS, on a shared
# machine: to within a third.
REQUEST_CPU_US = 1_580.0
"""A song request in a batch of `recommend`: 1,300 in a batch of 50, by `tempofit bench growth` on a
quiet machine, and 280 for the push, which it leaves out."""

DYNAMODB_SECONDS, KINESIS_SECONDS, PUSH_SECONDS, REDIS_SECONDS = 0.005, 0.015, 0.020, 0.001
"""A round trip from a function. Assumed: AWS promises "single-digit milliseconds" for DynamoDB
and less than one for ElastiCache, and names no figure for PutRecords and @connections."""
INVOKE_SECONDS = 0.002
"""What an invocation takes besides its records. Assumed."""
SOCKET_SECONDS = {
    "authorize": 0.010,
    "connect": 0.005,
    "disconnect": 0.005,
    "start": 0.040,
    "workout": 0.030,
}
"""Duration of a warm invocation behind the WebSocket. Assumed."""
LOG_BYTES = 1_000
"""Of one invocation: Lambda's own three lines, and one of metrics. Assumed."""


def ask_seconds(settings: Settings) -> float:
    """What `schedule` takes to ask for one song, once it has read that it is due."""
    return seconds(settings.readers["schedule"], PUT_CPU_US)


def answer_seconds(settings: Settings) -> float:
    """What one more request in a batch of `recommend` takes, which writes and pushes by many."""
    # Two statements: the song end, and the play of the song before it.
    waiting = 2 * DYNAMODB_SECONDS / statements.BATCH + PUSH_SECONDS / clients.PUSHES_AT_ONCE
    return seconds(settings.readers["recommend"], REQUEST_CPU_US) + waiting


def batch_seconds() -> float:
    """What a batch of `recommend` takes besides: each store is read once and written once."""
    return INVOKE_SECONDS + 2 * REDIS_SECONDS + 2 * DYNAMODB_SECONDS + PUSH_SECONDS


def seconds(reader: Reader, microseconds: float) -> float:
    """Processor time measured on a whole core, in a function of this memory."""
    return microseconds / 1e6 / reader.cpu
