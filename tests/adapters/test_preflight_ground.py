"""What must be there before a stage, each way that AWS may answer."""

from collections.abc import Iterator
from typing import Any

import pytest

from tempofit.operations.bootstrap import CACHE_ROLE
from tempofit.operations.preflight import ground, places
from tempofit.operations.preflight.limits import quota
from tests.adapters.stubbed import Account, subject
from tests.adapters.test_preflight_limits import has

SERVICES = "/aws/service/global-infrastructure/regions/us-east-1/services/"
ZONES = {"us-east-1a": "use1-az6", "us-east-1b": "use1-az1", "us-east-1c": "use1-az2"}


@pytest.fixture
def account() -> Iterator[Account]:
    answering = Account()
    yield answering
    answering.close()


def parameter(value: str) -> dict[str, Any]:
    return {
        "Parameter": {
            "Name": ground.VERSION,
            "Type": "String",
            "Value": value,
            "Version": 1,
            "ARN": f"arn:aws:ssm:us-east-1:123456789012:parameter{ground.VERSION}",
            "DataType": "text",
        }
    }


@pytest.mark.parametrize(("version", "verdict"), [("30", "fine"), ("6", "fine"), ("5", "fails")])
def test_the_place_for_uploads_is_as_new_as_the_template_wants(
    account: Account, version: str, verdict: str
) -> None:
    account.answers("ssm", "get_parameter", parameter(version), Name=ground.VERSION)
    [finding] = ground.bootstrap(subject(account))
    assert finding.verdict == verdict
    assert f"version {version}" in finding.means
    assert ("make bootstrap" in finding.remedy) is (verdict == "fails")


def test_without_a_place_for_uploads_a_deployment_fails(account: Account) -> None:
    account.refuses("ssm", "get_parameter", "ParameterNotFound")
    [finding] = ground.bootstrap(subject(account))
    assert (finding.verdict, finding.means) == ("fails", "There is none in us-east-1.")
    assert "make bootstrap" in finding.remedy


@pytest.mark.parametrize(
    ("status", "verdict", "said"),
    [
        (None, "fine", "There is no TempoFit-dev yet."),
        ("CREATE_COMPLETE", "fine", ""),
        ("UPDATE_COMPLETE", "fine", ""),
        ("UPDATE_ROLLBACK_COMPLETE", "fine", ""),
        ("REVIEW_IN_PROGRESS", "fine", ""),
        ("ROLLBACK_COMPLETE", "fine", "the next one begins anew"),
        ("UPDATE_IN_PROGRESS", "fails", "Wait until it is done"),
        ("DELETE_IN_PROGRESS", "fails", "Wait until it is done"),
        ("CREATE_FAILED", "fails", "Delete it in the CloudFormation console"),
        ("ROLLBACK_FAILED", "fails", "Delete it in the CloudFormation console"),
        ("DELETE_FAILED", "fails", "Delete it again"),
        ("UPDATE_ROLLBACK_FAILED", "fails", "Continue the rollback"),
    ],
)
def test_a_stack_takes_a_deployment_or_says_how_it_will_again(
    account: Account, status: str | None, verdict: str, said: str
) -> None:
    [finding] = ground.stack(subject(account, status=status))
    assert finding.verdict == verdict
    assert said in f"{finding.means} {finding.remedy}"
    assert status is None or f"TempoFit-dev is {status}." in finding.means


def test_a_failed_stack_that_is_protected_cannot_be_begun_anew(account: Account) -> None:
    stuck = subject(account, "prod", "ROLLBACK_COMPLETE", EnableTerminationProtection=True)
    [finding] = ground.stack(stuck)
    assert finding.verdict == "fails"
    assert "tempofit protect --stage prod --off" in finding.remedy


