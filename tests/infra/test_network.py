"""Who may speak to whom: the network of the functions that use Redis, and Redis itself."""

import json
from pathlib import Path
from typing import Any

from aws_cdk import App, Stack

from infra.cache import create_cache
from infra.network import NAT_IMAGE, NAT_RENEWED, NETWORK_INTERFACES, create_network
from local.template.template import read
from tests.infra.conftest import Template, of_type, properties

ON_REDIS = {
    *("average", "recommend", "connect", "disconnect"),
    *("skip", "end", "rate", "workout", "floor", "history"),
}
EVERYWHERE = "0.0.0.0/0"
REDIS, HTTPS = 6379, 443
STACK_ID = {"Ref": "AWS::StackId"}


def test_only_functions_that_speak_to_redis_live_in_the_network(template: Template) -> None:
    functions = _functions(template)
    inside = {name for name, one in functions.items() if "VpcConfig" in one}
    told = {name for name, one in functions.items() if "REDIS_URL" in _environment(one)}
    assert inside == told
    assert inside >= ON_REDIS
    assert not inside & {"authorize", "schedule", "start", "change", "own_songs"}


def test_functions_live_where_there_is_no_way_in_and_a_way_out(template: Template) -> None:
    for name in ON_REDIS:
        place = _functions(template)[name]["VpcConfig"]
        assert place["SecurityGroupIds"] == [_group_id(template, "functions-group")]
        assert [_kind(template, subnet) for subnet in place["SubnetIds"]] == ["Private"] * 2
        for subnet in place["SubnetIds"]:
            (way_out,) = _default_routes(template, subnet)
            assert "GatewayId" not in way_out


def test_redis_lives_where_there_is_neither_a_way_in_nor_a_way_out(template: Template) -> None:
    subnets = _cache(template)["SubnetIds"]
    assert [_kind(template, subnet) for subnet in subnets] == ["Isolated"] * 2
    assert [_default_routes(template, subnet) for subnet in subnets] == [[], []]
    zones = [template["Resources"][one["Ref"]]["Properties"]["AvailabilityZone"] for one in subnets]
    assert zones[0] != zones[1]


def test_redis_takes_connections_of_functions_only(template: Template) -> None:
    cache = _group_id(template, "cache-group")
    assert _cache(template)["SecurityGroupIds"] == [cache]
    (rule,) = _let_in(template, cache)
    assert rule["SourceSecurityGroupId"] == _group_id(template, "functions-group")
    assert (rule["FromPort"], rule["ToPort"], rule["IpProtocol"]) == (REDIS, REDIS, "tcp")


def test_functions_reach_redis_and_aws_and_nothing_else(template: Template) -> None:
    functions = _group_id(template, "functions-group")
    (out,) = _group(template, "functions-group")["SecurityGroupEgress"]
    assert (out["CidrIp"], out["FromPort"], out["ToPort"]) == (EVERYWHERE, HTTPS, HTTPS)
    (rule,) = [
        rule
        for rule in properties(template, "AWS::EC2::SecurityGroupEgress")
        if rule["GroupId"] == functions
    ]
    assert rule["DestinationSecurityGroupId"] == _group_id(template, "cache-group")
    assert (rule["FromPort"], rule["ToPort"]) == (REDIS, REDIS)


def test_nobody_comes_in_from_the_internet(template: Template) -> None:
    groups = [
        {"Fn::GetAtt": [name, "GroupId"]} for name in of_type(template, "AWS::EC2::SecurityGroup")
    ]
    rules = [rule for group in groups for rule in _let_in(template, group)]
    assert rules
    assert not [rule for rule in rules if "SourceSecurityGroupId" not in rule]
    assert _let_in(template, _group_id(template, "functions-group")) == []
    for subnet in properties(template, "AWS::EC2::Subnet"):
        assert subnet["MapPublicIpOnLaunch"] is False


