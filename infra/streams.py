"""The three Kinesis streams, the dead-letter queue, and the mappings from streams to functions."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration
from aws_cdk.aws_kinesis import Stream, StreamConsumer, StreamEncryption, StreamMode
from aws_cdk.aws_lambda import Function, StartingPosition
from aws_cdk.aws_lambda_event_sources import (
    KinesisConsumerEventSource,
    KinesisEventSource,
    SqsDlq,
)
from aws_cdk.aws_sqs import Queue, QueueEncryption
from constructs import Construct

from infra.checks import accept
from infra.settings import Settings

RETRY_ATTEMPTS = 8
"""Lambda waits about 1, 2, 4 seconds and so on before them, each time twice as long, together about
255 s; on AWS eight invocations were seen within 60 s, so that it may be half as long. A Redis that
fails over is away for a minute or two, and that must not cost a record. Each attempt more doubles
what a poisoned record costs all others of its lane: 255 s, and up to 11 s until it stands alone.
"""
MAX_RECORD_AGE = Duration.hours(1)
"""Older than this, a heart rate helps nobody choose a song."""


@dataclass(frozen=True)
class Streams:
    heart_rate: Stream
    averages: Stream
    requests: Stream
    dead_letters: Queue


def create_streams(scope: Construct, settings: Settings) -> Streams:
    """Creates the streams and the queue for records that no function could take."""
    return Streams(
        heart_rate=_stream(scope, "heart-rate", settings.heart_rate_shards, settings),
        averages=_stream(scope, "average-heart-rate", settings.averages_shards, settings),
        requests=_stream(scope, "song-requests", settings.requests_shards, settings),
        dead_letters=_dead_letters(scope, settings),
    )


def feed(
    function: Function,
    stream: Stream,
    dead_letters: Queue,
    *,
    batch_size: int,
    parallelization_factor: int = 1,
    window: Duration | None = None,
    fan_out: bool,
) -> None:
    """Feeds `stream` to `function`; records of one partition key stay in order. It waits for a
    whole batch as long as `window` at most.

    With `fan_out` the function is a consumer of its own, which Kinesis pushes to, instead of one
    that asks each shard once a second. A failed batch is cut in two until the record at fault
    stands alone, and each part begins with all its retries. After these, or an hour, the queue is
    told where it lies, and the shard goes on.
    """
    options: dict[str, Any] = {
        "starting_position": StartingPosition.TRIM_HORIZON,  # nothing is lost by a deployment
        "batch_size": batch_size,
        "parallelization_factor": parallelization_factor,
        "max_batching_window": window,
        "bisect_batch_on_error": True,
        "retry_attempts": RETRY_ATTEMPTS,
        "max_record_age": MAX_RECORD_AGE,
        "report_batch_item_failures": True,
        "on_failure": SqsDlq(dead_letters),
    }
    if fan_out:
        name = f"{function.node.id}-consumer"
        consumer = StreamConsumer(stream, name, stream=stream, stream_consumer_name=name)
        function.add_event_source(KinesisConsumerEventSource(consumer, **options))
    else:
        function.add_event_source(KinesisEventSource(stream, **options))


def _stream(scope: Construct, name: str, shards: int, settings: Settings) -> Stream:
    return Stream(
        scope,
        name,
        stream_mode=StreamMode.PROVISIONED,
        shard_count=shards,
        retention_period=Duration.hours(24),
        encryption=StreamEncryption.MANAGED,
        removal_policy=settings.removal,
    )


def _dead_letters(scope: Construct, settings: Settings) -> Queue:
    queue = Queue(
        scope,
        "dead-letters",
        encryption=QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(14),
        removal_policy=settings.removal,
    )
    accept(queue, "SQS3", "This queue is itself where failed records end.")
    return queue
