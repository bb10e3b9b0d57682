"""Every alarm has its page in the runbook, and reaches somebody."""

import re
from pathlib import Path

import pytest
from aws_cdk import App, Stack

from infra.alarms import alarm_email, create_topic
from infra.app import print_warnings
from infra.bundle import ROOT
from infra.settings import read_settings
from infra.stack import TempoFit
from local.template.synth import synthesize
from tests.infra.conftest import Template, of_type, properties
from tests.infra.watching import ALARM, page_of

BUDGET = "AWS::Budgets::Budget"


def test_every_alarm_names_a_page_of_the_runbook_that_says_what_to_do(
    dev: Template, prod: Template, lake: Template
) -> None:
    pages = sections(ROOT / "docs" / "runbook.md")
    alarms = [*properties(dev, ALARM), *properties(prod, ALARM), *properties(lake, ALARM)]
    assert {page_of(alarm) for alarm in alarms} | {"money"} == pages.keys()
    for page, text in pages.items():
        parts = re.findall(r"^\*\*(.+?):\*\*", text, re.MULTILINE)
        assert parts == ["For athletes", "Look at", "Do", "Over when"], page


def test_links_in_the_runbook_lead_somewhere() -> None:
    path = ROOT / "docs" / "runbook.md"
    for link in re.findall(r"\]\(([^)]+)\)", path.read_text()):
        file, _, anchor = link.partition("#")
        assert not file or (path.parent / file).exists(), link
        assert file or anchor in sections(path), link


def test_every_alarm_says_when_it_begins_and_when_it_is_over(template: Template) -> None:
    (topic,) = of_type(template, "AWS::SNS::Topic")
    for alarm in properties(template, ALARM):
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": topic}]


def test_cloudwatch_can_reach_the_topic_and_only_over_tls(template: Template) -> None:
    """With a key that CloudWatch may not use, or a policy without it, alarms would go nowhere."""
    (topic,) = properties(template, "AWS::SNS::Topic")
    (key_id,) = of_type(template, "AWS::KMS::Key")
    assert topic["KmsMasterKeyId"] == {"Fn::GetAtt": [key_id, "Arn"]}
    (key,) = properties(template, "AWS::KMS::Key")
    assert key["EnableKeyRotation"] is True
    cloudwatch = {"Service": "cloudwatch.amazonaws.com"}
    (use,) = [s for s in key["KeyPolicy"]["Statement"] if s["Principal"] == cloudwatch]
    assert set(use["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}
    (policy,) = properties(template, "AWS::SNS::TopicPolicy")
    statements = policy["PolicyDocument"]["Statement"]
    (publish,) = [s for s in statements if s["Principal"] == cloudwatch]
    assert (publish["Effect"], publish["Action"]) == ("Allow", "sns:Publish")
    assert publish["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    }
    assert {"Bool": {"aws:SecureTransport": "false"}} in [s.get("Condition") for s in statements]


def test_an_address_is_told_and_none_is_needed(tmp_path: Path, template: Template) -> None:
    assert not of_type(template, "AWS::SNS::Subscription")
    app = App(outdir=str(tmp_path), analytics_reporting=False)
    stack = Stack(app, "Alarms")
    create_topic(stack, "ops@example.com")
    (synthesized,) = app.synth().stacks
    (subscription,) = properties(synthesized.template, "AWS::SNS::Subscription")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "ops@example.com")


def test_whoever_is_told_of_alarms_is_told_before_a_month_costs_too_much(dev: Template) -> None:
    assert not of_type(dev, BUDGET), "without an address there is nobody to tell"
    told = {"alarm_email": "ops@example.com", "budget_usd": "250"}
    (budget,) = properties(synthesize("dev", told), BUDGET)
    assert budget["Budget"]["BudgetLimit"] == {"Amount": 250, "Unit": "USD"}
    assert (budget["Budget"]["TimeUnit"], budget["Budget"]["BudgetType"]) == ("MONTHLY", "COST")
    _, parts = budget["Budget"]["BudgetName"]["Fn::Join"]
    assert parts == ["TempoFit-dev ", {"Ref": "AWS::Region"}, " docs/runbook.md#money"]
    told_of = budget["NotificationsWithSubscribers"]
    assert [
        (one["Notification"]["NotificationType"], one["Notification"]["Threshold"])
        for one in told_of
    ] == [("FORECASTED", 100), ("ACTUAL", 80)]
    for one in told_of:
        assert one["Subscribers"] == [{"Address": "ops@example.com", "SubscriptionType": "EMAIL"}]


@pytest.mark.parametrize(
    ("context", "warned"),
    [({"stage": "prod"}, True), ({}, False), ({"stage": "prod", "alarm_email": "a@b.test"}, False)],
)
def test_prod_without_an_address_is_warned_of_loudly(
    context: dict[str, str],
    warned: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("CDK_OUTDIR", raising=False)
    app = App(context=context | {"aws:cdk:bundling-stacks": []}, outdir=str(tmp_path))
    TempoFit(app, read_settings(app.node))
    (stack,) = app.synth().stacks
    print_warnings(stack)
    said = capsys.readouterr().err
    assert ("Warning: Nobody is told when prod fails" in said) is warned
    assert ("-c alarm_email=you@example.com" in said) is warned


def test_what_is_no_address_is_a_sentence() -> None:
    assert alarm_email(App().node) is None
    with pytest.raises(ValueError, match=r"alarm_email is 'ops'\. Give an address such as"):
        alarm_email(App(context={"alarm_email": "ops"}).node)


def sections(path: Path) -> dict[str, str]:
    """The sections of a page, by the anchor that their heading gets."""
    _, *parts = re.split(r"^## (.+)$", path.read_text(), flags=re.MULTILINE)
    titles = [re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in parts[::2]]
    return dict(zip(titles, parts[1::2], strict=True))
