"""DynamoDB, Redis and Kinesis in memory: what the adapters of the song path call, and no more."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Any
from zlib import crc32

from events.session import Song
from lambdas.adapters.songs import song_item
from local.tables import partiql
from local.tables.refused import Item, RefusedError

KEYS = {"song-ends": ["user_id"], "plays": ["user_id", "play"]}


class ConditionError(Exception):
    """Stands for DynamoDB's ConditionalCheckFailedException."""


@dataclass
class Tables:
    """Items by table and user, and the songs of a library through its index."""

    items: defaultdict[str, dict[str, Item]] = field(default_factory=lambda: defaultdict(dict))
    buckets: defaultdict[str, list[Item]] = field(default_factory=lambda: defaultdict(list))
    exceptions: Any = field(
        default_factory=lambda: SimpleNamespace(ConditionalCheckFailedException=ConditionError)
    )

    def add_songs(self, library: str, songs: Iterable[Song]) -> None:
        for song in sorted(songs, key=lambda song: song.tempo):
            item = song_item(library, song)
            self.buckets[item["tempo_bucket"]["S"]].append(item)

    def query(self, **query: Any) -> Item:
        if query["TableName"] == "plays":
            values = query["ExpressionAttributeValues"]
            first = _key({"user_id": values[":user"], "play": values[":since"]})
            plays = self.items["plays"]
            of_user = (key for key in plays if key.startswith(f"{values[':user']['S']}/"))
            return {"Items": [plays[key] for key in of_user if key > first]}
        values, upward = query["ExpressionAttributeValues"], query["ScanIndexForward"]
        songs = self.buckets[values[":bucket"]["S"]]
        if ":start" in values:
            start = float(values[":start"]["N"])
            at = bisect_left(songs, start, key=lambda item: float(item["tempo"]["N"]))
            songs = songs[at:] if upward else songs[:at]
        return {"Items": songs if upward else songs[::-1]}

    def batch_get_item(self, **request: Any) -> Item:
        responses = {}
        for table, wanted in request["RequestItems"].items():
            users = [key["user_id"]["S"] for key in wanted["Keys"]]
            responses[table] = [
                self.items[table][user] for user in users if user in self.items[table]
            ]
        return {"Responses": responses}

    def get_item(self, **request: Any) -> Item:
        item = self._item(request)
        return {} if item is None else {"Item": item}

    def delete_item(self, **request: Any) -> Item:
        del self.items[request["TableName"]][_key(request["Key"])]
        return {}

    def put_item(self, **request: Any) -> Item:
        self._check(self._item(request | {"Key": request["Item"]}), request)
        self.items[request["TableName"]][_key(request["Item"])] = request["Item"]
        return {}

    def batch_write_item(self, **request: Any) -> Item:
        for table, writes in request["RequestItems"].items():
            for write in writes:
                self.put_item(TableName=table, Item=write["PutRequest"]["Item"])
        return {}

    def update_item(self, **request: Any) -> Item:
        before = self._item(request)
        if request["TableName"] == "tastes":
            item = _tasted(before or dict(request["Key"]), request)
        else:
            self._check(before, request)
            item = {**(before or {}), **_assigned(request["UpdateExpression"], request)}
        self.items[request["TableName"]][_key(request["Key"])] = item
        return {"Attributes": item}

    def batch_execute_statement(self, **request: Any) -> Item:
        def write(operation: str, translated: Any) -> None:
            try:
                {"PutItem": self.put_item, "UpdateItem": self.update_item}[operation](**translated)
            except ConditionError:
                raise RefusedError("ConditionalCheckFailedException", "It failed.") from None

        return partiql.run_batch(request["Statements"], KEYS.__getitem__, write)

    def _item(self, request: Any) -> Item | None:
        return self.items[request["TableName"]].get(_key(request["Key"]))

    def _check(self, item: Item | None, request: Any) -> None:
        condition = request.get("ConditionExpression")
        if condition is None:
            return
        if condition.startswith("attribute_not_exists"):
            holds = item is None
        elif condition == "attribute_exists(packed)":
            holds = item is not None
        else:
            wanted = _assigned(condition.removeprefix("attribute_exists(#key) AND "), request)
            holds = item is not None and wanted.items() <= item.items()
        if not holds:
            raise ConditionError


def _key(attributes: Item) -> str:
    """Of an item of any table: whose it is, and which song if it is a play."""
    return "/".join(attributes[name]["S"] for name in ("user_id", "play") if name in attributes)


def _assigned(expression: str, request: Any) -> Item:
    """The attributes and values of an expression's equations."""
    names = request.get("ExpressionAttributeNames", {})
    values = request["ExpressionAttributeValues"]
    pairs = re.findall(r"(#?\w+) = (:\w+)", expression)
    return {names.get(name, name): values[value] for name, value in pairs}