def test_the_role_of_the_cache_is_there_or_is_made_before(account: Account) -> None:
    role = {
        "Role": {
            "Path": "/aws-service-role/elasticache.amazonaws.com/",
            "RoleName": CACHE_ROLE,
            "RoleId": "AROAEXAMPLEEXAMPLE",
            "Arn": f"arn:aws:iam::123456789012:role/aws-service-role/{CACHE_ROLE}",
            "CreateDate": 0,
        }
    }
    account.answers("iam", "get_role", role, RoleName=CACHE_ROLE)
    account.refuses("iam", "get_role", "NoSuchEntity")
    [there], [missing] = (ground.cache_role(subject(account)) for _ in range(2))
    assert (there.verdict, missing.verdict) == ("fine", "unknown")
    assert "make bootstrap" in missing.remedy


@pytest.mark.parametrize(("quantity", "verdict"), [(0, "unknown"), (3, "fine")])
def test_only_an_account_with_a_distribution_is_known_to_be_verified(
    account: Account, quantity: int, verdict: str
) -> None:
    answer = {"Marker": "", "MaxItems": 1, "IsTruncated": False, "Quantity": quantity}
    account.answers("cloudfront", "list_distributions", {"DistributionList": answer}, MaxItems="1")
    [finding] = ground.page(subject(account))
    assert finding.verdict == verdict
    assert ("-c page=off" in finding.remedy) is (verdict == "unknown")


def test_a_stage_without_a_page_asks_nothing_of_cloudfront(account: Account) -> None:
    assert ground.page(subject(account, context={"page": "off"})) == []


def test_lambda_runs_the_functions_where_it_does_so_already(account: Account) -> None:
    [before] = ground.runtime(subject(account))
    [after] = ground.runtime(subject(account, status="UPDATE_COMPLETE"))
    assert (before.verdict, after.verdict) == ("unknown", "fine")
    assert "python3.11 on arm64" in before.means
    assert "python3.11 on arm64" in after.means


@pytest.mark.parametrize(
    ("missing", "verdict", "said"),
    [
        ([], "fine", "us-east-1 has all 9"),
        (["elasticache", "cognito-idp"], "fails", "us-east-1 has no elasticache, cognito-idp."),
        (list(places.NEEDED), "unknown", "AWS lists no services of us-east-1."),
    ],
)
def test_a_region_has_every_service_or_is_not_for_it(
    account: Account, missing: list[str], verdict: str, said: str
) -> None:
    answer = {"InvalidParameters": [SERVICES + name for name in missing]} if missing else {}
    names = [SERVICES + name for name in places.NEEDED]
    account.answers("ssm", "get_parameters", answer, Names=names)
    [finding] = places.services(subject(account))
    assert finding.verdict == verdict
    assert said in finding.means
    assert len(places.NEEDED) <= 10, "Systems Manager takes no more names at once"


def zones(account: Account, **there: str) -> None:
    account.answers(
        "ec2",
        "describe_availability_zones",
        {
            "AvailabilityZones": [
                {
                    "State": "available",
                    "OptInStatus": "opt-in-not-required",
                    "RegionName": "us-east-1",
                    "ZoneName": name.replace("_", "-"),
                    "ZoneId": zone,
                    "ZoneType": "availability-zone",
                }
                for name, zone in there.items()
            ]
        },
        Filters=[
            {"Name": "state", "Values": ["available"]},
            {"Name": "zone-type", "Values": ["availability-zone"]},
        ],
    )


def offers(account: Account, *names: str) -> None:
    account.answers(
        "ec2",
        "describe_instance_type_offerings",
        {
            "InstanceTypeOfferings": [
                {
                    "InstanceType": "t4g.nano",
                    "LocationType": "availability-zone",
                    "Location": name,
                }
                for name in names
            ]
        },
        LocationType="availability-zone",
        Filters=[{"Name": "instance-type", "Values": ["t4g.nano"]}],
    )


