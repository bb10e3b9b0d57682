"""Calls that are answered the same by moto and by the local tables, in their order."""

from typing import Any

Call = tuple[str, dict[str, Any]]


def text(value: str) -> Any:
    return {"S": value}


def number(value: float) -> Any:
    return {"N": f"{value:.12g}"}


def song(at: int, tempo: float, **more: Any) -> Any:
    """A song of the library demo."""
    return {
        "library": text("demo"),
        "song_id": text(f"song-{at:02d}"),
        "tempo_bucket": text(f"demo#{tempo // 5:g}"),
        "tempo": number(tempo),
        **more,
    }


SONGS, ENDS = "songs", "song-ends"
ADA = {"TableName": ENDS, "Key": {"user_id": text("ada")}}
EVERY_TYPE = {
    "text": text("zażółć 🎵"),
    "empty": text(""),
    "number": {"N": "1.5"},
    "big": {"N": "123456789012345678901234567890"},
    "truth": {"BOOL": True},
    "nothing": {"NULL": True},
    "bytes": {"B": b"\x00\xff"},
    "several": {"L": [text("a"), number(1), {"L": []}]},
    "inside": {"M": {"nested": {"M": {"deep": number(2)}}, "other": text("x")}},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2.5"]},
}


def table(name: str, key: list[str], types: dict[str, str], **more: Any) -> Any:
    kinds = ("HASH", "RANGE")
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind} for name, kind in types.items()
        ],
        "KeySchema": [
            {"AttributeName": name, "KeyType": kind} for name, kind in zip(key, kinds, strict=False)
        ],
        **more,
    }


