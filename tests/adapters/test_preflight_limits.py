"""What a limit of the account means in people, by the capacity model."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.template.synth import synthesize
from planning import quotas
from planning.capacity import OF_LAMBDA, capacity
from planning.load import Load
from planning.template import settings_of
from tempofit.operations.preflight import limits
from tests.adapters.stubbed import Account, subject

STREAMS = ("heart-rate", "averages", "requests")


@pytest.fixture
def account() -> Iterator[Account]:
    answering = Account()
    yield answering
    answering.close()


def runs(account: Account, most: int) -> None:
    """Lambda's answer, as its API reference has it."""
    account.answers(
        "lambda",
        "get_account_settings",
        {
            "AccountLimit": {
                "TotalCodeSize": 80_530_636_800,
                "CodeSizeUnzipped": 262_144_000,
                "CodeSizeZipped": 52_428_800,
                "ConcurrentExecutions": most,
                "UnreservedConcurrentExecutions": most,
            },
            "AccountUsage": {"TotalCodeSize": 0, "FunctionCount": 0},
        },
    )


def has(account: Account, code: str, value: float, service: str = "apigateway") -> None:
    """Service Quotas' answer."""
    account.answers(
        "service-quotas",
        "get_service_quota",
        quota(code, value, service),
        ServiceCode=service,
        QuotaCode=code,
    )


def quota(code: str, value: float, service: str) -> dict[str, Any]:
    arn = f"arn:aws:servicequotas:us-east-1:123456789012:{service}/{code}"
    return {
        "Quota": {
            "ServiceCode": service,
            "QuotaArn": arn,
            "QuotaCode": code,
            "QuotaName": "A quota",
            "Value": value,
            "Unit": "None",
            "Adjustable": True,
            "GlobalQuota": False,
        }
    }


def test_a_new_account_of_ten_functions_at_once_will_throttle(account: Account) -> None:
    runs(account, 10)
    [finding] = limits.concurrency(subject(account, "prod"))
    assert finding.verdict == "throttles"
    settings = settings_of(synthesize("prod"))
    lanes = sum(reader.lanes for reader in settings.readers.values())
    assert f"up to {lanes} at once" in finding.means
    assert finding.users == limits.users_at(
        OF_LAMBDA, settings, quotas.Account(lambda_concurrency=10)
    )
    assert capacity(Load(finding.users), settings).lambda_concurrency <= 10
    assert capacity(Load(2 * finding.users), settings).lambda_concurrency > 10
    assert f"about {finding.users:,} people" in finding.means
    assert "-c lambda_concurrency=10" in finding.remedy


def test_an_account_of_a_thousand_functions_at_once_is_fine(account: Account) -> None:
    runs(account, 1_000)
    [finding] = limits.concurrency(subject(account, "prod"))
    assert (finding.verdict, finding.remedy) == ("fine", "")
    assert finding.users == next(
        one.users
        for one in capacity(Load(1), settings_of(synthesize("prod"))).limits
        if one.name == OF_LAMBDA
    )


def test_an_account_in_between_is_fine_and_its_alarm_is_told(account: Account) -> None:
    runs(account, 100)
    [finding] = limits.concurrency(subject(account, "prod"))
    assert finding.verdict == "fine"
    assert finding.remedy.startswith("Deploy with -c lambda_concurrency=100")


def test_dev_needs_fewer_functions_at_once_than_prod(account: Account) -> None:
    runs(account, 25)
    runs(account, 25)
    [dev], [prod] = (limits.concurrency(subject(account, stage)) for stage in ("dev", "prod"))
    assert (dev.verdict, prod.verdict) == ("fine", "throttles")


@pytest.mark.parametrize(
    ("most", "verdict"), [(10_000.0, "fine"), (8_000.0, "fine"), (2_500.0, "throttles")]
)
def test_the_account_carries_what_the_stage_lets_through_or_throttles_first(
    account: Account, most: float, verdict: str
) -> None:
    has(account, limits.API_RATE, most)
    [finding] = limits.api_rate(subject(account))
    assert finding.verdict == verdict
    assert finding.users
    assert f"The account has {most:,.0f}, which about {finding.users:,}" in finding.means
    assert bool(finding.remedy) is (verdict == "throttles")


def test_fewer_people_fit_into_a_smaller_account(account: Account) -> None:
    found = []
    for most in (10_000.0, 2_500.0):
        has(account, limits.API_RATE, most)
        found += limits.api_rate(subject(account))
    large, small = (finding.users or 0 for finding in found)
    assert small == pytest.approx(large / 4, rel=0.1)


def test_a_quota_that_nobody_asked_to_raise_is_its_default(account: Account) -> None:
    account.refuses("service-quotas", "get_service_quota", "NoSuchResourceException")
    account.answers(
        "service-quotas",
        "get_aws_default_service_quota",
        quota(limits.API_RATE, 10_000.0, "apigateway"),
        ServiceCode="apigateway",
        QuotaCode=limits.API_RATE,
    )
    assert limits.quota(subject(account), "apigateway", limits.API_RATE) == 10_000


@pytest.mark.parametrize(("most", "verdict"), [(500.0, "fine"), (100.0, "throttles")])
def test_new_connections_are_a_limit_of_their_own(
    account: Account, most: float, verdict: str
) -> None:
    has(account, limits.NEW_CONNECTIONS, most)
    [finding] = limits.connections(subject(account))
    assert finding.verdict == verdict
    assert finding.users
    assert bool(finding.remedy) is (verdict == "throttles")


def opened(account: Account, count: int, most: int) -> None:
    account.answers(
        "kinesis",
        "describe_limits",
        {
            "ShardLimit": most,
            "OpenShardCount": count,
            "OnDemandStreamCount": 0,
            "OnDemandStreamCountLimit": 50,
        },
    )


def test_a_first_deployment_needs_room_for_the_shards_of_the_template(account: Account) -> None:
    opened(account, 190, 200)
    opened(account, 195, 200)
    [fits], [does_not] = (limits.shards(subject(account, "prod")) for _ in range(2))
    assert (fits.verdict, does_not.verdict) == ("fine", "fails")
    assert does_not.means == "195 of 200 are others', and 8 are needed."
    assert "of a prod stage that is gone" in " ".join(does_not.remedy.split())
    assert fits.users


def test_a_stage_that_is_deployed_has_its_shards_already(account: Account) -> None:
    opened(account, 198, 200)
    outputs = []
    for name, output in zip(STREAMS, limits.STREAMS, strict=True):
        outputs.append({"OutputKey": output, "OutputValue": name})
        account.answers(
            "kinesis",
            "describe_stream_summary",
            {
                "StreamDescriptionSummary": {
                    "StreamName": name,
                    "StreamARN": f"arn:aws:kinesis:us-east-1:123456789012:stream/{name}",
                    "StreamStatus": "ACTIVE",
                    "RetentionPeriodHours": 24,
                    "StreamCreationTimestamp": 0,
                    "EnhancedMonitoring": [{}],
                    "OpenShardCount": 1,
                }
            },
            StreamName=name,
        )
    deployed = subject(account, "dev", "UPDATE_COMPLETE", Outputs=outputs)
    [finding] = limits.shards(deployed)
    assert (finding.verdict, finding.means) == ("fine", "195 of 200 are others', and 3 are needed.")