def test_dynamodb_is_reached_without_leaving_aws(template: Template) -> None:
    (endpoint,) = properties(template, "AWS::EC2::VPCEndpoint")
    assert endpoint["VpcEndpointType"] == "Gateway"
    assert endpoint["ServiceName"]["Fn::Join"][1][-1] == ".dynamodb"
    subnets = _functions(template)["recommend"]["VpcConfig"]["SubnetIds"]
    assert endpoint["RouteTableIds"] == [_route_table(template, subnet) for subnet in subnets]


def test_dev_goes_out_by_one_small_instance(dev: Template) -> None:
    ((name, instance),) = of_type(dev, "AWS::EC2::Instance").items()
    assert not of_type(dev, "AWS::EC2::NatGateway")
    assert instance["Properties"]["InstanceType"] == "t4g.nano"
    assert instance["Properties"]["SourceDestCheck"] is False
    assert "ImageId" not in instance["Properties"]
    (disk,) = instance["Properties"]["BlockDeviceMappings"]
    assert disk["Ebs"]["Encrypted"] is True
    (interface,) = instance["Properties"]["NetworkInterfaces"]
    (group,) = interface["GroupSet"]
    (allowed,) = _let_in(dev, group)
    assert allowed["SourceSecurityGroupId"] == _group_id(dev, "functions-group")
    assert (allowed["FromPort"], allowed["ToPort"]) == (HTTPS, HTTPS)
    for subnet in _functions(dev)["average"]["VpcConfig"]["SubnetIds"]:
        (way_out,) = _default_routes(dev, subnet)
        assert way_out["InstanceId"] == {"Ref": name}


def test_the_image_of_the_way_out_changes_only_with_its_launch_template(dev: Template) -> None:
    """A parameter of the stack would be looked up at each deployment, and replace the instance."""
    ((name, launch),) = of_type(dev, "AWS::EC2::LaunchTemplate").items()
    assert launch["Properties"] == {
        "LaunchTemplateData": {"ImageId": f"resolve:ssm:{NAT_IMAGE}"},
        "VersionDescription": f"Renewed {NAT_RENEWED}",
    }
    (instance,) = properties(dev, "AWS::EC2::Instance")
    assert instance["LaunchTemplate"] == {
        "LaunchTemplateId": {"Ref": name},
        "Version": {"Fn::GetAtt": [name, "LatestVersionNumber"]},
    }
    assert not [one for one in dev["Parameters"].values() if "/aws/service" in str(one)]


def test_prod_goes_out_by_a_gateway_in_each_zone(prod: Template) -> None:
    assert not of_type(prod, "AWS::EC2::Instance")
    zones = {
        name: _zone(prod, gateway["Properties"]["SubnetId"])
        for name, gateway in of_type(prod, "AWS::EC2::NatGateway").items()
    }
    for subnet in _functions(prod)["average"]["VpcConfig"]["SubnetIds"]:
        (way_out,) = _default_routes(prod, subnet)
        assert zones.pop(way_out["NatGatewayId"]["Ref"]) == _zone(prod, subnet)
    assert not zones


def test_what_is_turned_away_is_logged(template: Template) -> None:
    (log,) = properties(template, "AWS::EC2::FlowLog")
    assert (log["TrafficType"], log["ResourceType"]) == ("REJECT", "VPC")


def test_the_code_of_a_function_cannot_use_what_lambda_needs_to_place_it(
    template: Template,
) -> None:
    for name in ON_REDIS:
        about_interfaces = [s for s in _statements(template, name) if "ec2:" in json.dumps(s)]
        assert {s["Effect"] for s in about_interfaces} == {"Allow", "Deny"}
        for statement in about_interfaces:
            assert statement["Action"] == list(NETWORK_INTERFACES)
            if statement["Effect"] == "Deny":
                assert statement["Condition"] == {"Null": {"lambda:SourceFunctionArn": "false"}}


