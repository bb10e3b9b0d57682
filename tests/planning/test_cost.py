"""The bill: every line has a price, the page says what the model says, the aim is met."""

import ast
import copy
from functools import cache
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from infra.settings import BUDGETS_USD
from local.project import PROJECT
from local.template.synth import synthesize
from planning import cost_tables
from planning.capacity import capacity
from planning.cost import CUSTOM_METRICS, Cost, Line, cost, savings
from planning.load import Load
from planning.prices import BILLION, HOURS_OF_A_MONTH, PRICES, SIGN_IN, price_of
from planning.template import settings_of
from tempofit.__main__ import app

AIM_USD = 0.45
NETWORK = ("AWS::EC2::NatGateway", "AWS::EC2::EIP")


@cache
def prod() -> dict[str, Any]:
    """The template of the prod stage."""
    return synthesize("prod")


def with_more(**resources: dict[str, Any]) -> dict[str, Any]:
    """The template without a network of its own, and with these resources."""
    template = copy.deepcopy(prod())
    for name, resource in list(template["Resources"].items()):
        if resource["Type"] in (*NETWORK, "AWS::EC2::VPCEndpoint", "AWS::CloudWatch::Alarm"):
            del template["Resources"][name]
    template["Resources"] |= resources
    return template


def bill(users: int = 10_000, flush_seconds: float = 12.0) -> Cost:
    return cost(Load(users, flush_seconds), prod())


def line(found: Cost, name: str) -> Line:
    (one,) = (one for one in found.lines if one.line == name)
    return one


def test_ten_thousand_people_who_flush_adaptively_cost_less_than_the_aim() -> None:
    """All but plays, which a stage may keep for less than for good."""
    found = bill()
    assert found.per_1000_user_hours_usd - found.plays_per_1000_user_hours_usd < AIM_USD
    assert 0 < found.plays_per_1000_user_hours_usd < AIM_USD / 4


def test_the_bill_is_the_sum_of_its_lines() -> None:
    found = bill()
    assert found.per_month_usd == pytest.approx(sum(one.per_month_usd for one in found.lines))
    assert found.per_1000_user_hours_usd == pytest.approx(
        sum(one.per_1000_user_hours_usd for one in found.lines)
    )
    assert found.per_month_usd == pytest.approx(
        found.per_1000_user_hours_usd * 10_000 * HOURS_OF_A_MONTH / 1000
    )


def test_every_line_that_is_metered_is_on_the_bill_with_a_price() -> None:
    metered = capacity(Load(10_000, 12.0), settings_of(prod())).metered
    billed = {one.line for one in bill().lines}
    assert {one.line for one in metered} <= billed
    assert all(one.usd_per_unit > 0 for one in bill().lines)


def test_a_line_without_a_price_is_named() -> None:
    with pytest.raises(LookupError, match="no price of a ton of 'Coal'"):
        price_of("Coal", "ton")


def test_no_two_prices_are_of_the_same_thing() -> None:
    assert len({(price.name, price.unit) for price in PRICES}) == len(PRICES)


def test_a_price_with_steps_charges_each_unit_at_its_step() -> None:
    messages = price_of("API Gateway messages in", "message")
    assert messages.usd_of(BILLION / 2) == pytest.approx(500)
    assert messages.usd_of(BILLION) == pytest.approx(1_000)
    assert messages.usd_of(1.5 * BILLION) == pytest.approx(1_400)
    assert SIGN_IN["Essentials"].usd_of(10_000) == 0
    assert SIGN_IN["Lite"].usd_of(200_000) == pytest.approx(90_000 * 0.0055 + 100_000 * 0.0046)


def test_messages_in_and_out_climb_the_steps_together() -> None:
    found = bill()
    all_ = [line(found, f"API Gateway messages {way}") for way in ("in", "out", "plays")]
    units = sum(one.quantity_per_hour for one in all_) * HOURS_OF_A_MONTH
    assert units > BILLION
    usd = 1_000 + (units - BILLION) / 1e6 * 0.8
    assert sum(one.per_month_usd for one in all_) == pytest.approx(usd)


def test_a_message_every_second_costs_more_than_five_times_as_much() -> None:
    assert bill(10_000, 1.0).per_1000_user_hours_usd > 5 * bill().per_1000_user_hours_usd


def test_whoever_posts_heart_rates_pays_for_requests_instead_of_messages() -> None:
    by_socket, by_http = bill(), cost(Load(10_000, 12.0, by_http=0.25), prod())
    posted = line(by_http, "HTTP door requests")
    saved = [line(one, "API Gateway messages in").quantity_per_hour for one in (by_socket, by_http)]
    assert posted.quantity_per_hour == pytest.approx(0.25 * 10_000 * 3600 / 12)
    assert saved[0] - saved[1] == pytest.approx(posted.quantity_per_hour)
    asked = [line(one, "Lambda requests").quantity_per_hour for one in (by_socket, by_http)]
    assert asked[1] - asked[0] == pytest.approx(0.25 * 10_000 * 3600 / 300)
    assert by_http.per_month_usd > by_socket.per_month_usd
    assert "HTTP door requests" not in {one.line for one in by_socket.lines}


def test_the_door_is_a_limit_of_those_who_go_through_it() -> None:
    template = settings_of(prod())
    name = "HTTP door throttle, requests/s"
    (limit,) = (
        one
        for one in capacity(Load(10_000, 12.0, by_http=1.0), template).limits
        if one.name == name
    )
    assert limit.used == pytest.approx(10_000 / 12)
    assert limit.users == pytest.approx(12 * template.door_rate, rel=0.05)
    assert name not in {one.name for one in capacity(Load(10_000, 12.0), template).limits}


