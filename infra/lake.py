"""The lake: averages and plays in files by the day, and the tables by which Athena finds them.

Only with `-c lake=on`. Firehose takes rows as JSON and writes them as Parquet, with the columns of
`events.lake`; a partition for each day is reckoned and not looked for, so no crawler runs.
"""

from dataclasses import dataclass

from aws_cdk import Aws, CfnElement, CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk.aws_glue import CfnDatabase, CfnTable
from aws_cdk.aws_iam import PolicyStatement, Role, ServicePrincipal
from aws_cdk.aws_kinesisfirehose import CfnDeliveryStream
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_logs import LogGroup, LogStream, RetentionDays
from aws_cdk.aws_s3 import (
    BlockPublicAccess,
    Bucket,
    BucketEncryption,
    LifecycleRule,
    ObjectOwnership,
)
from aws_cdk.aws_secretsmanager import Secret, SecretStringGenerator

from events.lake import TABLES, columns
from infra.checks import accept
from infra.functions import allow
from infra.settings import Settings

BUFFER_SECONDS, BUFFER_MB = 900, 128
"""The longest and the most that Firehose takes: few large files are what Athena reads fastest. With
a conversion it takes no less than 64 MB."""
FIRST_DAY = "2026-01-01"
"""Before there was a lake; Athena looks for no day before it."""
DAY = "yyyy-MM-dd"
KEY_DIGITS = 64
ERRORS = "errors"
TORN_DAYS = 7
"""After which parts of an upload that never ended are deleted."""
PUT, READ_KEY = "firehose:PutRecordBatch", "secretsmanager:GetSecretValue"


@dataclass(frozen=True)
class Lake:
    averages: CfnDeliveryStream
    plays: CfnDeliveryStream
    key: Secret

    @property
    def deliveries(self) -> dict[str, CfnDeliveryStream]:
        """By the name of their table."""
        return {"averages": self.averages, "plays": self.plays}

    def environment(self, name: str) -> dict[str, str]:
        """What a function that delivers rows of table `name` is told."""
        stream = self.deliveries[name]
        return {f"{name.upper()}_DELIVERY": stream.ref, "LAKE_KEY": self.key.secret_arn}


def create_lake(scope: Stack, settings: Settings) -> Lake:
    """Creates the bucket, the catalog, the deliveries, and the key that hides people's ids."""
    bucket = _bucket(scope, settings)
    database = CfnDatabase(
        scope,
        "lake-database",
        catalog_id=Aws.ACCOUNT_ID,
        database_input=CfnDatabase.DatabaseInputProperty(
            name=f"tempofit_{settings.stage}",
            description="Averages and plays of TempoFit, without names.",
        ),
    )
    averages, plays = (_delivery(scope, name, bucket, database) for name in TABLES)
    CfnOutput(scope, "LakeBucket", value=bucket.bucket_name)
    CfnOutput(scope, "LakeDatabase", value=database.ref)
    CfnOutput(scope, "LakeDays", value=str(settings.lake_days))
    return Lake(averages, plays, _key(scope, settings))


def let_deliver(function: Function, lake: Lake, name: str) -> None:
    """Lets `function` deliver rows of table `name`."""
    allow(function, lake.deliveries[name].attr_arn, PUT)
    allow(function, lake.key.secret_arn, READ_KEY)


def _bucket(scope: Stack, settings: Settings) -> Bucket:
    bucket = Bucket(
        scope,
        "lake-bucket",
        block_public_access=BlockPublicAccess.BLOCK_ALL,
        object_ownership=ObjectOwnership.BUCKET_OWNER_ENFORCED,
        encryption=BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        removal_policy=settings.removal,
        lifecycle_rules=[
            LifecycleRule(
                expiration=Duration.days(settings.lake_days),
                abort_incomplete_multipart_upload_after=Duration.days(TORN_DAYS),
            )
        ],
    )
    accept(bucket, "S1", "Who reads it is in the log of Athena's queries; nobody else may.")
    return bucket


def _key(scope: Stack, settings: Settings) -> Secret:
    key = Secret(
        scope,
        "lake-key",
        description="Makes of a person's id what the lake knows them by.",
        generate_secret_string=SecretStringGenerator(
            password_length=KEY_DIGITS, exclude_punctuation=True
        ),
        removal_policy=settings.removal,
    )
    accept(key, "SMG4", "With another key everybody would be somebody else from that day on.")
    return key


