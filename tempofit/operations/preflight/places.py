"""Where it would run: the region's services, its zones, and room for another network."""

from typing import Any

from tempofit.operations.preflight.findings import Finding
from tempofit.operations.preflight.limits import quota
from tempofit.operations.preflight.subject import Subject

SERVICES, ZONES = "Services of the region", "Availability zones"
NETWORKS, ADDRESSES = "Networks", "Public addresses"
NEEDED = (
    *("apigateway", "cognito-idp", "dynamodb", "ec2", "elasticache"),
    *("kinesis", "lambda", "sns", "sqs"),
)
"""By the names that AWS gives services in its list of regions; Systems Manager: "Calling AWS
service, Region, endpoint … public parameters". Ten can be asked for at once."""
COUNT = 2
"""Zones of the network."""
VPC, VPCS, EC2, ELASTIC_ADDRESSES = "vpc", "L-F678F1CE", "ec2", "L-0263D0A3"


def services(subject: Subject) -> list[Finding]:
    """Whether the region has every service that the template names."""
    prefix = f"/aws/service/global-infrastructure/regions/{subject.region}/services/"
    names = [prefix + service for service in NEEDED]
    missing = [
        name.removeprefix(prefix)
        for name in subject.client("ssm").get_parameters(Names=names).get("InvalidParameters", [])
    ]
    if len(missing) == len(NEEDED):
        means = f"AWS lists no services of {subject.region}."
        return [Finding(SERVICES, "unknown", means)]
    if missing:
        means = f"{subject.region} has no {', '.join(missing)}."
        return [Finding(SERVICES, "fails", means, "Take another region: AWS_REGION.")]
    return [Finding(SERVICES, "fine", f"{subject.region} has all {len(NEEDED)} that are needed.")]


def zones(subject: Subject) -> list[Finding]:
    """Whether the two zones are there, take the NAT instance, and may take the cache."""
    ec2 = subject.client("ec2")
    here = _zones(subject, ec2)
    chosen = _chosen(subject) or sorted(here)[:COUNT]
    missing = [zone for zone in chosen if zone not in here]
    if missing or len(chosen) < COUNT:
        means = (
            f"There is no zone {missing[0]} in {subject.region}."
            if missing
            else f"{subject.region} has {len(here)} zone of the {COUNT} that are needed."
        )
        remedy = f"Of {', '.join(sorted(here))}, choose two: -c zones=A,B." if missing else ""
        return [Finding(ZONES, "fails", means, remedy or "Take another region: AWS_REGION.")]
    if refusing := _without_instance(subject, ec2, chosen):
        return [refusing]
    named = " and ".join(f"{zone} ({here[zone]})" for zone in chosen)
    if subject.is_deployed:
        return [Finding(ZONES, "fine", f"The stage is in {named}.")]
    means = f"It would be in {named}; ElastiCache does not tell whether it is in these."
    remedy = "If the cache is refused for its zones, choose others: -c zones=A,B."
    return [Finding(ZONES, "unknown", means, remedy)]


def _zones(subject: Subject, ec2: Any) -> dict[str, str]:
    """The ids of the zones by their names, which mean other places in other accounts."""
    answer = ec2.describe_availability_zones(
        Filters=[
            {"Name": "state", "Values": ["available"]},
            {"Name": "zone-type", "Values": ["availability-zone"]},
        ]
    )
    return {zone["ZoneName"]: zone["ZoneId"] for zone in answer["AvailabilityZones"]}


def _chosen(subject: Subject) -> list[str]:
    """The zones that the context names; none where CloudFormation takes the first two."""
    names = [one["AvailabilityZone"] for one in subject.properties("AWS::EC2::Subnet")]
    return sorted({name for name in names if isinstance(name, str)})


def _without_instance(subject: Subject, ec2: Any, chosen: list[str]) -> Finding | None:
    """What is wrong with the zone of the NAT instance, which is the first; None if nothing is."""
    for instance in subject.properties("AWS::EC2::Instance"):
        kind = instance["InstanceType"]
        offered = ec2.describe_instance_type_offerings(
            LocationType="availability-zone",
            Filters=[{"Name": "instance-type", "Values": [kind]}],
        )["InstanceTypeOfferings"]
        names = sorted(one["Location"] for one in offered)
        if chosen[0] not in names:
            means = f"{chosen[0]} has no {kind}, which the way out needs."
            remedy = f"Put one of {', '.join(names)} first: -c zones=A,B."
            if not names:
                remedy = "Take another region: AWS_REGION."
            return Finding(ZONES, "fails", means, remedy)
    return None


def networks(subject: Subject) -> list[Finding]:
    """Whether there is room for another network, of which an account has five at first."""
    if subject.is_deployed:
        return [Finding(NETWORKS, "fine", "The stage has its network.")]
    used = len(subject.client("ec2").describe_vpcs()["Vpcs"])
    return [_counted(NETWORKS, used, 1, quota(subject, VPC, VPCS), "Amazon VPC, VPCs per Region")]


def addresses(subject: Subject) -> list[Finding]:
    """Whether there are addresses for the NAT gateways, of which an account has five at first."""
    needed = sum(1 for _ in subject.properties("AWS::EC2::EIP"))
    if not needed:
        return []
    if subject.is_deployed:
        return [Finding(ADDRESSES, "fine", "The stage has its addresses.")]
    used = len(subject.client("ec2").describe_addresses()["Addresses"])
    most = quota(subject, EC2, ELASTIC_ADDRESSES)
    return [_counted(ADDRESSES, used, needed, most, "Amazon EC2, EC2-VPC Elastic IPs")]


def _counted(name: str, used: int, needed: int, most: float, asked: str) -> Finding:
    means = f"{used} of {most:.0f} are used, and {needed} more are needed."
    if used + needed <= most:
        return Finding(name, "fine", means)
    remedy = f"Delete what nobody needs, or ask for more in Service Quotas ({asked})."
    return Finding(name, "fails", means, remedy)
