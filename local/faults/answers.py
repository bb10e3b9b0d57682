"""What a service answers that does not do what it is asked, or does it in part. No I/O."""

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from msgspec import json

THROTTLED = "ProvisionedThroughputExceededException"
SENTENCE = "The fault that runs here says so."


class Answer(NamedTuple):
    """An HTTP answer; `error` is its `x-amzn-ErrorType`."""

    status: int
    error: str

    @property
    def body(self) -> bytes:
        return json.encode({"__type": self.error, "message": SENTENCE})


ANSWERS = {
    "failing": Answer(500, "InternalServerError"),
    "throttling": Answer(400, THROTTLED),
    "gone": Answer(410, "GoneException"),
    "limited": Answer(429, "LimitExceededException"),
}
"""By kind of fault, for calls that are not carried out."""

Merge = Callable[[Any], Any]


class Part(NamedTuple):
    """The part of a call that is carried out, or None, and what makes its answer the whole's."""

    request: Any
    merge: Merge


def partly(operation: str, request: Any, random: Random) -> Part | None:
    """A random part of a call that may be carried out in part; None for any other call."""
    match operation:
        case "BatchGetItem":
            return _keys(request, random)
        case "BatchWriteItem":
            return _items(request, random)
        case "BatchExecuteStatement":
            left = {"Error": {"Code": "ThrottlingError", "Message": SENTENCE}}
            return _listed("Statements", "Responses", left, request, random)
        case "PutRecords":
            failed = {"ErrorCode": THROTTLED, "ErrorMessage": SENTENCE}
            return _listed("Records", "Records", failed, request, random)
    return None


def _keys(request: Any, random: Random) -> Part:
    taken, left = {}, {}
    for table, wanted in request["RequestItems"].items():
        ours, theirs = _cut(wanted["Keys"], random)
        if ours:
            taken[table] = {**wanted, "Keys": ours}
        if theirs:
            left[table] = {**wanted, "Keys": theirs}

    def merge(answer: Any) -> Any:
        found = answer["Responses"] if answer else {}
        responses = {table: found.get(table, []) for table in request["RequestItems"]}
        unprocessed = left | (answer["UnprocessedKeys"] if answer else {})
        return {"Responses": responses, "UnprocessedKeys": unprocessed}

    return Part({**request, "RequestItems": taken} if taken else None, merge)


def _items(request: Any, random: Random) -> Part:
    cut = {table: _cut(items, random) for table, items in request["RequestItems"].items()}
    taken = {table: ours for table, (ours, _) in cut.items() if ours}
    left = {table: theirs for table, (_, theirs) in cut.items() if theirs}
    part = {**request, "RequestItems": taken} if taken else None
    return Part(part, lambda answer: {**(answer or {}), "UnprocessedItems": left})


def _listed(asked: str, answered: str, left: Any, request: Any, random: Random) -> Part:
    """Of a call that answers each of its entries by position."""
    entries = request[asked]
    places = {place for place in range(len(entries)) if random.random() < 0.5}

    def merge(answer: Any) -> Any:
        done = iter(answer[answered] if answer else ())
        results = [next(done) if place in places else left for place in range(len(entries))]
        merged = {**(answer or {}), answered: results}
        if asked == "Records":
            merged["FailedRecordCount"] = sum("ErrorCode" in result for result in results)
        return merged

    part = {**request, asked: [entries[place] for place in sorted(places)]}
    return Part(part if places else None, merge)


def _cut(things: list[Any], random: Random) -> tuple[list[Any], list[Any]]:
    taken: list[Any] = []
    left: list[Any] = []
    for thing in things:
        (taken if random.random() < 0.5 else left).append(thing)
    return taken, left
