"""What callers send, as far as it is known here; a parameter that is not is refused by name."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from local.tables.refused import Item

Names = dict[str, str]
AtLeastOne = Annotated[int, Meta(ge=1)]
Returned = Literal["NONE", "ALL_OLD"]


class Request(Struct, rename="pascal", forbid_unknown_fields=True, kw_only=True):
    """A request; its capacity is not counted."""

    return_consumed_capacity: Literal["NONE"] = "NONE"


class Named(Request, kw_only=True):
    table_name: str


class ListTables(Request, kw_only=True):
    exclusive_start_table_name: str = ""
    limit: Annotated[int, Meta(ge=1, le=100)] = 100


class TimeToLive(Struct, rename="pascal", forbid_unknown_fields=True):
    enabled: bool
    attribute_name: str


class UpdateTimeToLive(Named, kw_only=True):
    time_to_live_specification: TimeToLive


class Reading(Request, kw_only=True):
    """What every reading may say."""

    consistent_read: bool = False
    projection_expression: str | None = None
    expression_attribute_names: Names | None = None


class GetItem(Reading, kw_only=True):
    table_name: str
    key: Item


class Keys(Reading, kw_only=True):
    keys: Annotated[list[Item], Meta(min_length=1)]


class BatchGetItem(Request, kw_only=True):
    request_items: Annotated[dict[str, Keys], Meta(min_length=1)]


class Writing(Named, kw_only=True):
    """What every writing of one item may say."""

    condition_expression: str | None = None
    expression_attribute_names: Names | None = None
    expression_attribute_values: Item | None = None
    return_values_on_condition_check_failure: Returned = "NONE"


class PutItem(Writing, kw_only=True):
    item: Item
    return_values: Returned = "NONE"


class DeleteItem(Writing, kw_only=True):
    key: Item
    return_values: Returned = "NONE"


class UpdateItem(Writing, kw_only=True):
    key: Item
    update_expression: str | None = None
    return_values: Literal["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"] = "NONE"


class PutRequest(Struct, rename="pascal", forbid_unknown_fields=True):
    item: Item


class DeleteRequest(Struct, rename="pascal", forbid_unknown_fields=True):
    key: Item


class WriteRequest(Struct, rename="pascal", forbid_unknown_fields=True):
    put_request: PutRequest | None = None
    delete_request: DeleteRequest | None = None


class BatchWriteItem(Request, kw_only=True):
    request_items: Annotated[
        dict[str, Annotated[list[WriteRequest], Meta(min_length=1)]], Meta(min_length=1)
    ]


class Scan(Reading, kw_only=True):
    table_name: str
    index_name: str | None = None
    filter_expression: str | None = None
    expression_attribute_values: Item | None = None
    exclusive_start_key: Item | None = None
    limit: AtLeastOne | None = None
    select: Literal["ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "COUNT"] | None = None


class Query(Scan, kw_only=True):
    key_condition_expression: str
    scan_index_forward: bool = True


class Statement(Struct, rename="pascal", forbid_unknown_fields=True):
    statement: str
    parameters: list[Any] = []
    consistent_read: bool = False
    return_values_on_condition_check_failure: Returned = "NONE"


class BatchExecuteStatement(Request, kw_only=True):
    statements: list[Statement]
