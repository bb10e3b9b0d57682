"""The app itself: its checks bite, and a change of the API is published."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk.aws_sqs import Queue
from constructs import Node

from events.messages import Error, Rate
from events.schemas import ROUTES
from infra import door, mapping_templates
from infra.checks import accept, add_checks
from infra.settings import BUDGETS_USD, SHARDS, Settings, read_settings
from infra.stack import TempoFit
from local.template.template import read
from tests.infra.conftest import Template


def test_a_finding_fails_the_synthesis(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path), analytics_reporting=False)
    queue = Queue(Stack(app, "Careless"), "queue")
    accept(queue, "SQS3", "It has no dead-letter queue, and this test says why.")
    add_checks(app)
    with pytest.raises(RuntimeError, match="does not require requests to use SSL"):
        app.synth()
    report = (tmp_path / "validation-report.json").read_text()
    assert "AwsSolutions-SQS4" in report  # takes requests without TLS
    assert '"AwsSolutions-SQS3"' not in report


def test_a_changed_answer_makes_a_new_deployment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, same = _deployment(tmp_path / "1"), _deployment(tmp_path / "2")
    monkeypatch.setattr(mapping_templates, "unknown_action", lambda: "{}")
    assert first == same
    assert _deployment(tmp_path / "3") != first


def test_a_changed_schema_makes_a_new_deployment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _deployment(tmp_path / "1")
    monkeypatch.setitem(ROUTES, "skip", Rate)
    assert _deployment(tmp_path / "2") != first


def test_a_changed_answer_or_schema_of_the_door_makes_a_new_deployment_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [_deployment(tmp_path / "1", "door-")]
    monkeypatch.setattr(door, "SCHEMA", "{}")
    names.append(_deployment(tmp_path / "2", "door-"))
    monkeypatch.setitem(door.REFUSALS, "THROTTLED", Error("busy", "Wait."))
    names.append(_deployment(tmp_path / "3", "door-"))
    assert len(set(names)) == 3


def test_what_was_never_tried_on_aws_can_be_left_out(tmp_path: Path, dev: Template) -> None:
    context = {
        "aws:cdk:bundling-stacks": [],
        "stage": "dev",
        "page_logs": "off",
        "default_answer": "off",
    }
    app = App(context=context, outdir=str(tmp_path))
    add_checks(app)
    TempoFit(app, read_settings(app.node))
    (stack,) = app.synth().stacks
    kept, whole = kinds(stack.template), kinds(dev)
    assert whole - kept == Counter(
        {
            "AWS::ApiGatewayV2::Integration": 1,
            "AWS::ApiGatewayV2::IntegrationResponse": 1,
            "AWS::ApiGatewayV2::Route": 1,
            "AWS::ApiGatewayV2::RouteResponse": 1,
            "AWS::Logs::Delivery": 1,
            "AWS::Logs::DeliveryDestination": 1,
            "AWS::Logs::DeliverySource": 1,
            "AWS::Logs::LogGroup": 1,
        }
    )
    assert kept <= whole
    routes = {
        route.key for route in read(stack.template, {}, {"sqs": "http://sqs.test"}).api.routes
    }
    assert "$default" not in routes


def test_context_of_the_command_line_is_text() -> None:
    settings = read_settings(_context({"stage": "prod", "heart_rate_shards": "8"}))
    shards: dict[str, Any] = SHARDS["prod"] | {"heart_rate_shards": 8}
    assert settings == Settings("prod", **shards, budget_usd=BUDGETS_USD["prod"])
    assert settings.keeps_data


def test_a_stream_of_dev_has_one_shard_and_of_prod_what_docs_say() -> None:
    dev, prod = (read_settings(_context({"stage": stage})) for stage in ("dev", "prod"))
    assert (dev.heart_rate_shards, dev.averages_shards, dev.requests_shards) == (1, 1, 1)
    assert (prod.heart_rate_shards, prod.averages_shards, prod.requests_shards) == (4, 2, 2)


def test_traces_are_a_switch(tmp_path: Path) -> None:
    context = {"aws:cdk:bundling-stacks": [], "tracing": "on"}
    app = App(context=context, outdir=str(tmp_path))
    add_checks(app)
    TempoFit(app, read_settings(app.node))
    (stack,) = app.synth().stacks
    functions = [
        resource["Properties"]
        for resource in stack.template["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    ]
    assert all(one["TracingConfig"] == {"Mode": "Active"} for one in functions)
    assert all(one["Environment"]["Variables"]["TRACING"] == "on" for one in functions)


def test_functions_are_consumers_of_their_own_where_fan_out_is_on(tmp_path: Path) -> None:
    context = {"aws:cdk:bundling-stacks": [], "fan_out": "on"}
    app = App(context=context, outdir=str(tmp_path))
    add_checks(app)
    TempoFit(app, read_settings(app.node))
    (stack,) = app.synth().stacks
    resources = stack.template["Resources"]
    consumers = {
        name for name, one in resources.items() if one["Type"] == "AWS::Kinesis::StreamConsumer"
    }
    sources = {
        one["Properties"]["EventSourceArn"]["Fn::GetAtt"][0]
        for one in resources.values()
        if one["Type"] == "AWS::Lambda::EventSourceMapping"
    }
    assert len(consumers) == 3
    assert sources == consumers


def test_a_switch_is_on_or_off() -> None:
    with pytest.raises(ValueError, match="tracing is 'yes'"):
        read_settings(_context({"tracing": "yes"}))


def test_the_engine_of_the_cache_is_one_of_two() -> None:
    assert read_settings(_context({})).cache_engine == "valkey"
    assert read_settings(_context({"cache_engine": "redis"})).cache_engine == "redis"
    with pytest.raises(
        ValueError, match=r"cache_engine is 'memcached'\. Give one of: valkey, redis"
    ):
        read_settings(_context({"cache_engine": "memcached"}))


@pytest.mark.parametrize("value", ["us-east-1a", "us-east-1a,us-east-1a", "us-east-1a,", "a,b,c"])
def test_zones_are_two(value: str) -> None:
    chosen = read_settings(_context({"zones": "us-east-1a,us-east-1c"}))
    assert chosen.zones == ("us-east-1a", "us-east-1c")
    with pytest.raises(ValueError, match="Give two availability zones"):
        read_settings(_context({"zones": value}))


@pytest.mark.parametrize("value", ["0", "many", "-1", "1.5", "501", ""])
def test_a_number_of_shards_that_cannot_be_is_a_sentence(value: str) -> None:
    with pytest.raises(ValueError, match=f"heart_rate_shards is '{value}'. Give a whole number"):
        read_settings(_context({"heart_rate_shards": value}))


@pytest.mark.parametrize("key", ["budget_usd", "lambda_concurrency"])
@pytest.mark.parametrize("value", ["0", "much", "1000001"])
def test_money_and_functions_at_once_are_whole_numbers(key: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"{key} is '{value}'. Give a whole number from 1 to"):
        read_settings(_context({key: value}))


@pytest.mark.parametrize("value", ["0", "ever", "36501", ""])
def test_days_to_keep_plays_for_are_a_whole_number(value: str) -> None:
    with pytest.raises(ValueError, match=f"kept_days is '{value}'. Give a whole number from 1 to"):
        read_settings(_context({"kept_days": value}))


def test_plays_are_kept_until_they_are_forgotten_unless_a_stage_says_for_how_long() -> None:
    assert read_settings(_context({})).kept_days == 0
    assert read_settings(_context({"kept_days": "90"})).kept_days == 90


def kinds(template: Template) -> Counter[str]:
    return Counter(resource["Type"] for resource in template["Resources"].values())


def _deployment(folder: Path, api: str = "") -> str:
    app = App(context={"aws:cdk:bundling-stacks": []}, outdir=str(folder))
    stack = TempoFit(app, read_settings(_context({})))
    named = [c.node.id for c in stack.node.children]
    (deployment,) = [one for one in named if one.startswith(f"{api}deployment-")]
    return deployment


def _context(context: dict[str, str]) -> Node:
    return App(context=context).node
