"""Records that no function can read, of twelve kinds, into every shard of every stream."""

from random import Random
from typing import Any

DEEP = 2_000

KINDS: dict[str, bytes] = {
    "not_json": b"heart rate 150",
    "cut_short": b'{"action":"heartrate","samples":[[1,',
    "empty": b"",
    "not_utf8": b'{"action":"\xff\xfe"}',
    "null": b"null",
    "list": b"[1, 2, 3]",
    "nested": b'{"action":"heartrate","samples":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "huge_number": b'{"action":"heartrate","samples":[[1'
    + b"0" * 400
    + b',1e999]],"averages":9e999}',
    "wrong_types": b'{"action":"heartrate","samples":"150","averages":"150","slot":{}}',
    "wrong_keys": b'{"action":"heartrate","beats":[[1,150]],"average":[],"songs":1}',
    "unknown_action": b'{"action":"fly","averages":{"a":1},"session":-1,"slot":-2}',
    "surrogate": b'{"action":"\\ud800","averages":["\\ud800"],"session":true}',
}
"""The same body is wrong in each of the three streams."""


def entries(shards: int, random: Random) -> list[dict[str, Any]]:
    """One record of each kind for each shard, in any order, as PutRecords takes them."""
    found = [
        {
            "Data": body,
            "PartitionKey": f"poison-{kind}-{random.getrandbits(16)}",
            "ExplicitHashKey": str((2 * shard + 1) * 2**127 // shards),
        }
        for shard in range(shards)
        for kind, body in KINDS.items()
    ]
    random.shuffle(found)
    return found
