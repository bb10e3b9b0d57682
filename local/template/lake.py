"""Deliveries into the lake of a template, and what of them the local cloud would not do."""

from typing import Any

from local.template.intrinsics import StackError
from local.template.resources import Properties, Resources
from local.template.stack import Delivery, Lake

DELIVERY, TABLE = "AWS::KinesisFirehose::DeliveryStream", "AWS::Glue::Table"
SECRET = "AWS::SecretsManager::Secret"  # noqa: S105 - a type of resources
LAKE = (DELIVERY, TABLE, SECRET)
KINDS = ("string", "bigint", "double", "boolean")
LEAST_MB = 64
"""Firehose takes no smaller buffer where it converts."""


def read_lake(resources: Resources) -> Lake | None:
    """What fills the lake; None where the template has none. Raises StackError."""
    if not resources[DELIVERY]:
        return None
    (secret,) = resources[SECRET]
    deliveries = [_delivery(*one, resources[TABLE]) for one in resources[DELIVERY].items()]
    return Lake(deliveries, secret)


def _delivery(name: str, properties: Properties, tables: dict[str, Properties]) -> Delivery:
    if (kind := properties.get("DeliveryStreamType", "DirectPut")) != "DirectPut":
        raise _not_done(name, "DeliveryStreamType", kind)
    files = properties["ExtendedS3DestinationConfiguration"]
    conversion = files.get("DataFormatConversionConfiguration", {})
    formats = (
        *conversion.get("InputFormatConfiguration", {}).get("Deserializer", {}),
        *conversion.get("OutputFormatConfiguration", {}).get("Serializer", {}),
    )
    if formats != ("OpenXJsonSerDe", "ParquetSerDe") or conversion.get("Enabled") is False:
        raise _not_done(name, "DataFormatConversionConfiguration", conversion)
    hints = files["BufferingHints"]
    if hints["SizeInMBs"] < LEAST_MB:
        raise StackError(
            f"Firehose would refuse {name!r}: SizeInMBs is {hints['SizeInMBs']}, and with a "
            f"conversion it has to be {LEAST_MB} or more. Change it in infra/lake.py."
        )
    return Delivery(
        name=name,
        prefix=files["Prefix"],
        error_prefix=files["ErrorOutputPrefix"],
        columns=_columns(tables[conversion["SchemaConfiguration"]["TableName"]]),
        buffer_seconds=hints["IntervalInSeconds"],
        buffer_bytes=hints["SizeInMBs"] << 20,
    )


def _columns(table: Properties) -> dict[str, str]:
    found = {
        column["Name"]: column["Type"]
        for column in table["TableInput"]["StorageDescriptor"]["Columns"]
    }
    for name, kind in found.items():
        if kind not in KINDS:
            raise _not_done(table["TableInput"]["Name"], f"column {name!r} of type", kind)
    return found


def _not_done(what: str, name: str, value: Any) -> StackError:
    return StackError(
        f"{what!r} has {name} {value!r}, which the local cloud does not do. Leave it out, or teach "
        "it to local/lake and local/template/lake.py."
    )
