"""What the tables refuse, in DynamoDB's words."""

from typing import Any

import msgspec
import pytest

from local.tables.refused import RefusedError
from tests.local.tables.calls import EVERY_TYPE, number, song, text
from tests.local.tables.conftest import Tables

VALUES = {":x": text("x")}
KEY = ({"tempo_bucket": text("a")}, song(1, 120))
WRONG = "One or more parameter values were invalid: "


def refused(tables: Tables, operation: str, **parameters: Any) -> str:
    """The sentence of a ValidationException."""
    with pytest.raises(RefusedError) as error:
        tables(operation, **parameters)
    assert error.value.code == "ValidationException"
    return str(error.value)


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ("version =", 'Syntax error; token: "<EOF>", near: "="'),
        ("version = :x AND", 'Syntax error; token: "<EOF>", near: "AND"'),
        ("version == :x", 'Syntax error; token: "=", near: "==:x"'),
        ("(version = :x", 'Syntax error; token: "<EOF>", near: ":x"'),
        ("version ! :x", 'Syntax error; token: "!", near: " ! :x"'),
        ("version = :x :x", 'Syntax error; token: ":x", near: ":x:x"'),
        ("version[a] = :x", 'Syntax error; token: "]", near: "a]="'),
        ("AND = :x", 'Syntax error; token: "AND", near: "AND="'),
        ("", "The expression can not be empty;"),
        (
            f"version = :x{' AND version = :x' * 256}",
            "Expression size has exceeded the maximum allowed size; expression size: 4364",
        ),
        ("session = :x", "Attribute name is a reserved keyword; reserved keyword: session"),
        ("near_to(version, :x)", "Invalid function name; function: near_to"),
        (
            "begins_with(version)",
            "Incorrect number of operands for operator or function; operator or function: "
            "begins_with, number of operands: 1",
        ),
        (
            "size(version, :x) = :x",
            "Incorrect number of operands for operator or function; operator or function: size, "
            "number of operands: 2",
        ),
        (
            "version = :y",
            "An expression attribute value used in expression is not defined; attribute value: :y",
        ),
        (
            "#version = :x",
            "An expression attribute name used in the document path is not defined; attribute "
            "name: #version",
        ),
    ],
)
def test_a_condition_that_cannot_be_read(tables: Tables, condition: str, sentence: str) -> None:
    item = {"user_id": text("ada")}
    told = refused(
        tables,
        "PutItem",
        TableName="song-ends",
        Item=item,
        ConditionExpression=condition,
        ExpressionAttributeValues=VALUES,
    )
    assert told == f"Invalid ConditionExpression: {sentence}"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (
            {},
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        ),
        (
            {"S": "a", "N": "1"},
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of "
            "the supported datatypes",
        ),
        ({"N": "one"}, "The parameter cannot be converted to a numeric value: one"),
        (
            {"N": "1e126"},
            "Number overflow. Attempting to store a number with magnitude larger",
        ),
        (
            {"N": "1e-131"},
            "Number underflow. Attempting to store a number with magnitude smaller",
        ),
        ({"N": "1" * 39}, "Attempting to store more than 38 significant digits in a Number"),
        ({"SS": []}, f"{WRONG}An string set  may not be empty"),
        ({"SS": ["a", "a"]}, f"{WRONG}Input collection [a, a] contains duplicates."),
        ({"NULL": False}, f"{WRONG}Null attribute value types must have the value of true"),
        ({"B": "%"}, "Invalid binary value: it has to be Base64."),
        ({"S": 1}, "An AttributeValue holds something of another type than it says."),
        ({"L": {}}, "An AttributeValue holds something of another type than it says."),
        ("a", "An AttributeValue holds something of another type than it says."),
    ],
)
def test_a_value_that_is_none(tables: Tables, value: Any, sentence: str) -> None:
    item = {"user_id": text("ada"), "value": {"L": [value]}}
    assert sentence in refused(tables, "PutItem", TableName="song-ends", Item=item)