def test_functions_log_in_to_redis_by_their_role_and_over_tls(template: Template) -> None:
    ((cache, _),) = of_type(template, "AWS::ElastiCache::ServerlessCache").items()
    ((user, _),) = of_type(template, "AWS::ElastiCache::User").items()
    endpoint = [{"Fn::GetAtt": [cache, f"Endpoint.{part}"]} for part in ("Address", "Port")]
    for name in ON_REDIS:
        environment = _environment(_functions(template)[name])
        assert environment["REDIS_URL"] == {
            "Fn::Join": ["", ["rediss://", endpoint[0], ":", endpoint[1]]]
        }
        assert environment["REDIS_CACHE"] == {"Ref": cache}
        assert environment["REDIS_USER"] == {"Ref": user}


def test_only_these_functions_may_connect_and_only_to_this_cache(template: Template) -> None:
    (cache,) = of_type(template, "AWS::ElastiCache::ServerlessCache")
    (user,) = of_type(template, "AWS::ElastiCache::User")
    for name, function in _functions(template).items():
        resources = [
            statement["Resource"]
            for statement in _statements(template, name)
            if "elasticache:" in json.dumps(statement["Action"])
        ]
        if "REDIS_URL" in _environment(function):
            assert resources == [[{"Fn::GetAtt": [cache, "ARN"]}, {"Fn::GetAtt": [user, "Arn"]}]]
        else:
            assert resources == []


def test_no_user_of_redis_has_a_secret(template: Template) -> None:
    (group,) = properties(template, "AWS::ElastiCache::UserGroup")
    ((name, user),) = of_type(template, "AWS::ElastiCache::User").items()
    assert group["UserIds"] == [{"Ref": name}]
    assert user["Properties"]["AuthenticationMode"] == {"Type": "iam"}
    assert user["Properties"]["UserId"] == user["Properties"]["UserName"]
    assert "Passwords" not in json.dumps(user)
    assert _cache(template)["UserGroupId"] == {
        "Ref": next(iter(of_type(template, "AWS::ElastiCache::UserGroup")))
    }


def test_two_stacks_never_name_their_caches_alike(template: Template) -> None:
    for name in (
        _cache(template)["ServerlessCacheName"],
        *(user["UserId"] for user in properties(template, "AWS::ElastiCache::User")),
        *(group["UserGroupId"] for group in properties(template, "AWS::ElastiCache::UserGroup")),
    ):
        assert json.dumps(STACK_ID) in json.dumps(name)


def test_what_the_cache_may_cost_has_a_ceiling(template: Template) -> None:
    limits = _cache(template)["CacheUsageLimits"]
    assert 0 < limits["DataStorage"]["Maximum"] <= 100
    assert 0 < limits["ECPUPerSecond"]["Maximum"] <= 1_000_000


def test_prod_leaves_snapshots_of_its_cache_and_dev_does_not(dev: Template, prod: Template) -> None:
    assert _cache(prod)["SnapshotRetentionLimit"] >= 1
    assert json.dumps(STACK_ID) in json.dumps(_cache(prod)["FinalSnapshotName"])
    assert not {"SnapshotRetentionLimit", "FinalSnapshotName"} & _cache(dev).keys()


def test_no_cache_outlives_its_network(template: Template) -> None:
    (cache,) = of_type(template, "AWS::ElastiCache::ServerlessCache").values()
    assert (cache["DeletionPolicy"], cache["UpdateReplacePolicy"]) == ("Delete", "Delete")


def test_the_local_cloud_knows_that_the_cache_is_not_here(dev: Template) -> None:
    stack = read(dev, {}, {"sqs": "http://127.0.0.1:4566"})
    environments = {one.name: one.environment for one in stack.functions}
    for name in ON_REDIS:
        assert environments[name]["REDIS_URL"] == "rediss://cache.invalid:6379"


def test_zones_can_be_chosen_where_an_account_s_first_two_have_no_elasticache(
    tmp_path: Path,
) -> None:
    zones = ["us-east-1a", "us-east-1c"]
    template = _alone(tmp_path, engine="valkey", zones=zones)
    assert [_zone(template, subnet) for subnet in _cache(template)["SubnetIds"]] == zones


