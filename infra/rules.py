"""The rules of the alarms: what is too much, for how long, and what it means for people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aws_cdk.aws_cloudwatch import IMetric, TreatMissingData

from infra.api import THROTTLE_RATE
from infra.cache import MAX_ECPU_PER_SECOND, MAX_GIGABYTES
from infra.lake import BUFFER_SECONDS, Lake
from infra.metrics import (
    FIVE_MINUTES,
    HIGHEST,
    KEYS_AWAY,
    MINUTE,
    QUARTER_HOUR,
    TOKENS_REFUSED,
    Hop,
    Watched,
    math,
    of_account,
    of_api,
    of_cache,
    of_delivery,
    of_door,
    of_function,
    of_gateway,
    of_log,
    of_queue,
    of_stream,
    own,
    sample_to_song,
    throttles,
)

OLDEST_RECORD_MS = 10_000
"""LEAD_SECONDS of `schedule`: a record that waits longer makes the next song late."""
SAMPLE_TO_SONG_MS = 5_000
"""LEAD_SECONDS less a client's flush of 5 s: what is left for the way."""
USE_PERCENT = 70
"""Of what shards or the API take; the busiest shard has up to a fifth more than its share."""
SHARD_RECORDS, SHARD_BYTES = 1_000, 1_000_000
"""A second. Kinesis: "Quotas and limits"."""
CACHE_PERCENT = 80
"""Of its CacheUsageLimits."""
LAKE_LATE_SECONDS = 2 * BUFFER_SECONDS
UNDELIVERED, UNDELIVERED_PERCENT = 10, 20
"""Songs of five minutes that nobody took, and their share: people out of the net are fewer."""
ALL_CALLS = "SUM([FILL(messages, 0), FILL(connects, 0)])"

OK = TreatMissingData.NOT_BREACHING
"""For what is counted only while something happens: at night nothing does, and all is well."""
AS_BEFORE = TreatMissingData.IGNORE
"""For what ceases to be reported while it still is so."""
UNKNOWN = TreatMissingData.MISSING
"""For what is reported all the time: silence is neither good nor bad, and the console says so."""


@dataclass(frozen=True)
class Rule:
    """An alarm when `metric` is above `above` in `breaching` of `periods` periods."""

    name: str
    metric: IMetric
    above: float
    page: str
    means: str
    periods: int = 5
    breaching: int = 3
    missing: TreatMissingData = OK


def rules(watched: Watched) -> Iterator[Rule]:
    """Every rule, along the path of a heartbeat."""
    yield Rule(
        "sample-to-song",
        sample_to_song(watched),
        SAMPLE_TO_SONG_MS,
        "sample-to-song",
        "Songs come late: p95 from sample to song is over 5 s.",
    )
    yield Rule(
        "songs-undelivered",
        math(
            f"IF(FILL(untaken, 0) >= {UNDELIVERED}, 100 * FILL(untaken, 0) / pushed, 0)",
            {
                "untaken": own(watched, "recommend", "SongsUndelivered", period=FIVE_MINUTES),
                "pushed": own(watched, "recommend", "SongsPushed", period=FIVE_MINUTES),
            },
            FIVE_MINUTES,
        ),
        UNDELIVERED_PERCENT,
        "songs-undelivered",
        f"Over {UNDELIVERED_PERCENT} % of songs reach no connection, though they are chosen.",
        periods=2,
        breaching=2,
    )
    for hop in watched.hops:
        yield from _hop(hop)
    yield from _functions(watched)
    yield from _dead_letters(watched)
    yield from _door(watched)
    yield _api_limit(watched)
    for name in watched.named_tables:
        yield Rule(
            f"{name}-throttles",
            throttles(watched, name),
            0,
            "dynamodb-throttles",
            f"DynamoDB refuses reads or writes of {name}.",
        )
    if watched.cache_name:
        yield from _cache(watched.cache_name)
    if watched.gateways:
        yield _way_out(watched.gateways)
    if watched.lake:
        yield from _lake(watched, watched.lake)