def test_a_value_is_33_deep(tables: Tables) -> None:
    value = text("deep")
    for _ in range(32):
        value = {"L": [value]}
    item = {"user_id": text("ada"), "value": value}
    assert tables("PutItem", TableName="song-ends", Item=item) == {}
    item = {"user_id": text("ada"), "value": {"L": [value]}}
    told = refused(tables, "PutItem", TableName="song-ends", Item=item)
    assert told == "Nesting Levels have exceeded supported limits"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("SET #c = :x", "used in the document path is not defined; attribute name: #c"),
        ("SET c = :x, c.d = :x", "one of these paths; path one: [c], path two: [c, d]"),
        ("SET c = :x SET d = :x", 'UpdateExpression: The "SET" section can only be used once'),
        ("SET c = d + :x", "refers to an attribute that does not exist in the item"),
        ("SET c = user_id + :x", "operand in the update expression has an incorrect"),
        ("SET c = list_append(user_id, :x)", "operand in the update expression has an incorrect"),
        ("SET c = smallest(user_id, :x)", "Invalid function name; function: smallest"),
        ("SET c.d = :x", "The document path provided in the update expression is invalid"),
        ("ADD user_id.d :x", "Cannot update attribute user_id. This attribute is part of the key"),
        ("DELETE c :x", "operand in the update expression has an incorrect"),
        ("LET c = :x", 'Invalid UpdateExpression: Syntax error; token: "LET", near: "LETc"'),
    ],
)  # fmt: skip
def test_an_update_that_cannot_be_made(tables: Tables, change: str, sentence: str) -> None:
    tables("PutItem", TableName="song-ends", Item={"user_id": text("ada")})
    told = refused(
        tables,
        "UpdateItem",
        TableName="song-ends",
        Key={"user_id": text("ada")},
        UpdateExpression=change,
        ExpressionAttributeValues=VALUES,
    )
    assert sentence in told


@pytest.mark.parametrize(
    ("condition", "more", "sentence"),
    [
        ("tempo = :x", {}, "Query condition missed key schema element: tempo_bucket"),
        ("tempo_bucket > :x", {}, "Query key condition not supported"),
        ("tempo_bucket = :x AND title = :y", {}, "missed key schema element: tempo"),
        ("tempo_bucket = :x AND tempo = :y AND a = :y", {}, "Query key condition not supported"),
        ("tempo_bucket = :x AND tempo <> :y", {}, "operator used in KeyConditionExpression: <>"),
        ("tempo_bucket = :x AND tempo_bucket = :y", {}, "must only contain one condition per key"),
        ("tempo_bucket = :x AND tempo = :y", {}, "Condition parameter type does not match schema"),
        ("tempo_bucket = :x.a", {}, 'Syntax error; token: ".", near: ":x.a"'),
        ("tempo_bucket.a = :x", {}, "cannot have conditions on nested attributes"),
        ("tempo_bucket = :x", {"ConsistentRead": True}, "Consistent reads are not supported"),
        ("tempo_bucket = :x", {"IndexName": "nobody"}, "does not have the specified index: nobody"),
        ("tempo_bucket = :x", {"ExclusiveStartKey": KEY[0]}, "provided starting key is invalid"),
        ("tempo_bucket = :x", {"ExclusiveStartKey": KEY[1]}, "key is outside query boundaries"),
        ("tempo_bucket = :x", {"FilterExpression": "tempo = :y"}, "Primary key attribute: tempo"),
    ],
)  # fmt: skip
def test_a_query_that_cannot_be_asked(
    tables: Tables, condition: str, more: dict[str, Any], sentence: str
) -> None:
    asked = {"KeyConditionExpression": condition, "IndexName": "by-tempo"} | more
    values = {name: text("y") for name in (":x", ":y") if name in str(asked)}
    told = refused(tables, "Query", TableName="songs", ExpressionAttributeValues=values, **asked)
    assert sentence in told


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ({"library": text("a")}, f"{WRONG}Missing the key song_id in the item"),
        ({"library": text("a"), "song_id": number(1)}, "key song_id expected: S actual: N"),
        (song(1, 120) | {"tempo": text("a")}, "tempo Expected: N Actual: S IndexName: by-tempo"),
        (song(1, 120) | {"song_id": text("")}, "contain an empty string value. Key: song_id"),
        (song(1, 120) | {"song_id": text("a" * 1025)}, "Size of rangekey has exceeded the maximum"),
        (song(1, 120) | {"library": text("a" * 2049)}, "Size of hashkey has exceeded the maximum"),
        (song(1, 120, title=text("a" * 409_600)), "Item size has exceeded the maximum"),
    ],
)  # fmt: skip
def test_an_item_without_its_keys_or_too_large(tables: Tables, item: Any, sentence: str) -> None:
    assert sentence in refused(tables, "PutItem", TableName="songs", Item=item)
    put = {"PutRequest": {"Item": item}}
    assert sentence in refused(tables, "BatchWriteItem", RequestItems={"songs": [put]})