def _delivery(scope: Stack, name: str, bucket: Bucket, database: CfnDatabase) -> CfnDeliveryStream:
    table = _table(scope, name, bucket, database)
    log_group = LogGroup(
        scope,
        f"lake-{name}-log",
        retention=RetentionDays.TWO_WEEKS,
        removal_policy=RemovalPolicy.DESTROY,
    )
    log = LogStream(
        scope, f"lake-{name}-errors", log_group=log_group, removal_policy=RemovalPolicy.DESTROY
    )
    role = _role(scope, name, bucket, database, log_group)
    delivery = CfnDeliveryStream(
        scope,
        f"lake-{name}",
        delivery_stream_type="DirectPut",
        delivery_stream_encryption_configuration_input=(
            CfnDeliveryStream.DeliveryStreamEncryptionConfigurationInputProperty(
                key_type="AWS_OWNED_CMK"
            )
        ),
        extended_s3_destination_configuration=(
            CfnDeliveryStream.ExtendedS3DestinationConfigurationProperty(
                bucket_arn=bucket.bucket_arn,
                role_arn=role.role_arn,
                prefix=f"{name}/day=!{{timestamp:{DAY}}}/",
                error_output_prefix=(
                    f"{ERRORS}/{name}/!{{firehose:error-output-type}}/day=!{{timestamp:{DAY}}}/"
                ),
                buffering_hints=CfnDeliveryStream.BufferingHintsProperty(
                    interval_in_seconds=BUFFER_SECONDS, size_in_m_bs=BUFFER_MB
                ),
                compression_format="UNCOMPRESSED",  # of the files; Parquet compresses within them
                cloud_watch_logging_options=CfnDeliveryStream.CloudWatchLoggingOptionsProperty(
                    enabled=True,
                    log_group_name=log_group.log_group_name,
                    log_stream_name=log.log_stream_name,
                ),
                data_format_conversion_configuration=_conversion(role, table, database),
            )
        ),
    )
    delivery.node.add_dependency(role)  # and its policy, which Firehose tries at once
    return delivery


def _conversion(
    role: Role, table: CfnTable, database: CfnDatabase
) -> CfnDeliveryStream.DataFormatConversionConfigurationProperty:
    return CfnDeliveryStream.DataFormatConversionConfigurationProperty(
        enabled=True,
        input_format_configuration=CfnDeliveryStream.InputFormatConfigurationProperty(
            deserializer=CfnDeliveryStream.DeserializerProperty(
                open_x_json_ser_de=CfnDeliveryStream.OpenXJsonSerDeProperty()
            )
        ),
        output_format_configuration=CfnDeliveryStream.OutputFormatConfigurationProperty(
            serializer=CfnDeliveryStream.SerializerProperty(
                parquet_ser_de=CfnDeliveryStream.ParquetSerDeProperty(compression="SNAPPY")
            )
        ),
        schema_configuration=CfnDeliveryStream.SchemaConfigurationProperty(
            catalog_id=Aws.ACCOUNT_ID,
            database_name=database.ref,
            region=Aws.REGION,
            role_arn=role.role_arn,
            table_name=table.ref,
            version_id="LATEST",
        ),
    )


def _role(
    scope: Stack, name: str, bucket: Bucket, database: CfnDatabase, log_group: LogGroup
) -> Role:
    """What Firehose does in our name: write files of one table, read its columns, log errors."""
    role = Role(scope, f"lake-{name}-role", assumed_by=ServicePrincipal("firehose.amazonaws.com"))
    catalog = f"arn:{Aws.PARTITION}:glue:{Aws.REGION}:{Aws.ACCOUNT_ID}"
    for resources, actions in (
        (
            [bucket.bucket_arn],
            ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
        ),
        (
            [f"{bucket.bucket_arn}/{name}/*", f"{bucket.bucket_arn}/{ERRORS}/{name}/*"],
            ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
        ),
        (
            [
                f"{catalog}:catalog",
                f"{catalog}:database/{database.ref}",
                f"{catalog}:table/{database.ref}/{name}",
            ],
            ["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"],
        ),
        ([log_group.log_group_arn], ["logs:PutLogEvents"]),
    ):
        role.add_to_policy(PolicyStatement(actions=actions, resources=resources))
    element = bucket.node.default_child
    assert isinstance(element, CfnElement)
    files = f"<{scope.get_logical_id(element)}.Arn>"
    for prefix in (name, f"{ERRORS}/{name}"):
        rule = f"IAM5[Resource::{files}/{prefix}/*]"
        accept(role, rule, "Firehose names its files itself, below the prefix of one table.")
    return role


def _table(scope: Stack, name: str, bucket: Bucket, database: CfnDatabase) -> CfnTable:
    location = f"s3://{bucket.bucket_name}/{name}"
    projection = {
        "type": "date",
        "format": DAY,
        "range": f"{FIRST_DAY},NOW",
        "interval": "1",
        "interval.unit": "DAYS",
    }
    return CfnTable(
        scope,
        f"lake-{name}-table",
        catalog_id=Aws.ACCOUNT_ID,
        database_name=database.ref,
        table_input=CfnTable.TableInputProperty(
            name=name,
            table_type="EXTERNAL_TABLE",
            partition_keys=[CfnTable.ColumnProperty(name="day", type="string")],
            parameters={
                "EXTERNAL": "TRUE",
                "classification": "parquet",
                "projection.enabled": "true",
                **{f"projection.day.{key}": value for key, value in projection.items()},
                "storage.location.template": f"{location}/day=${{day}}/",
            },
            storage_descriptor=CfnTable.StorageDescriptorProperty(
                location=f"{location}/",
                columns=[
                    CfnTable.ColumnProperty(name=column, type=kind)
                    for column, kind in columns(TABLES[name]).items()
                ],
                input_format="org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
                output_format="org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
                serde_info=CfnTable.SerdeInfoProperty(
                    serialization_library=(
                        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
                    ),
                    parameters={"serialization.format": "1"},
                ),
            ),
        ),
    )