def test_what_stands_ready_weighs_less_the_more_people_there_are() -> None:
    each = [bill(users).per_1000_user_hours_usd for users in cost_tables.SIZES]
    assert each == sorted(each, reverse=True)


def test_the_shards_of_the_template_are_paid_for_even_if_fewer_would_do() -> None:
    found = bill(1_000)
    readers = settings_of(prod()).readers
    assert found.shards["heart-rate"] == readers["average"].shards
    assert line(found, "Kinesis shards heart-rate").quantity_per_hour == found.shards["heart-rate"]
    many = bill(100_000)
    assert many.shards["heart-rate"] > readers["average"].shards


@pytest.mark.parametrize("stage", BUDGETS_USD)
def test_a_budget_is_more_than_what_a_stage_costs_with_hardly_anybody(stage: str) -> None:
    idle = cost(Load(1, 12.0), synthesize(stage)).per_month_usd
    assert 1.2 * idle < BUDGETS_USD[stage]


def test_dev_costs_less_than_half_of_prod_with_hardly_anybody() -> None:
    bills = [cost(Load(1, 12.0), synthesize(stage)).per_month_usd for stage in ("dev", "prod")]
    assert bills[0] < bills[1] / 2


def test_a_small_cache_is_metered_as_a_tenth_of_a_gigabyte() -> None:
    assert line(bill(10), "ElastiCache data").quantity_per_hour == 0.1


def test_what_the_template_has_standing_is_on_the_bill() -> None:
    math = [{"Id": "e", "Expression": "a / b"}, {"MetricStat": {}}, {"MetricStat": {}}]
    template = with_more(
        one={"Type": "AWS::EC2::NatGateway", "Properties": {}},
        two={"Type": "AWS::EC2::NatGateway", "Properties": {}},
        address={"Type": "AWS::EC2::EIP", "Properties": {}},
        simple={"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "Errors"}},
        composed={"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": math}},
    )
    found = cost(Load(10_000, 12.0), template)
    assert line(found, "NAT gateways").per_month_usd == pytest.approx(2 * 0.045 * 730)
    assert line(found, "Public addresses").per_month_usd == pytest.approx(0.005 * 730)
    assert line(found, "CloudWatch alarms").per_month_usd == pytest.approx(0.30)


def test_averages_go_by_the_endpoint_of_kinesis_when_there_is_one() -> None:
    service = {"Fn::Join": ["", ["com.amazonaws.", {"Ref": "AWS::Region"}, ".kinesis-streams"]]}
    endpoint = {
        "Type": "AWS::EC2::VPCEndpoint",
        "Properties": {
            "VpcEndpointType": "Interface",
            "ServiceName": service,
            "SubnetIds": ["a", "b"],
        },
    }
    by_nat = cost(Load(10_000, 12.0), with_more())
    found = cost(Load(10_000, 12.0), with_more(endpoint=endpoint))
    assert line(found, "Interface endpoints").quantity_per_hour == 2
    moved = line(found, "Interface endpoints, averages").quantity_per_hour
    assert moved + line(found, "NAT").quantity_per_hour == pytest.approx(
        line(by_nat, "NAT").quantity_per_hour
    )


def test_people_of_the_evening_pay_for_the_night_as_well() -> None:
    evening = cost(Load(10_000, 12.0), prod(), 0.223)
    assert evening.per_month_usd < bill().per_month_usd
    assert evening.per_1000_user_hours_usd > bill().per_1000_user_hours_usd
    assert evening.load.members == pytest.approx(Load(1).members, rel=0.01)


def test_sign_in_is_paid_for_each_person_of_the_month() -> None:
    for one in bill().sign_in:
        assert one.monthly_users == pytest.approx(10_000 * bill().load.members)
        assert one.per_month_usd == pytest.approx(SIGN_IN[one.plan].usd_of(one.monthly_users))


def test_every_way_to_save_saves_and_none_saves_everything() -> None:
    found = savings(Load(10_000, 12.0), prod())
    assert [one.saved_usd for one in found] == sorted(
        (one.saved_usd for one in found), reverse=True
    )
    assert 0 < sum(one.saved_usd for one in found) < bill().per_1000_user_hours_usd / 2


def test_the_functions_count_no_more_than_the_bill_says() -> None:
    counted = {
        (file.name, keyword.arg)
        for file in (PROJECT / "lambdas").glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id == "count"
        for keyword in node.keywords
    }
    assert CUSTOM_METRICS / 2 < len(counted) <= CUSTOM_METRICS


def test_the_page_shows_what_the_model_says() -> None:
    page = cost_tables.PAGE.read_text()
    anew = cost_tables.written(page, cost_tables.tables(prod()))
    assert page == anew, "write the tables with: python -m planning.cost_tables"


def test_a_page_with_another_number_of_tables_is_not_written() -> None:
    with pytest.raises(ValueError, match="The page has 1 tables instead of 2"):
        cost_tables.written("text\n| a |\n| --- |\ntext\n", ["| b |", "| c |"])


def invoke(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["cost", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_prints_json_for_programs() -> None:
    output = invoke("--users", "10000", "--flush", "12", "--json")
    assert msgspec.json.decode(output, type=Cost) == bill()
    raw = msgspec.json.decode(output)
    for key in ("per_1000_user_hours_usd", "per_month_usd", "lines", "binding_quota"):
        assert raw[key]


def test_the_command_says_the_sum_and_what_binds_first() -> None:
    output = " ".join(invoke("--users", "10000").split())
    found = bill()
    assert f"${found.per_1000_user_hours_usd:.3f} for 1,000 user-hours" in output
    assert f"{found.binding_quota} binds first, with {found.binding_users:,} people" in output
    assert "Signing in by Cognito Lite" in output
    assert f"Of that, ${found.plays_per_1000_user_hours_usd:.3f} for what was played" in output