def test_the_user_that_redis_must_have_is_switched_off(tmp_path: Path) -> None:
    template = _alone(tmp_path, engine="redis")
    assert (_cache(template)["Engine"], _cache(template)["MajorEngineVersion"]) == ("redis", "7")
    (nobody,) = [
        user
        for user in properties(template, "AWS::ElastiCache::User")
        if user["UserName"] == "default"
    ]
    assert nobody["AccessString"].split()[0] == "off"
    (group,) = properties(template, "AWS::ElastiCache::UserGroup")
    assert len(group["UserIds"]) == 2


def _alone(folder: Path, *, engine: str, zones: list[str] | None = None) -> Template:
    app = App(outdir=str(folder), analytics_reporting=False)
    stack = Stack(app, "Alone")
    network = create_network(stack, zones=zones or [], one_gateway_per_zone=False)
    create_cache(stack, network, engine=engine, keeps_data=False)
    template: Template = app.synth().stacks[0].template
    return template


def _functions(template: Template) -> dict[str, dict[str, Any]]:
    """Properties by the name in the handler."""
    functions = properties(template, "AWS::Lambda::Function")
    return {function["Handler"].split(".")[1]: function for function in functions}


def _environment(function: dict[str, Any]) -> dict[str, Any]:
    variables: dict[str, Any] = function["Environment"]["Variables"]
    return variables


def _statements(template: Template, name: str) -> list[dict[str, Any]]:
    """What the role of a function may and may not do."""
    (role,) = _functions(template)[name]["Role"]["Fn::GetAtt"][:1]
    return [
        statement
        for policy in properties(template, "AWS::IAM::Policy")
        if {"Ref": role} in policy["Roles"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def _cache(template: Template) -> dict[str, Any]:
    (cache,) = properties(template, "AWS::ElastiCache::ServerlessCache")
    return cache


def _group_id(template: Template, construct: str) -> dict[str, Any]:
    ((name, _),) = _groups(template, construct)
    return {"Fn::GetAtt": [name, "GroupId"]}


def _group(template: Template, construct: str) -> dict[str, Any]:
    ((_, group),) = _groups(template, construct)
    return group


def _groups(template: Template, construct: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        (name, resource["Properties"])
        for name, resource in of_type(template, "AWS::EC2::SecurityGroup").items()
        if resource["Metadata"]["aws:cdk:path"].split("/")[1] == construct
    ]


def _let_in(template: Template, group_id: dict[str, Any]) -> list[dict[str, Any]]:
    """The rules by which a group takes connections, which stand in it or beside it."""
    (name, _) = group_id["Fn::GetAtt"]
    beside = properties(template, "AWS::EC2::SecurityGroupIngress")
    within: list[dict[str, Any]] = template["Resources"][name]["Properties"].get(
        "SecurityGroupIngress", []
    )
    return within + [rule for rule in beside if rule["GroupId"] == group_id]


def _kind(template: Template, subnet: dict[str, str]) -> str:
    tags = template["Resources"][subnet["Ref"]]["Properties"]["Tags"]
    (kind,) = [tag["Value"] for tag in tags if tag["Key"] == "aws-cdk:subnet-type"]
    return str(kind)


def _zone(template: Template, subnet: dict[str, str]) -> Any:
    return template["Resources"][subnet["Ref"]]["Properties"]["AvailabilityZone"]


def _route_table(template: Template, subnet: dict[str, str]) -> Any:
    (association,) = [
        one
        for one in properties(template, "AWS::EC2::SubnetRouteTableAssociation")
        if one["SubnetId"] == subnet
    ]
    return association["RouteTableId"]


def _default_routes(template: Template, subnet: dict[str, str]) -> list[dict[str, Any]]:
    table = _route_table(template, subnet)
    return [
        route
        for route in properties(template, "AWS::EC2::Route")
        if route["RouteTableId"] == table and route["DestinationCidrBlock"] == EVERYWHERE
    ]
