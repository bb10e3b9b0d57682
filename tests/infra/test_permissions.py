"""Least privilege: a role allows what its function calls, and nothing else without a reason.

Nothing on this machine evaluates IAM, so a missing permission would first be seen in an account.
Here each function runs against moto with its own environment, and what it called is held against
its synthesized role; that no path was left out is read from the source.
"""

import copy
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis import Redis

from lambdas.adapters import clients, song_ends
from lambdas.domain.session import Session
from tests.infra import call_sites
from tests.infra.calls import Call, Recorder, cloud
from tests.infra.conftest import Template, of_type
from tests.infra.grants import (
    Grant,
    denials_of,
    flat,
    function_id,
    functions_of,
    grants_of,
    grants_of_role,
    listed,
    statements_of,
    statements_of_role,
)
from tests.infra.scenarios import SCENARIOS

LOG, SOURCE, DESTINATION, NETWORK = "log group", "mapped stream", "queue", "network"
INTERFACES = {
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
}
REASONS: dict[str, tuple[str, set[str]]] = {
    "Lambda writes the function's output to its log group.": (
        LOG,
        {"logs:CreateLogStream", "logs:PutLogEvents"},
    ),
    "Lambda reads the stream for the mapping with the function's role; CDK grants reading whole, "
    "with what enhanced fan-out needs.": (
        SOURCE,
        {
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamConsumer",
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards",
            "kinesis:ListStreams",
            "kinesis:SubscribeToShard",
        },
    ),
    "Lambda sends what a mapping gives up with the function's role; CDK grants sending together "
    "with asking for the queue's address and length, which tell nothing of a message.": (
        DESTINATION,
        {"sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"},
    ),
    "Lambda places the function in the network with the function's role; EC2 gives the interfaces "
    "ids of its own.": (NETWORK, INTERFACES),
}
"""Why a role allows what its function never calls: on which of its resources, which actions."""

WILDCARDS: dict[str, tuple[str, set[str]]] = {
    "A connection's id is not known beforehand.": (
        "/@connections/*",
        {"execute-api:ManageConnections"},
    ),
    "Lambda makes network interfaces, whose ids are not known beforehand.": ("*", INTERFACES),
    "API Gateway gives a model its id.": (
        "/models/*",
        {"apigateway:PATCH", "apigateway:DELETE"},
    ),
    "CloudFront serves every file of the page's own bucket.": ("/*", {"s3:GetObject"}),
    "In a key's own policy `*` is the key, and the account must stay its administrator.": (
        "*",
        {"kms:*", "kms:Decrypt", "kms:GenerateDataKey"},
    ),
}
"""Why `*` may stand in an action or a resource: how the resource ends, for which actions."""


Run = Callable[[Template, str], set[Call]]


@pytest.fixture
def run(redis_url: str) -> Iterator[Run]:
    """Runs a function of a template down all its paths; answers what it called."""

    def calls(template: Template, name: str) -> set[Call]:
        recorder = Recorder()
        with cloud(template, name, redis_url, recorder) as handler:
            SCENARIOS[name](handler)
        return recorder.calls

    yield calls
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_role_allows_exactly_what_its_function_calls(name: str, lake: Template, run: Run) -> None:
    calls = run(lake, name)
    assert {call.site for call in calls} == call_sites.sites(name), "a path that was not taken"
    calls |= logins(lake, name)
    assert missing(lake, name, calls) == []
    assert needless(lake, name, calls) == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_both_stages_allow_a_function_the_same(
    name: str, lake: Template, lake_of_prod: Template
) -> None:
    assert {str(grant) for grant in grants_of(lake, name)} == {
        str(grant).replace("/prod/", "/dev/") for grant in grants_of(lake_of_prod, name)
    }


def test_every_function_is_run(template: Template, lake: Template) -> None:
    assert functions_of(template).keys() | {"lake"} == functions_of(lake).keys() == SCENARIOS.keys()


def test_clients_are_made_in_one_place_only() -> None:
    assert call_sites.importers_of("boto3") == {"adapters/clients.py"}