def _tasted(item: Item, request: Any) -> Item:
    """A skip more of a song, or a higher maximum; nothing else is written on the path."""
    (name,) = request["ExpressionAttributeNames"].values()
    values = request["ExpressionAttributeValues"]
    if ":seen" in values:
        if name in item and float(item[name]["N"]) >= float(values[":seen"]["N"]):
            raise ConditionError
        return {**item, name: values[":seen"]}
    skips = item.get(name, {"L": []})["L"]
    if len(skips) >= int(values[":most"]["N"]):
        raise ConditionError
    return {**item, name: {"L": skips + values[":now"]["L"]}}


class Redis:
    """Hashes and sorted sets; what expires stays, as no test lasts as long."""

    def __init__(self) -> None:
        self.hashes: defaultdict[str, dict[bytes, bytes]] = defaultdict(dict)
        self.sets: defaultdict[str, dict[bytes, float]] = defaultdict(dict)
        self.texts: dict[str, bytes] = {}

    def pipeline(self, *, transaction: bool) -> "Pipeline":
        return Pipeline(self)

    def flushdb(self) -> None:
        self.__init__()  # type: ignore[misc]

    def exists(self, key: str) -> int:
        return int(bool(self.sets.get(key) or self.hashes.get(key) or key in self.texts))

    def expire(self, key: str, seconds: int) -> bool:
        return True

    def set(self, key: str, value: bytes, *, nx: bool = False, ex: int) -> bool | None:
        if nx and key in self.texts:
            return None
        self.texts[key] = value
        return True

    def hset(self, key: str, *pair: Any, items: Iterable[Any] = ()) -> None:
        flat = [*pair, *items]
        for name, value in zip(flat[::2], flat[1::2], strict=True):
            self.hashes[key][_bytes(name)] = _bytes(value)

    def hget(self, key: str, name: str) -> bytes | None:
        return self.hashes[key].get(_bytes(name))

    def hmget(self, key: str, names: Iterable[str]) -> list[bytes | None]:
        return [self.hget(key, name) for name in names]

    def hgetall(self, key: str) -> dict[bytes, bytes]:
        return dict(self.hashes[key])

    def zadd(self, key: str, scores: dict[str, float], *, gt: bool = False) -> None:
        members = self.sets[key]
        for member, score in scores.items():
            if not gt or score > members.get(_bytes(member), 0):
                members[_bytes(member)] = score

    def zrem(self, key: str, member: str) -> None:
        self.sets[key].pop(_bytes(member), None)

    def zrange(self, key: str, first: int, last: int, *, withscores: bool = False) -> list[Any]:
        ranked = sorted(self.sets[key].items(), key=lambda pair: (pair[1], pair[0]))
        part = ranked[first:] if last == -1 else ranked[first : last + 1]
        return part if withscores else [member for member, _ in part]

    def zremrangebyrank(self, key: str, first: int, last: int) -> None:
        for member in self.zrange(key, first, last):
            del self.sets[key][member]

    def zremrangebyscore(self, key: str, low: float, high: float) -> None:
        members = self.sets[key]
        self.sets[key] = {one: score for one, score in members.items() if not low <= score <= high}


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


class Pipeline:
    """Commands that are carried out at once."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self.command_stack: list[Callable[[], Any]] = []

    def __enter__(self) -> "Pipeline":
        return self

    def __exit__(self, *_: object) -> None:
        self.command_stack.clear()

    def __getattr__(self, name: str) -> Callable[..., None]:
        command = getattr(self._redis, name)
        return lambda *args, **options: self.command_stack.append(
            partial(command, *args, **options)
        )

    def execute(self, *, raise_on_error: bool = True) -> list[Any]:
        answers = [command() for command in self.command_stack]
        self.command_stack.clear()
        return answers


@dataclass(frozen=True)
class Record:
    """Of a stream."""

    key: str
    data: bytes
    arrived_ms: int


class Lane:
    """Records in their order, of which those before `at` were taken."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.at = 0


class Streams:
    """Kinesis: streams of lanes, in which the records of one key are in order."""

    def __init__(self, names: Iterable[str], lanes: int) -> None:
        self.now_ms = 0
        self.lanes = {name: [Lane() for _ in range(lanes)] for name in names}

    def put_records(self, *, StreamName: str, Records: Any) -> Any:  # noqa: N803 - boto3
        for record in Records:
            self.put(StreamName, record["PartitionKey"], record["Data"])
        return {"FailedRecordCount": 0, "Records": [{} for _ in Records]}

    def put(self, stream: str, key: str, data: bytes) -> None:
        lanes = self.lanes[stream]
        lane = lanes[crc32(key.encode()) % len(lanes)]
        lane.records.append(Record(key, data, self.now_ms))


class Connections:
    """`@connections`: what each connection took; those in `gone` answer 410."""

    class GoneError(Exception):
        """Stands for GoneException."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.gone: set[str] = set()
        self.exceptions = SimpleNamespace(GoneException=self.GoneError)

    def post_to_connection(self, *, ConnectionId: str, Data: bytes) -> None:  # noqa: N803 - boto3
        if ConnectionId in self.gone:
            raise self.GoneError
        self.taken.append((ConnectionId, Data))

    def delete_connection(self, *, ConnectionId: str) -> None:  # noqa: N803 - boto3
        self.gone.add(ConnectionId)
