"""What AWS allows by default in a large region such as us-east-1, and the page that says so."""

from msgspec import Struct

SHARD_RECORDS_PER_SECOND = 1_000
SHARD_BYTES_PER_SECOND = 1_000_000
SHARD_READ_BYTES_PER_SECOND = 2_000_000
SHARD_READS_PER_SECOND = 5
"""Kinesis: "Quotas and limits". A mapping with a standard iterator reads once a second."""
SHARDS_PER_ACCOUNT = 20_000
"""Kinesis: "Quotas and limits"; 1,000 or 6,000 in smaller regions."""
PUT_PAYLOAD_BYTES = 25_000
"""Kinesis: "Pricing". A record is metered in payload units of 25 KB."""

POLLS_PER_SECOND = 1
"""Lambda: "Using Lambda to process records from Amazon Kinesis Data Streams"."""
LAMBDA_CONCURRENCY = 1_000
"""Lambda: "Lambda quotas". A new account may start with less."""
MEMORY_MB_OF_ONE_CPU = 1_769
"""Lambda: "Configure Lambda function memory". Less memory is that share of one processor."""

API_REQUESTS_PER_SECOND = 10_000
"""API Gateway: "Amazon API Gateway quotas". Messages of clients and pushes share it; 2,500 in
some regions."""
CONNECTS_PER_SECOND = 500
CONNECTION_SECONDS = 7_200
"""API Gateway: "Quotas for configuring and running a WebSocket API"."""
AUTHORIZER_SECONDS = 300
"""API Gateway: for so long a REST API believes what its authorizer said of a token, by default."""
MESSAGE_BYTES = 32_768
"""API Gateway: "Pricing". A message is metered in units of 32 KB."""

TABLE_UNITS_PER_SECOND = 40_000
"""DynamoDB: "Quotas in Amazon DynamoDB". Read units and write units of one table, each."""
NEW_TABLE_READ_UNITS, NEW_TABLE_WRITE_UNITS = 12_000, 4_000
"""DynamoDB: "DynamoDB warm throughput". What a new on-demand table takes at once."""
READ_UNIT_BYTES, WRITE_UNIT_BYTES = 4_096, 1_024
"""DynamoDB: "DynamoDB on-demand capacity mode". A consistent read of 4 KB, a write of 1 KB."""
BATCH_GET_KEYS = 100
"""DynamoDB: "BatchGetItem". Each item of a batch is rounded up for itself."""

ECPU_BYTES = 1_024
"""ElastiCache: "Pricing". One ECPU a command, or one for each KB it moves; commands that need
much processor time cost more, which cannot be known beforehand."""
SLOT_ECPU_PER_SECOND = 30_000
"""ElastiCache Serverless. Unconfirmed: no page at hand says it, so ask before relying on it."""
CACHE_BYTES = 5_000_000_000_000
"""ElastiCache: `CacheUsageLimits` of a serverless cache in the CDK reference, its largest."""
COMMAND_ARGUMENTS = 3_999
"""ElastiCache: "Valkey and Redis OSS configuration and limits". Of one command, at most."""


class Account(Struct, frozen=True):
    """What an account may do at once in a region; a new one often less than the defaults."""

    lambda_concurrency: float = LAMBDA_CONCURRENCY
    api_requests_per_second: float = API_REQUESTS_PER_SECOND
    connects_per_second: float = CONNECTS_PER_SECOND
    shards: float = SHARDS_PER_ACCOUNT


DEFAULT = Account()