CREATED: list[Call] = [
    ("create_table", table(ENDS, ["user_id"], {"user_id": "S"})),
    (
        "create_table",
        table(
            SONGS,
            ["library", "song_id"],
            {"library": "S", "song_id": "S", "tempo_bucket": "S", "tempo": "N"},
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by-tempo",
                    "KeySchema": [
                        {"AttributeName": "tempo_bucket", "KeyType": "HASH"},
                        {"AttributeName": "tempo", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        ),
    ),
    ("create_table", table(ENDS, ["user_id"], {"user_id": "S"})),
    ("list_tables", {}),
    ("describe_table", {"TableName": "nobody"}),
]


def put(item: Any, **more: Any) -> Call:
    return "put_item", {"TableName": ENDS, "Item": item, **more}


def update(expression: str, **more: Any) -> Call:
    return "update_item", {**ADA, "UpdateExpression": expression, **more}


def query(condition: str, values: dict[str, Any], **more: Any) -> Call:
    return "query", {
        "TableName": SONGS,
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": values,
        **more,
    }


def near(condition: str, values: dict[str, Any], **more: Any) -> Call:
    condition = f"tempo_bucket = :bucket{condition}"
    return query(condition, {":bucket": text("demo#24"), **values}, IndexName="by-tempo", **more)


ADA_1 = {"user_id": text("ada"), "version": number(1), "session": number(7)}
IS_1 = {
    "ConditionExpression": "version = :one",
    "ExpressionAttributeValues": {":one": number(1)},
}
ITEMS: list[Call] = [
    ("get_item", ADA),
    put(ADA_1, ConditionExpression="attribute_not_exists(user_id)"),
    put(ADA_1, ConditionExpression="attribute_not_exists(user_id)"),
    put(ADA_1 | {"version": number(2)}, **IS_1, ReturnValues="ALL_OLD"),
    put(ADA_1, **IS_1),
    put(ADA_1, **IS_1, ReturnValuesOnConditionCheckFailure="ALL_OLD"),
    ("get_item", {**ADA, "ConsistentRead": True}),
    (
        "get_item",
        {
            **ADA,
            "ProjectionExpression": "version, #session, absent",
            "ExpressionAttributeNames": {"#session": "session"},
        },
    ),
    put(ADA_1 | EVERY_TYPE),
    ("get_item", ADA),
    ("get_item", {**ADA, "ProjectionExpression": "inside.nested.deep, several[1]"}),
    ("get_item", {"TableName": "nobody", "Key": ADA["Key"]}),
    ("get_item", {"TableName": ENDS, "Key": {"user": text("ada")}}),
    put({"version": number(1)}),
    put({"user_id": number(1)}),
    put({"user_id": text("")}),
    put({"user_id": text("large"), "text": text("x" * 409_600)}),
    ("delete_item", {**ADA, **IS_1, "ReturnValues": "ALL_OLD"}),
    ("delete_item", {**ADA, **IS_1}),
    ("delete_item", {**ADA, "ReturnValues": "ALL_OLD"}),
]

_COUNTED = {
    "ConditionExpression": "attribute_not_exists(#song) OR size(#song) < :most",
    "ExpressionAttributeNames": {"#song": "skips#song-1"},
    "ExpressionAttributeValues": {
        ":none": {"L": []},
        ":now": {"L": [number(1)]},
        ":most": number(2),
    },
    "ReturnValues": "ALL_NEW",
}
_COUNT = update("SET #song = list_append(if_not_exists(#song, :none), :now)", **_COUNTED)


def _set(expression: str, values: dict[str, Any], **more: Any) -> Call:
    return update(
        expression, ExpressionAttributeValues=values, **{"ReturnValues": "ALL_NEW"} | more
    )


UPDATES: list[Call] = [
    *[_COUNT] * 3,
    _set("SET a = :one, b = :map", {":one": number(1), ":map": EVERY_TYPE["inside"]}),
    _set("SET a = a + :one, b.nested.deep = :one", {":one": number(1)}, ReturnValues="UPDATED_NEW"),
    _set("SET a = a - :one", {":one": {"N": "0.5"}}, ReturnValues="UPDATED_OLD"),
    _set("SET a = :x REMOVE b.other, b.nested", {":x": text("x")}, ReturnValues="ALL_OLD"),
    _set("SET l = :list", {":list": {"L": [number(at) for at in range(4)]}}),
    _set("SET l[9] = :x REMOVE l[0], l[2]", {":x": text("x")}),
    _set("ADD n :one, tags :tags", {":one": number(1), ":tags": {"SS": ["a", "b"]}}),
    _set("ADD n :one DELETE tags :tags", {":one": number(1), ":tags": {"SS": ["a"]}}),
    _set("DELETE tags :tags", {":tags": {"SS": ["b"]}}),
    _set("SET user_id = :x", {":x": text("x")}),
    _set("SET absent.inner = :x", {":x": text("x")}),
    _set("SET a = absent + :one", {":one": number(1)}),
    _set("SET l = l + :one", {":one": number(1)}),
    _set("SET c = :x, c = :x", {":x": text("x")}),
    _set("SET c = :x SET d = :x", {":x": text("x")}),
    _set("SET session = :x", {":x": text("x")}),
    _set("SET c = :y", {":x": text("x")}),
    _set("SET c = :x", {":x": text("x"), ":y": text("y")}),
    update("REMOVE #c", ExpressionAttributeNames={"#c": "c", "#d": "d"}),
    update("REMOVE c", ReturnValues="ALL_NEW"),
    _set("SET c = :x", {":x": text("x")}, ConditionExpression="version = :x"),
    ("get_item", ADA),
]

_ADA = {
    "user_id": text("ada"),
    "version": number(5),
    "name": text("Ada"),
    "list": {"L": [number(1), text("b")]},
    "tags": {"SS": ["a", "b"]},
    "map": {"M": {"inner": number(3)}},
}
CONDITIONS_MET = (
    "version = :5",
    "version <> :6",
    "absent <> :6",
    "version < :6 AND version >= :5",
    "version > :6 OR version <= :5",
    "NOT version BETWEEN :6 AND :7",
    "version BETWEEN :5 AND :6",
    "version IN (:6, :5)",
    "NOT (version = :6) AND attribute_exists(tags)",
    "attribute_not_exists(absent)",
    "attribute_type(version, :N)",
    "NOT attribute_type(version, :S)",
    "begins_with(title, :A)",
    "contains(title, :d)",
    "contains(tags, :a)",
    "contains(#list, :b)",
    "size(tags) = :2",
    "size(title) > :2",
    "#map.#inner < :5",
    "#list[0] < :5",
    "NOT title = :5",
    "attribute_exists(#map.#inner) AND (version = :6 OR version = :5)",
)
CONDITIONS_FAILED = (
    "version = :6",
    "absent = :5",
    "absent < :5",
    "NOT version BETWEEN :5 AND :7",
    "version = :5 AND version = :6 OR title = :d",
    "attribute_exists(#list[7])",
    "contains(title, :d) AND title = :d",
    "begins_with(title, :d)",
    "NOT attribute_not_exists(absent)",
)
_VALUES = {
    **{f":{at}": number(at) for at in (2, 5, 6, 7)},
    **{f":{each}": text(each) for each in "AadbNS"},
}
_NAMES = {"#list": "list", "#map": "map", "#inner": "inner"}


def conditional(condition: str) -> Call:
    """A deletion of nothing but what the condition allows, which leaves the item to the next."""
    values = {name: value for name, value in _VALUES.items() if name in condition}
    names = {name: value for name, value in _NAMES.items() if name in condition}
    given = {"ExpressionAttributeValues": values, "ExpressionAttributeNames": names}
    return put(
        {**_ADA, "title": text("Ada")},
        ConditionExpression=condition,
        **{name: each for name, each in given.items() if each},
    )


CONDITIONS: list[Call] = [
    put({**_ADA, "title": text("Ada")}),
    *map(conditional, CONDITIONS_MET + CONDITIONS_FAILED),
]

TEMPI = (119, 120, 120.5, 121, 121, 122, 123, 124.9, 125)
BATCHES: list[Call] = [
    (
        "batch_write_item",
        {
            "RequestItems": {
                SONGS: [
                    {"PutRequest": {"Item": song(at, tempo)}} for at, tempo in enumerate(TEMPI)
                ],
                ENDS: [{"PutRequest": {"Item": ADA_1}}],
            }
        },
    ),
    (
        "batch_get_item",
        {
            "RequestItems": {
                ENDS: {
                    "Keys": [{"user_id": text(user)} for user in ("ada", "bob")],
                    "ConsistentRead": True,
                    "ProjectionExpression": "user_id, #session",
                    "ExpressionAttributeNames": {"#session": "session"},
                }
            }
        },
    ),
    (
        "batch_get_item",
        {"RequestItems": {ENDS: {"Keys": [{"user_id": text("ada")}] * 2}}},
    ),
    (
        "batch_get_item",
        {"RequestItems": {ENDS: {"Keys": [{"user_id": text(f"{at}")} for at in range(101)]}}},
    ),
    ("batch_get_item", {"RequestItems": {"nobody": {"Keys": [{"user_id": text("ada")}]}}}),
    (
        "batch_write_item",
        {"RequestItems": {ENDS: [{"PutRequest": {"Item": ADA_1}}] * 2}},
    ),
    (
        "batch_write_item",
        {"RequestItems": {ENDS: [{"DeleteRequest": {"Key": {"user_id": text("ada")}}}]}},
    ),
    ("get_item", ADA),
]

_DEMO = {":library": text("demo")}
_FROM = {":from": number(121)}
_LIBRARY = "#library = :library"
_NAMED: dict[str, Any] = {"ExpressionAttributeNames": {"#library": "library"}}
QUERIES: list[Call] = [
    near("", {}),
    near(" AND tempo >= :from", _FROM),
    near(" AND tempo < :from", _FROM, ScanIndexForward=False),
    near(" AND tempo BETWEEN :from AND :to", {**_FROM, ":to": number(123)}),
    near(" AND tempo = :from", _FROM),
    near(" AND tempo >= :from", _FROM, Limit=2),
    near("", {":song": text("song-04")}, FilterExpression="song_id > :song"),
    near("", {}, ProjectionExpression="song_id, tempo"),
    near("", {}, Select="COUNT"),
    near("", {}, ConsistentRead=True),
    near(" AND title = :x", {":x": text("x")}),
    query(_LIBRARY, _DEMO, **_NAMED, ConsistentRead=True),
    query(_LIBRARY, _DEMO, **_NAMED, Limit=4),
    query(_LIBRARY, _DEMO, **_NAMED, ScanIndexForward=False, Limit=3),
    query(
        _LIBRARY,
        _DEMO,
        **_NAMED,
        ExclusiveStartKey={"library": text("demo"), "song_id": text("song-03")},
    ),
    query(
        f"{_LIBRARY} AND begins_with(song_id, :song)", {**_DEMO, ":song": text("song-0")}, **_NAMED
    ),
    query(_LIBRARY, {":library": text("nobody")}, **_NAMED),
    query("song_id = :song", {":song": text("song-00")}),
    query("#library > :library", _DEMO, **_NAMED),
    ("scan", {"TableName": SONGS}),
    (
        "scan",
        {
            "TableName": SONGS,
            "FilterExpression": "tempo > :from",
            "ExpressionAttributeValues": _FROM,
        },
    ),
    ("scan", {"TableName": "nobody"}),
]
EXPIRY: list[Call] = [
    ("describe_time_to_live", {"TableName": ENDS}),
    (
        "update_time_to_live",
        {
            "TableName": ENDS,
            "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "expires_at"},
        },
    ),
    ("describe_time_to_live", {"TableName": ENDS}),
    ("delete_table", {"TableName": "nobody"}),
    ("delete_table", {"TableName": SONGS}),
    ("list_tables", {}),
    ("get_item", {"TableName": SONGS, "Key": {"library": text("a"), "song_id": text("b")}}),
]

_INSERT = "INSERT INTO \"song-ends\" VALUE {'user_id': ?, 'version': ?}"
_UPDATE = 'UPDATE "song-ends" SET version = ? WHERE user_id = ? AND version = ?'


def batch(*statements: tuple[str, list[Any]], **more: Any) -> Call:
    told = [{"Statement": one, "Parameters": values, **more} for one, values in statements]
    return "batch_execute_statement", {"Statements": told}


STATEMENTS: list[Call] = [
    batch((_INSERT, [text("cy"), number(1)]), (_INSERT, [text("di"), number(1)])),
    batch((_INSERT, [text("cy"), number(1)]), (_INSERT, [text("ed"), number(1)])),
    batch(
        (_UPDATE, [number(2), text("cy"), number(1)]),
        (_UPDATE, [number(2), text("di"), number(9)]),
        (_UPDATE, [number(2), text("nobody"), number(1)]),
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    ),
    batch((_INSERT, [number(1), number(1)]), ("DELETE FROM songs", [text("a")])),
    batch((_INSERT, [text("a"), number(1)]), (_INSERT, [text("a"), number(1)])),
    ("get_item", {"TableName": ENDS, "Key": {"user_id": text("cy")}}),
]

ALL = {
    "items": ITEMS,
    "updates": UPDATES,
    "conditions": CONDITIONS,
    "batches": BATCHES,
    "queries": [BATCHES[0], *QUERIES],
    "statements": STATEMENTS,
    "expiry": EXPIRY,
}
