"""The lake of a stage: off unless it is asked for, closed, and written by Firehose alone."""

from typing import Any

import pytest
from aws_cdk import App

from events.lake import TABLES, columns
from infra.settings import read_settings
from local.template.stack import Delivery
from local.template.template import read
from tests.infra.conftest import Template, of_type, properties
from tests.infra.grants import Grant, flat, function_id, grants_of, grants_of_role
from tests.infra.test_stack import test_cfn_lint_finds_nothing as lint
from tests.infra.watching import ALARM, alarms_on, is_breached

DELIVERY, TABLE, SECRET = (
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::Glue::Table",
    "AWS::SecretsManager::Secret",  # the type of a resource
)
OF_THE_LAKE = {"AWS::Glue::Database", DELIVERY, TABLE, SECRET}


@pytest.fixture(params=["lake", "lake_of_prod"])
def on(request: pytest.FixtureRequest) -> Template:
    chosen: Template = request.getfixturevalue(request.param)
    return chosen


def test_without_it_nothing_of_it_is_in_a_template(template: Template, lake: Template) -> None:
    kinds = {resource["Type"] for resource in template["Resources"].values()}
    assert not kinds & OF_THE_LAKE
    assert not [name for name in template["Resources"] if name.startswith("lake")]
    assert not [name for name in template["Outputs"] if name.startswith("Lake")]
    for name in ("recommend", "end"):
        assert not [grant for grant in grants_of(template, name) if "firehose" in grant.action]
    assert {resource["Type"] for resource in lake["Resources"].values()} >= OF_THE_LAKE


def test_with_it_everything_else_is_as_without(dev: Template, lake: Template) -> None:
    told = {function_id(dev, name) for name in ("recommend", "end")}  # where plays go
    for logical_id, resource in dev["Resources"].items():
        kind = resource["Type"]
        if kind in ("AWS::CloudWatch::Dashboard", "AWS::IAM::Policy") or logical_id in told:
            continue
        if logical_id.startswith("deadletterslost"):
            continue  # it watches one mapping more
        assert lake["Resources"][logical_id]["Properties"] == resource["Properties"], logical_id


def test_cfn_lint_finds_nothing_in_it(on: Template) -> None:
    lint(on)


def test_a_switch_that_is_none_is_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"lake is 'yes'\. Give on or off\."):
        read_settings(App(context={"lake": "yes"}).node)