def test_a_first_stage_gets_the_first_two_zones_of_which_the_cache_says_nothing(
    account: Account,
) -> None:
    zones(account, **ZONES)
    offers(account, *ZONES)
    [finding] = places.zones(subject(account))
    assert finding.verdict == "unknown"
    assert "us-east-1a (use1-az6) and us-east-1b (use1-az1)" in finding.means
    assert "-c zones=A,B" in finding.remedy


def test_a_stage_that_is_deployed_has_its_zones(account: Account) -> None:
    zones(account, **ZONES)
    [finding] = places.zones(subject(account, "prod", "UPDATE_COMPLETE"))
    assert finding.verdict == "fine"


def test_a_zone_that_is_not_there_is_named_with_those_that_are(account: Account) -> None:
    zones(account, **ZONES)
    [finding] = places.zones(subject(account, context={"zones": "us-east-1a,us-east-1f"}))
    assert (finding.verdict, finding.means) == (
        "fails",
        "There is no zone us-east-1f in us-east-1.",
    )
    assert "us-east-1a, us-east-1b, us-east-1c" in finding.remedy


def test_a_region_of_one_zone_is_too_small(account: Account) -> None:
    zones(account, **{"us-east-1a": "use1-az6"})
    [finding] = places.zones(subject(account))
    assert finding.verdict == "fails"
    assert "1 zone of the 2" in finding.means
    assert "Take another region" in finding.remedy


@pytest.mark.parametrize(
    ("offering", "said"),
    [(["us-east-1b", "us-east-1c"], "us-east-1b, us-east-1c first"), ([], "another region")],
)
def test_the_way_out_of_dev_needs_its_kind_of_instance(
    account: Account, offering: list[str], said: str
) -> None:
    zones(account, **ZONES)
    offers(account, *offering)
    [finding] = places.zones(subject(account))
    assert (finding.verdict, finding.means) == (
        "fails",
        "us-east-1a has no t4g.nano, which the way out needs.",
    )
    assert said in finding.remedy


@pytest.mark.parametrize(("used", "verdict"), [(4, "fine"), (5, "fails")])
def test_an_account_has_room_for_so_many_networks(
    account: Account, used: int, verdict: str
) -> None:
    vpcs = [{"VpcId": f"vpc-{number}", "IsDefault": number == 0} for number in range(used)]
    account.answers("ec2", "describe_vpcs", {"Vpcs": vpcs})
    has(account, places.VPCS, 5.0, "vpc")
    [finding] = places.networks(subject(account))
    assert finding.verdict == verdict
    assert finding.means == f"{used} of 5 are used, and 1 more are needed."
    assert ("VPCs per Region" in finding.remedy) is (verdict == "fails")


@pytest.mark.parametrize(("used", "verdict"), [(3, "fine"), (4, "fails")])
def test_an_account_has_so_many_addresses_of_which_prod_needs_two(
    account: Account, used: int, verdict: str
) -> None:
    addresses = [{"PublicIp": f"192.0.2.{number}"} for number in range(used)]
    account.answers("ec2", "describe_addresses", {"Addresses": addresses})
    has(account, places.ELASTIC_ADDRESSES, 5.0, "ec2")
    [finding] = places.addresses(subject(account, "prod"))
    assert finding.verdict == verdict
    assert finding.means == f"{used} of 5 are used, and 2 more are needed."


def test_dev_needs_no_address_of_its_own(account: Account) -> None:
    assert places.addresses(subject(account, "dev")) == []


def test_a_stage_that_is_deployed_has_its_network_and_addresses(account: Account) -> None:
    deployed = subject(account, "prod", "CREATE_COMPLETE")
    assert [one.verdict for one in (*places.networks(deployed), *places.addresses(deployed))] == [
        "fine",
        "fine",
    ]


def test_a_quota_that_may_not_be_read_is_no_default(account: Account) -> None:
    account.refuses("service-quotas", "get_service_quota", "AccessDeniedException")
    with pytest.raises(Exception, match="AccessDeniedException"):
        quota(subject(account), "vpc", places.VPCS)