def _hop(hop: Hop) -> Iterator[Rule]:
    yield Rule(
        f"{hop.function_name}-iterator-age",
        of_function(hop.function, "IteratorAge", HIGHEST),
        OLDEST_RECORD_MS,
        "iterator-age",
        f"{hop.function_name} is more than 10 s behind {hop.stream_name}.",
    )
    yield Rule(
        f"{hop.function_name}-stalled",
        math(
            # Above zero only if records come and nobody is called, filled with zeros or empty.
            "SUM([FILL(records, 0), -1000000000 * FILL(invocations, 0)])",
            {
                "records": of_stream(hop.stream, "IncomingRecords"),
                "invocations": of_function(hop.function, "Invocations"),
            },
        ),
        0,
        "stalled-mapping",
        f"{hop.stream_name} gets records, and nothing calls {hop.function_name}.",
        breaching=5,
    )
    yield Rule(
        f"{hop.stream_name}-write-throttles",
        of_stream(hop.stream, "WriteProvisionedThroughputExceeded"),
        0,
        "write-throttles",
        f"{hop.stream_name} refuses records: a shard is full.",
    )
    seconds = FIVE_MINUTES.to_seconds()
    most_records = hop.shards * SHARD_RECORDS * seconds / 100
    most_bytes = hop.shards * SHARD_BYTES * seconds / 100
    yield Rule(
        f"{hop.stream_name}-shards",
        math(
            f"MAX([records / {most_records:.0f}, bytes / {most_bytes:.0f}])",
            {
                "records": of_stream(hop.stream, "IncomingRecords", FIVE_MINUTES),
                "bytes": of_stream(hop.stream, "IncomingBytes", FIVE_MINUTES),
            },
            FIVE_MINUTES,
        ),
        USE_PERCENT,
        "adding-shards",
        f"{hop.stream_name} takes over {USE_PERCENT} % of what its {hop.shards} shards can.",
        periods=3,
    )


def _functions(watched: Watched) -> Iterator[Rule]:
    fed = [hop.function_name for hop in watched.hops]
    for name, function in watched.functions.items():
        again = name in fed
        yield Rule(
            f"{name}-errors",
            of_function(function, "Errors", period=MINUTE if again else QUARTER_HOUR),
            0 if again else 2,
            "authorizer-failures" if name == "authorize" else "function-errors",
            f"{name} failed in three of five minutes; its batches are tried again."
            if again
            else f"{name} failed three times in fifteen minutes.",
            periods=5 if again else 1,
            breaching=3 if again else 1,
        )
        yield Rule(
            f"{name}-throttles",
            of_function(function, "Throttles"),
            0,
            "function-throttles",
            f"Lambda refuses to run {name}: too much runs at once.",
        )
    yield Rule(
        "account-concurrency",
        of_account("ClaimedAccountConcurrency"),
        watched.lambda_concurrency * USE_PERCENT / 100,
        "account-concurrency",
        f"Over {USE_PERCENT} % of the {watched.lambda_concurrency} functions that the account "
        "runs at once are in use.",
    )
    yield Rule(
        "recommend-failed",
        own(watched, "recommend", "Failed"),
        0,
        "song-requests-fail",
        "recommend fails at song requests and is given them again; Errors does not count these.",
    )


def _dead_letters(watched: Watched) -> Iterator[Rule]:
    yield Rule(
        "dead-letters-depth",
        of_queue(watched.streams.dead_letters, "ApproximateNumberOfMessagesVisible"),
        0,
        "dead-letters",
        "Records were given up, and wait in the dead-letter queue.",
        periods=1,
        breaching=1,
        missing=AS_BEFORE,  # after six quiet hours SQS reports nothing of a queue
    )
    fed = {hop.function_name: hop.function for hop in watched.hops}
    if watched.lake:
        fed["lake"] = watched.functions["lake"]
    lost: dict[str, IMetric] = {
        name: of_function(one, "DestinationDeliveryFailures") for name, one in fed.items()
    }
    yield Rule(
        "dead-letters-lost",
        math(f"SUM([{', '.join(f'FILL({name}, 0)' for name in lost)}])", lost),
        0,
        "lost-dead-letters",
        "Lambda could not say where it gave up a record.",
        periods=5,
        breaching=1,
    )


def _door(watched: Watched) -> Iterator[Rule]:
    """$connect, where people come in, and what their messages then meet."""
    yield Rule(
        "authorize-keys",
        of_log(watched, KEYS_AWAY),
        0,
        "authorizer-failures",
        "The keys of the token issuer cannot be fetched, so nobody new gets in.",
        breaching=2,
    )
    yield Rule(
        "authorize-refusals",
        math(
            "IF(FILL(refused, 0) >= 20, 100 * FILL(refused, 0) / asked, 0)",
            {
                "refused": of_log(watched, TOKENS_REFUSED),
                "asked": of_function(watched.functions["authorize"], "Invocations"),
            },
        ),
        50,
        "refused-tokens",
        "More than half of those who connect are refused for their token.",
    )
    yield Rule(
        "websocket-integration-errors",
        math(
            f"100 * SUM([FILL(failed, 0), FILL(uncalled, 0)]) / {ALL_CALLS}",
            {
                "failed": of_api(watched, "IntegrationError"),
                "uncalled": of_api(watched, "ExecutionError"),
                **_calls(watched),
            },
        ),
        1,
        "websocket-integration-errors",
        "More than 1 % of messages fail behind the WebSocket API.",
    )
    yield Rule(
        "door-errors",
        math(
            "100 * FILL(failed, 0) / asked",
            {"failed": of_door(watched, "5XXError"), "asked": of_door(watched, "Count")},
        ),
        1,
        "http-door-errors",
        "More than 1 % of heart rates posted at the HTTP door are not taken.",
    )