def test_the_bucket_is_encrypted_closed_and_forgets(on: Template) -> None:
    ((name, bucket),) = [
        one for one in of_type(on, "AWS::S3::Bucket").items() if one[0].startswith("lake")
    ]
    said = bucket["Properties"]
    assert said["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert set(said["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = said["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 400)
    assert on["Outputs"]["LakeDays"]["Value"] == "400"
    (policy,) = [
        one["PolicyDocument"]["Statement"]
        for one in properties(on, "AWS::S3::BucketPolicy")
        if flat(one["Bucket"]) == name
    ]
    (statement,) = policy
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_columns_and_days_need_no_crawler(on: Template) -> None:
    tables = {one["TableInput"]["Name"]: one["TableInput"] for one in properties(on, TABLE)}
    assert tables.keys() == TABLES.keys()
    for name, table in tables.items():
        found = table["StorageDescriptor"]["Columns"]
        assert {one["Name"]: one["Type"] for one in found} == columns(TABLES[name])
        assert table["PartitionKeys"] == [{"Name": "day", "Type": "string"}]
        said = table["Parameters"]
        assert said["projection.enabled"] == "true"
        assert said["projection.day.type"] == "date"
        assert flat(said["storage.location.template"]).endswith(f"/{name}/day=${{day}}/")
        assert not {"user", "user_id", "alias", "token"} & columns(TABLES[name]).keys()


def test_files_lie_where_the_tables_look(on: Template) -> None:
    for name, delivery in zip(TABLES, properties(on, DELIVERY), strict=True):
        files = delivery["ExtendedS3DestinationConfiguration"]
        assert files["Prefix"] == f"{name}/day=!{{timestamp:yyyy-MM-dd}}/"
        assert files["ErrorOutputPrefix"].startswith(f"errors/{name}/!{{firehose:error-output-type")
        assert files["BufferingHints"]["SizeInMBs"] >= 64, "or Firehose refuses to convert"
        assert delivery["DeliveryStreamEncryptionConfigurationInput"]


def test_firehose_may_write_files_of_its_table_and_read_its_columns(on: Template) -> None:
    bucket = next(one for one in of_type(on, "AWS::S3::Bucket") if one.startswith("lake"))
    for name, delivery in zip(TABLES, properties(on, DELIVERY), strict=True):
        files = delivery["ExtendedS3DestinationConfiguration"]
        grants = grants_of_role(on, flat(files["RoleARN"]))
        log = flat(files["CloudWatchLoggingOptions"]["LogGroupName"])
        glue = "arn:aws:glue:us-east-1:000000000000"
        places = ["catalog", "database/lakedatabase", f"table/lakedatabase/{name}"]
        assert grants == {
            *(
                Grant(f"s3:{action}", bucket)
                for action in ("GetBucketLocation", "ListBucket", "ListBucketMultipartUploads")
            ),
            *(
                Grant(f"s3:{action}", f"{bucket}/{prefix}/*")
                for action in ("AbortMultipartUpload", "GetObject", "PutObject")
                for prefix in (name, f"errors/{name}")
            ),
            *(
                Grant(f"glue:{action}", f"{glue}:{place}")
                for action in ("GetTable", "GetTableVersion", "GetTableVersions")
                for place in places
            ),
            Grant("logs:PutLogEvents", log),
        }


def test_its_function_waits_for_a_batch_and_holds_up_no_other(on: Template) -> None:
    mappings = properties(on, "AWS::Lambda::EventSourceMapping")
    (mapping,) = [one for one in mappings if "MaximumBatchingWindowInSeconds" in one]
    assert flat(mapping["FunctionName"]).startswith("lake")
    assert flat(mapping["EventSourceArn"]).startswith("averageheartrate")
    assert mapping["MaximumBatchingWindowInSeconds"] == 10


def test_somebody_is_told_when_rows_are_lost_or_late(on: Template) -> None:
    for name in of_type(on, DELIVERY):
        delivery = {"DeliveryStreamName": {"Ref": name}}
        (lost,) = alarms_on(on, "FailedConversion.Records", delivery)
        names = [one["Id"] for one in lost["Metrics"] if "MetricStat" in one]
        nothing: dict[str, Any] = dict.fromkeys(names)
        assert not is_breached(lost, **nothing)
        assert all(is_breached(lost, **nothing | {one: 1}) for one in names)
        (late,) = alarms_on(on, "DeliveryToS3.DataFreshness", delivery)
        names = [one["Id"] for one in late["Metrics"] if "MetricStat" in one]
        assert not is_breached(late, **dict.fromkeys(names, 1_000))
        assert is_breached(late, **dict.fromkeys(names, 1_900))
    function = {"FunctionName": {"Ref": function_id(on, "lake")}}
    assert alarms_on(on, "DestinationDeliveryFailures", function)
    assert [one for one in properties(on, ALARM) if "lake is half an hour" in str(one)]


def test_the_local_cloud_reads_the_same(lake: Template) -> None:
    stack = read(lake, {}, {"sqs": "http://127.0.0.1:4566"})
    assert stack.lake is not None
    assert stack.lake.secret == "lake-key"
    assert stack.lake.deliveries == [
        Delivery(
            name=f"lake-{name}",
            prefix=f"{name}/day=!{{timestamp:yyyy-MM-dd}}/",
            error_prefix=(
                f"errors/{name}/!{{firehose:error-output-type}}/day=!{{timestamp:yyyy-MM-dd}}/"
            ),
            columns=columns(row),
            buffer_seconds=900,
            buffer_bytes=128 << 20,
        )
        for name, row in TABLES.items()
    ]
    told = {function.name: function.environment for function in stack.functions}
    assert told["lake"]["AVERAGES_DELIVERY"] == "lake-averages"
    assert told["recommend"]["PLAYS_DELIVERY"] == told["end"]["PLAYS_DELIVERY"] == "lake-plays"