def test_a_grant_that_is_missing_is_found(dev: Template, run: Run) -> None:
    narrowed = without_action(dev, "start", "dynamodb:PutItem")
    [sentence] = missing(narrowed, "start", run(narrowed, "start"))
    assert sentence == f"start calls dynamodb:PutItem on {table(dev, 'song-ends')} and may not"


def test_a_call_that_was_swapped_for_another_is_found(
    dev: Template, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def updates(user: str, session: Session, **_: int) -> Session:
        clients.dynamodb().update_item(
            TableName=os.environ["SONG_ENDS_TABLE"],
            Key={"user_id": {"S": user}},
            UpdateExpression="REMOVE song",
        )
        return session

    monkeypatch.setattr(song_ends, "write", updates)
    calls, song_ends_table = run(dev, "start"), table(dev, "song-ends")
    assert missing(dev, "start", calls) == [
        f"start calls dynamodb:UpdateItem on {song_ends_table} and may not"
    ]
    assert f"start may dynamodb:PutItem on {song_ends_table} and never does" in needless(
        dev, "start", calls
    )


def test_a_statement_is_an_action_on_the_table_that_it_names(
    dev: Template, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def inserts(user: str, session: Session, **_: int) -> Session:
        statement = f"""INSERT INTO "{os.environ["SONG_ENDS_TABLE"]}" VALUE {{'user_id': ?}}"""
        clients.dynamodb().batch_execute_statement(
            Statements=[{"Statement": statement, "Parameters": [{"S": user}]}]
        )
        return session

    monkeypatch.setattr(song_ends, "write", inserts)
    assert missing(dev, "start", run(dev, "start")) == [
        f"start calls dynamodb:PartiQLInsert on {table(dev, 'song-ends')} and may not"
    ]


def test_an_environment_that_names_another_table_is_found(dev: Template, run: Run) -> None:
    mixed_up = copy.deepcopy(dev)
    function = mixed_up["Resources"][function_id(dev, "rate")]["Properties"]
    function["Environment"]["Variables"]["TASTES_TABLE"] = {"Ref": table(dev, "song-ends")}
    [sentence] = missing(mixed_up, "rate", run(mixed_up, "rate"))
    assert sentence == f"rate calls dynamodb:UpdateItem on {table(dev, 'song-ends')} and may not"


def test_the_gateway_may_do_what_its_integration_does(template: Template) -> None:
    for integration in of_type(template, "AWS::ApiGatewayV2::Integration").values():
        properties = integration["Properties"]
        if properties["IntegrationType"] == "AWS":
            role = flat(properties["CredentialsArn"])
            action = flat(properties["IntegrationUri"]).rpartition(":")[2].replace("action/", "")
            (request,) = properties["RequestTemplates"].values()
            stream = flat(request).partition('"StreamName":"')[2].partition('"')[0]
            assert grants_of_role(template, role) == {Grant(f"kinesis:{action}", stream)}


def test_of_the_songs_a_function_touches_what_people_added_and_the_index_and_nothing_else(
    template: Template,
) -> None:
    own = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["own:*"]}}
    songs = table(template, "songs")
    query, write = "dynamodb:Query", "dynamodb:BatchWriteItem"
    allowed = [
        (name, Grant(action, flat(resource)), statement.get("Condition"))
        for name, function in functions_of(template).items()
        for statement in statements_of_role(template, flat(function["Role"]))
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
        if flat(resource).startswith(songs)
    ]
    assert sorted(allowed, key=lambda one: one[:2]) == [
        ("forget", Grant(write, songs), own),
        ("forget", Grant(query, songs), own),
        ("own_songs", Grant(write, songs), own),
        ("own_songs", Grant(query, songs), own),
        ("recommend", Grant(query, songs), own),
        ("recommend", Grant(query, f"{songs}/index/by-tempo"), None),
    ]


def test_a_role_belongs_to_one_function(template: Template) -> None:
    roles = [flat(function["Role"]) for function in functions_of(template).values()]
    assert len(roles) == len(set(roles))