def _api_limit(watched: Watched) -> Rule:
    """The metric counts messages both ways, the throttle those that come: two thirds of it, so."""
    most = THROTTLE_RATE * 60 / 100
    return Rule(
        "api-throttle",
        math(f"{ALL_CALLS} / {most:.0f}", _calls(watched)),
        USE_PERCENT,
        "api-throttle",
        f"The API carries over {USE_PERCENT} % of the {THROTTLE_RATE} messages/s it lets through.",
    )


def _calls(watched: Watched) -> dict[str, IMetric]:
    return {
        "messages": of_api(watched, "MessageCount"),
        "connects": of_api(watched, "ConnectCount"),
    }


def _cache(cache_name: str) -> Iterator[Rule]:
    yield Rule(
        "redis-memory",
        of_cache(cache_name, "BytesUsedForCache", HIGHEST),
        MAX_GIGABYTES * 1e9 * CACHE_PERCENT / 100,
        "redis-memory",
        f"Redis holds over {CACHE_PERCENT} % of {MAX_GIGABYTES} GB.",
        missing=UNKNOWN,
    )
    yield Rule(
        "redis-ecpu",
        of_cache(cache_name, "ElastiCacheProcessingUnits"),
        MAX_ECPU_PER_SECOND * 60 * CACHE_PERCENT / 100,
        "redis-ecpu",
        f"Redis uses over {CACHE_PERCENT} % of {MAX_ECPU_PER_SECOND} ECPU/s.",
    )
    yield Rule(
        "redis-throttles",
        of_cache(cache_name, "ThrottledCmds"),
        0,
        "redis-ecpu",
        "Redis refuses commands.",
    )
    yield Rule(
        "redis-evictions",
        of_cache(cache_name, "Evictions"),
        0,
        "redis-memory",
        "Redis drops keys before they expire, for want of room.",
        breaching=1,
    )
    refusals: dict[str, IMetric] = {
        "logins": of_cache(cache_name, "AuthenticationFailures"),
        "throttled": of_cache(cache_name, "IamAuthenticationThrottling"),
        "keys": of_cache(cache_name, "KeyAuthorizationFailures"),
        "commands": of_cache(cache_name, "CommandAuthorizationFailures"),
    }
    yield Rule(
        "redis-refusals",
        math(f"SUM([{', '.join(f'FILL({name}, 0)' for name in refusals)}])", refusals),
        0,
        "redis-refusals",
        "Redis refuses logins, or keys and commands that a login may not touch.",
        breaching=1,
    )


def _lake(watched: Watched, lake: Lake) -> Iterator[Rule]:
    lost: dict[str, IMetric] = {
        f"{name}_{kind}": of_delivery(delivery.ref, metric)
        for name, delivery in lake.deliveries.items()
        for kind, metric in (("failed", "FailedConversion.Records"), ("full", "ThrottledRecords"))
    }
    yield Rule(
        "lake-lost",
        math(f"SUM([{', '.join(f'FILL({name}, 0)' for name in lost)}])", lost, FIVE_MINUTES),
        0,
        "lake",
        "Firehose refuses rows for the lake, or cannot convert them.",
        periods=1,
        breaching=1,
    )
    late: dict[str, IMetric] = {
        name: of_delivery(delivery.ref, "DeliveryToS3.DataFreshness", HIGHEST)
        for name, delivery in lake.deliveries.items()
    }
    yield Rule(
        "lake-late",
        math(f"MAX([{', '.join(f'FILL({name}, 0)' for name in late)}])", late, FIVE_MINUTES),
        LAKE_LATE_SECONDS,
        "lake",
        "Rows have waited for half an hour to be written into the lake.",
    )
    yield Rule(
        "lake-stalled",
        of_function(watched.functions["lake"], "IteratorAge", HIGHEST),
        LAKE_LATE_SECONDS * 1000,
        "lake",
        "The function lake is half an hour behind; after an hour averages are given up.",
    )


def _way_out(gateways: Sequence[str]) -> Rule:
    errors: dict[str, IMetric] = {
        f"gateway_{number}": of_gateway(gateway, "ErrorPortAllocation")
        for number, gateway in enumerate(gateways, 1)
    }
    return Rule(
        "nat-ports",
        math(f"SUM([{', '.join(f'FILL({name}, 0)' for name in errors)}])", errors),
        0,
        "nat-ports",
        "A NAT gateway has no port left for another connection.",
        breaching=1,
    )
