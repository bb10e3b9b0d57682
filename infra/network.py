"""The network of the functions that speak to Redis, and who may speak to whom in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import RemovalPolicy
from aws_cdk.aws_ec2 import (
    CfnInstance,
    CfnLaunchTemplate,
    FlowLogDestination,
    FlowLogOptions,
    FlowLogTrafficType,
    GatewayVpcEndpointAwsService,
    GatewayVpcEndpointOptions,
    Instance,
    InstanceType,
    MachineImage,
    NatInstanceProviderV2,
    NatProvider,
    NatTrafficDirection,
    Peer,
    Port,
    SecurityGroup,
    SubnetConfiguration,
    SubnetSelection,
    SubnetType,
    UserData,
    Vpc,
)
from aws_cdk.aws_iam import Effect, PolicyStatement, Role
from aws_cdk.aws_logs import LogGroup, RetentionDays
from constructs import Construct

from infra.checks import accept

ZONES = 2
"""ElastiCache Serverless wants two; with either of them gone, the other carries on."""
REDIS_PORT = 6379
NAT_INSTANCE = "t4g.nano"
NAT_IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-arm64"
"""Where AWS names the newest Amazon Linux 2023. EC2 looks there when it launches the instance, and
CloudFormation does not: otherwise every deployment would replace an instance whose image has aged.
"""
NAT_RENEWED = "2026-11-29"
"""Another date replaces the instance at the next deployment, by one with the newest image."""
ROOT_DEVICE = "/dev/xvda"
"""Of Amazon Linux."""
SWAP = (
    "dd if=/dev/zero of=/swap bs=1M count=512",
    "chmod 600 /swap",
    "mkswap /swap",
    "swapon /swap",
)
"""The instance's half gigabyte of memory alone can be too little for the package manager of Amazon
Linux 2023, which is then killed."""
NETWORK_INTERFACES = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
"""What Lambda does in a function's name to place it in subnets: AWSLambdaVPCAccessExecutionRole
less the logs."""


@dataclass(frozen=True)
class Network:
    """Subnets of three kinds: `out` with the way out, `functions`, and `cache` without one."""

    vpc: Vpc
    gateways: list[str]
    """Ids of the NAT gateways, in the order of their zones; none where an instance does it."""
    functions: SecurityGroup
    cache: SecurityGroup

    @property
    def function_subnets(self) -> SubnetSelection:
        """Where functions live: no way in, and a way out by address translation."""
        return SubnetSelection(subnet_group_name="functions")

    @property
    def cache_subnet_ids(self) -> list[str]:
        """Where Redis lives: neither a way in nor a way out."""
        return self.vpc.select_subnets(subnet_group_name="cache").subnet_ids


def create_network(
    scope: Construct, *, zones: Sequence[str], one_gateway_per_zone: bool
) -> Network:
    """Creates the network in `zones`, or in the account's first two if none are given.

    The way out is a gateway in each zone, or one small instance, which costs a tenth and takes
    everybody's songs with it when it is gone.
    """
    instance = None if one_gateway_per_zone else _nat_instance()
    provider = instance or NatProvider.gateway()
    vpc = Vpc(
        scope,
        "network",
        **({"availability_zones": list(zones)} if zones else {"max_azs": ZONES}),
        nat_gateways=ZONES if one_gateway_per_zone else 1,
        nat_gateway_provider=provider,
        subnet_configuration=[
            _subnets("out", SubnetType.PUBLIC),
            _subnets("functions", SubnetType.PRIVATE_WITH_EGRESS),
            _subnets("cache", SubnetType.PRIVATE_ISOLATED),
        ],
        # The default group is given to nothing here; to empty it takes a custom resource.
        restrict_default_security_group=False,
        gateway_endpoints={
            "dynamodb": GatewayVpcEndpointOptions(
                service=GatewayVpcEndpointAwsService.DYNAMODB,
                subnets=[SubnetSelection(subnet_group_name="functions")],
            )
        },
        flow_logs={"refused": _refused(scope)},
    )
    functions = _group(scope, "functions-group", vpc, "Functions that speak to Redis")
    cache = _group(scope, "cache-group", vpc, "Redis, for functions only")
    functions.add_egress_rule(Peer.any_ipv4(), Port.HTTPS, "AWS, whose addresses change")
    functions.connections.allow_to(cache, Port.tcp(REDIS_PORT), "Redis")
    if instance:
        _harden(instance, functions)
        _launch_with_newest_image(scope, instance)
    gateways = [] if instance else [one.gateway_id for one in provider.configured_gateways]
    return Network(vpc, gateways, functions, cache)


def let_join(role: Role) -> None:
    """Lets Lambda place functions of `role` in a network, and the functions' own code not.

    Lambda names the function only in calls that its code makes, so the presence of that name
    tells one from the other.
    """
    actions = list(NETWORK_INTERFACES)
    role.add_to_policy(PolicyStatement(actions=actions, resources=["*"]))
    role.add_to_policy(
        PolicyStatement(
            effect=Effect.DENY,
            actions=actions,
            resources=["*"],
            conditions={"Null": {"lambda:SourceFunctionArn": "false"}},
        )
    )
    accept(role, "IAM5[Resource::*]", "Lambda makes network interfaces, whose ids are not known.")


def _subnets(name: str, kind: SubnetType) -> SubnetConfiguration:
    public = kind == SubnetType.PUBLIC
    return SubnetConfiguration(
        name=name,
        subnet_type=kind,
        cidr_mask=24,
        **({"map_public_ip_on_launch": False} if public else {}),
    )


def _group(scope: Construct, name: str, vpc: Vpc, description: str) -> SecurityGroup:
    return SecurityGroup(scope, name, vpc=vpc, description=description, allow_all_outbound=False)


def _refused(scope: Construct) -> FlowLogOptions:
    """Logs what is turned away: an address where none belongs, or a port that nobody opened."""
    group = LogGroup(
        scope,
        "refused-log",
        retention=RetentionDays.TWO_WEEKS,
        removal_policy=RemovalPolicy.DESTROY,
    )
    return FlowLogOptions(
        traffic_type=FlowLogTrafficType.REJECT,
        destination=FlowLogDestination.to_cloud_watch_logs(group),
    )


def _nat_instance() -> NatInstanceProviderV2:
    install, *rest = NatInstanceProviderV2.DEFAULT_USER_DATA_COMMANDS
    commands = UserData.for_linux()
    # Amazon Linux may clean its cache of packages meanwhile, so the first attempt can fail.
    commands.add_commands(*SWAP, f"until {install}; do sleep 5; done", *rest)
    return NatProvider.instance_v2(
        instance_type=InstanceType(NAT_INSTANCE),
        machine_image=MachineImage.resolve_ssm_parameter_at_launch(NAT_IMAGE),
        associate_public_ip_address=True,
        default_allowed_traffic=NatTrafficDirection.OUTBOUND_ONLY,
        user_data=commands,
    )


def _launch_with_newest_image(scope: Construct, provider: NatInstanceProviderV2) -> None:
    """The image stands in a launch template: only there CloudFormation takes a parameter's name."""
    template = CfnLaunchTemplate(
        scope,
        "nat-launch",
        version_description=f"Renewed {NAT_RENEWED}",
        launch_template_data=CfnLaunchTemplate.LaunchTemplateDataProperty(
            image_id=f"resolve:ssm:{NAT_IMAGE}"
        ),
    )
    for instance in provider.gateway_instances:
        resource = _resource(instance)
        resource.image_id = None
        resource.launch_template = CfnInstance.LaunchTemplateSpecificationProperty(
            launch_template_id=template.ref, version=template.attr_latest_version_number
        )


def _resource(instance: Instance) -> CfnInstance:
    resource = instance.node.default_child
    assert isinstance(resource, CfnInstance)
    return resource


def _harden(provider: NatInstanceProviderV2, functions: SecurityGroup) -> None:
    group = provider.security_group
    group.add_ingress_rule(functions, Port.HTTPS, "Functions on their way out")
    for instance in provider.gateway_instances:
        resource = _resource(instance)
        resource.block_device_mappings = [
            CfnInstance.BlockDeviceMappingProperty(
                device_name=ROOT_DEVICE, ebs=CfnInstance.EbsProperty(encrypted=True)
            )
        ]
        accept(instance, "EC28", "Detailed monitoring would cost most of what the instance does.")
        accept(instance, "EC29", "It holds nothing, and goes away with the dev stage.")