def test_nothing_is_allowed_by_a_wildcard_without_a_reason(template: Template) -> None:
    used = set()
    for logical_id, statement in statements_of(template):
        if statement["Effect"] == "Deny":
            continue  # a denial is the stricter, the wider it is
        assert not {"NotAction", "NotResource", "NotPrincipal"} & statement.keys(), logical_id
        actions = set(listed(statement["Action"]))
        for resource in map(flat, listed(statement.get("Resource", []))):
            reasons = _reasons(actions, resource)
            assert reasons or "*" not in f"{resource}{actions}", f"{logical_id} allows {statement}"
            used |= reasons
        for principal in _texts(statement.get("Principal", {})):
            assert "*" not in principal, f"{logical_id} trusts {principal}"
    assert used == WILDCARDS.keys(), "a reason that nothing needs any more"


def test_no_role_holds_a_policy_that_somebody_else_may_widen(template: Template) -> None:
    for logical_id, role in of_type(template, "AWS::IAM::Role").items():
        assert role["Properties"].get("ManagedPolicyArns", []) == [], logical_id


def logins(template: Template, name: str) -> set[Call]:
    """The login to Redis: IAM judges it, though it is a signature and no call."""
    variables = functions_of(template)[name]["Environment"]["Variables"]
    return {
        Call("elasticache:Connect", flat(variables[variable]), "clients.redis")
        for variable in ("REDIS_CACHE", "REDIS_USER")
        if variable in variables and call_sites.uses_redis(name)
    }


def missing(template: Template, name: str, calls: set[Call]) -> list[str]:
    """What a function calls and its role does not allow, or denies."""
    grants, denials = grants_of(template, name), denials_of(template, name)
    return sorted(
        {
            f"{name} calls {call.action} on {call.resource} and may not"
            for call in calls
            if not any(grant.covers(call.action, call.resource) for grant in grants)
            or any(denial.covers(call.action, call.resource) for denial in denials)
        }
    )


def needless(template: Template, name: str, calls: set[Call]) -> list[str]:
    """What a role allows, its function never calls, and no reason explains."""
    explained = besides(template, name)
    return sorted(
        f"{name} may {grant} and never does"
        for grant in grants_of(template, name) - explained
        if not any(grant.covers(call.action, call.resource) for call in calls)
    )


def besides(template: Template, name: str) -> set[Grant]:
    """What a role allows for one of REASONS."""
    places = _places(template, name)
    return {
        Grant(action, resource)
        for place, actions in REASONS.values()
        for action in actions
        for resource in places[place]
    }


def _places(template: Template, name: str) -> dict[str, set[str]]:
    """The resources of one function for which something acts with its role."""
    function = functions_of(template)[name]
    mappings = [
        mapping["Properties"]
        for mapping in of_type(template, "AWS::Lambda::EventSourceMapping").values()
        if flat(mapping["Properties"]["FunctionName"]) == function_id(template, name)
    ]
    return {
        LOG: {flat(function["LoggingConfig"]["LogGroup"])},
        SOURCE: {flat(mapping["EventSourceArn"]) for mapping in mappings},
        DESTINATION: {
            flat(mapping["DestinationConfig"]["OnFailure"]["Destination"]) for mapping in mappings
        },
        NETWORK: {"*"} if "VpcConfig" in function else set(),
    }


def _reasons(actions: set[str], resource: str) -> set[str]:
    return {
        reason
        for reason, (ending, allowed) in WILDCARDS.items()
        if resource.endswith(ending) and actions <= allowed
    }


def without_action(template: Template, name: str, action: str) -> Template:
    """The template without one permission of a function."""
    narrowed = copy.deepcopy(template)
    role = flat(functions_of(narrowed)[name]["Role"])
    for policy in of_type(narrowed, "AWS::IAM::Policy").values():
        if {flat(one) for one in policy["Properties"]["Roles"]} == {role}:
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
                statement["Action"] = [one for one in listed(statement["Action"]) if one != action]
    return narrowed


def table(template: Template, name: str) -> str:
    """The logical id of the table that the app calls by this name."""
    (found,) = [
        logical_id
        for logical_id, one in of_type(template, "AWS::DynamoDB::Table").items()
        if one["Metadata"]["aws:cdk:path"].split("/")[1] == name
    ]
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    else:
        yield from map(flat, listed(value))