def test_an_item_grows_too_large(tables: Tables) -> None:
    tables("PutItem", TableName="song-ends", Item={"user_id": text("ada"), **EVERY_TYPE_JSON})
    told = refused(
        tables,
        "UpdateItem",
        TableName="song-ends",
        Key={"user_id": text("ada")},
        UpdateExpression="SET title = :x",
        ExpressionAttributeValues={":x": text("a" * 409_500)},
    )
    assert told == "Item size to update has exceeded the maximum allowed size"


EVERY_TYPE_JSON = EVERY_TYPE | {"bytes": {"B": "AP8="}}


def test_too_many_and_the_same_twice(tables: Tables) -> None:
    keys = [{"user_id": text(str(at))} for at in range(101)]
    told = refused(tables, "BatchGetItem", RequestItems={"song-ends": {"Keys": keys}})
    assert told == "Too many items requested for the BatchGetItem call"
    puts = [{"PutRequest": {"Item": key}} for key in keys[:26]]
    told = refused(tables, "BatchWriteItem", RequestItems={"song-ends": puts})
    assert told == "Too many items requested for the BatchWriteItem call"
    delete = {"DeleteRequest": {"Key": keys[0]}}
    told = refused(tables, "BatchWriteItem", RequestItems={"song-ends": [puts[0], delete]})
    assert told == "Provided list of item keys contains duplicates"


def test_names_and_values_that_no_expression_uses(tables: Tables) -> None:
    key = {"TableName": "song-ends", "Key": {"user_id": text("ada")}}
    told = refused(tables, "GetItem", **key, ExpressionAttributeNames={"#a": "a"})
    assert told == "ExpressionAttributeNames can only be specified when using expressions"
    told = refused(
        tables, "DeleteItem", **key, ConditionExpression="a = b", ExpressionAttributeValues=VALUES
    )
    assert told == "Value provided in ExpressionAttributeValues unused in expressions: keys: {:x}"
    told = refused(
        tables, "DeleteItem", **key, ConditionExpression="a = b", ExpressionAttributeValues={}
    )
    assert told == "ExpressionAttributeValues must not be empty"


@pytest.mark.parametrize(
    "parameters",
    [
        {"Limit": 0},
        {"Segment": 1},
        {"ReturnConsumedCapacity": "TOTAL"},
        {"ScanFilter": {}},
    ],
)
def test_a_parameter_that_is_not_known(tables: Tables, parameters: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        tables("Scan", TableName="songs", **parameters)


@pytest.mark.parametrize(
    "more",
    [
        {"BillingMode": "PROVISIONED"},
        {"LocalSecondaryIndexes": []},
        {"StreamSpecification": {"StreamEnabled": True}},
    ],
)
def test_a_table_that_is_not_known(tables: Tables, more: Any) -> None:
    table = {
        "TableName": "other",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
    }
    with pytest.raises(msgspec.ValidationError):
        tables("CreateTable", **table | more)
    spare = [{"AttributeName": name, "AttributeType": "S"} for name in "ab"]
    told = refused(tables, "CreateTable", **table | {"AttributeDefinitions": spare})
    assert "Number of attributes in KeySchema does not exactly match" in told
    told = refused(tables, "CreateTable", **table | {"AttributeDefinitions": spare[1:]})
    assert "not defined in AttributeDefinitions" in told
