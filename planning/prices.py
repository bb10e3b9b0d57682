"""List prices of AWS in us-east-1, in US dollars, and where each comes from.

AWS's own pages could not be read when the table was made. `found` says where else a price was:
in AWS's price list, as a public cost tool records it in its tests; in articles of others that
quote AWS's page; or nowhere. Free allowances and discounts are left out.
"""

from itertools import pairwise
from typing import Literal

from msgspec import Struct

REGION = "us-east-1"
LOOKED_UP = "2026-11-22"
HOURS_OF_A_MONTH = 730
"""What AWS's own calculator takes for a month."""

MILLION, BILLION = 1e6, 1e9

Found = Literal["price list", "articles", "unconfirmed"]


class Price(Struct, frozen=True):
    """The price of a unit: of all lines of a bill whose name begins with `name`, together.

    `beyond` lists cheaper steps: from so many units a month on, each costs that much.
    """

    name: str
    unit: str
    usd: float
    page: str
    found: Found
    beyond: tuple[tuple[float, float], ...] = ()

    def usd_of(self, units: float) -> float:
        """What so many units cost in a month."""
        steps = [(0.0, self.usd), *self.beyond, (float("inf"), 0.0)]
        return sum(
            max(0.0, min(units, end) - start) * usd for (start, usd), (end, _) in pairwise(steps)
        )


_API = "Amazon API Gateway pricing: WebSocket APIs"
_REST = "Amazon API Gateway pricing: REST APIs"
_KINESIS = "Amazon Kinesis Data Streams pricing: provisioned mode"
_LAMBDA = "AWS Lambda pricing: Arm"
_DYNAMODB = "Amazon DynamoDB pricing: on-demand capacity"
_CACHE = "Amazon ElastiCache pricing: serverless, Valkey"
_CLOUDWATCH = "Amazon CloudWatch pricing"
_VPC = "Amazon VPC pricing"
_LINK = "AWS PrivateLink pricing"
_EC2 = "Amazon EC2 on-demand pricing"
_FIREHOSE = "Amazon Data Firehose pricing: Direct PUT"
_S3 = "Amazon S3 pricing: S3 Standard"
_SECRETS = "AWS Secrets Manager pricing"
_CDN = "Amazon CloudFront pricing: United States"

PRICES = (
    Price(
        "API Gateway messages",
        "message",
        1.00 / MILLION,
        _API,
        "price list",
        ((BILLION, 0.80 / MILLION),),
    ),
    Price("API Gateway connections", "connection-minute", 0.25 / MILLION, _API, "price list"),
    Price(
        "HTTP door requests",
        "request",
        3.50 / MILLION,
        _REST,
        "articles",
        (
            (333 * MILLION, 2.80 / MILLION),
            (BILLION, 2.38 / MILLION),
            (20 * BILLION, 1.51 / MILLION),
        ),
    ),
    Price("Kinesis shards", "shard-hour", 0.015, _KINESIS, "price list"),
    Price("Kinesis records", "PUT payload unit", 0.014 / MILLION, _KINESIS, "price list"),
    Price("Lambda requests", "request", 0.20 / MILLION, _LAMBDA, "articles"),
    Price("Lambda duration", "GB-second", 0.0000133334, _LAMBDA, "articles"),
    Price("DynamoDB reads", "read unit", 0.125 / MILLION, _DYNAMODB, "articles"),
    Price("DynamoDB writes", "write unit", 0.625 / MILLION, _DYNAMODB, "articles"),
    Price("DynamoDB storage", "GB-hour", 0.25 / HOURS_OF_A_MONTH, _DYNAMODB, "articles"),
    Price("DynamoDB backups", "GB-hour", 0.20 / HOURS_OF_A_MONTH, _DYNAMODB, "unconfirmed"),
    Price("ElastiCache requests", "ECPU", 0.0023 / MILLION, _CACHE, "articles"),
    Price("ElastiCache data", "GB-hour", 0.084, _CACHE, "articles"),
    Price("CloudWatch logs", "GB", 0.50, _CLOUDWATCH, "price list"),
    Price("CloudWatch metrics", "metric-hour", 0.30 / HOURS_OF_A_MONTH, _CLOUDWATCH, "articles"),
    Price("CloudWatch alarms", "alarm-hour", 0.10 / HOURS_OF_A_MONTH, _CLOUDWATCH, "price list"),
    Price(
        "CloudWatch dashboards", "dashboard-hour", 3.00 / HOURS_OF_A_MONTH, _CLOUDWATCH, "articles"
    ),
    Price("NAT gateways", "gateway-hour", 0.045, _VPC, "price list"),
    Price("NAT instances", "instance-hour", 0.0042, _EC2 + ", t4g.nano", "unconfirmed"),
    Price("NAT", "GB", 0.045, _VPC, "price list"),
    Price("Public addresses", "address-hour", 0.005, _VPC, "articles"),
    Price("Interface endpoints", "endpoint-hour", 0.01, _LINK, "articles"),
    Price("Interface endpoints", "GB", 0.01, _LINK, "articles"),
    Price("Traffic between zones", "GB", 0.01, _EC2 + ": data transfer", "articles"),
    Price("Data out", "GB", 0.09, _EC2 + ": data transfer", "articles"),
    Price("Page requests", "request", 1.00 / MILLION, _CDN, "price list"),
    Price("Page data", "GB", 0.085, _CDN, "price list"),
    Price("Firehose", "GB", 0.029, _FIREHOSE, "unconfirmed", ((512_000, 0.025),)),
    Price("Firehose conversion", "GB", 0.018, _FIREHOSE, "unconfirmed"),
    Price("S3 storage", "GB-hour", 0.023 / HOURS_OF_A_MONTH, _S3, "unconfirmed"),
    Price("S3 requests", "request", 0.005 / 1_000, _S3, "unconfirmed"),
    Price("Secrets", "secret-hour", 0.40 / HOURS_OF_A_MONTH, _SECRETS, "unconfirmed"),
    Price("KMS keys", "key-hour", 1.00 / HOURS_OF_A_MONTH, "AWS KMS pricing", "articles"),
    Price("KMS requests", "request", 0.03 / 10_000, "AWS KMS pricing", "articles"),
)

COGNITO = "Amazon Cognito pricing: direct sign-in"
SIGN_IN = {
    "Lite": Price(
        "Cognito Lite",
        "monthly active user",
        0.0,
        COGNITO,
        "unconfirmed",
        ((10_000, 0.0055), (100_000, 0.0046), (1_000_000, 0.00325), (10_000_000, 0.0025)),
    ),
    "Essentials": Price(
        "Cognito Essentials",
        "monthly active user",
        0.0,
        COGNITO,
        "unconfirmed",
        ((10_000, 0.015),),
    ),
}
"""Paid for each person of a month, however long they train; the first 10,000 are free."""


def price_of(line: str, unit: str) -> Price:
    """The price of a line of a bill. Raises LookupError when the table has none."""
    found = [price for price in PRICES if line.startswith(price.name) and price.unit == unit]
    if not found:
        raise LookupError(f"There is no price of a {unit} of {line!r}: add it to PRICES.")
    return max(found, key=lambda price: len(price.name))
