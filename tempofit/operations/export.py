"""What is kept of a person, read from the tables of a stage or of the local cloud.

What lies in Redis is of the last hours only, and in the plays as soon as a song is over, so the
tables tell everything that lasts.
"""

import struct
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Literal

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from events.history import PastWorkout, Play
from events.session import Opinion, Settings, Song
from lambdas.adapters.own_songs import library_of
from lambdas.adapters.plays import play_of
from lambdas.adapters.songs import song_of
from lambdas.adapters.tastes import OPINION, SETTINGS, SKIPS
from lambdas.domain.past import past_workout
from lambdas.domain.played import Played, told
from local.gateway import server as gateway
from tempofit import addresses
from tempofit.addresses import NO_CLOUD, NOT_RUNNING, CloudError, read_addresses, remedy, require
from tempofit.operations.here import client_here
from tempofit.operations.stage import aws_errors, find_outputs, stage_client

UNREADABLE = (
    msgspec.MsgspecError,
    ArithmeticError,
    KeyError,
    TypeError,
    ValueError,
    struct.error,
)
"""As in `lambdas.adapters.stored`."""
Item = dict[str, Any]


class Tables(msgspec.Struct, frozen=True):
    """What the tables are called; as functions find it in their environment."""

    songs_table: str = msgspec.field(name="SONGS_TABLE")
    tastes_table: str = msgspec.field(name="TASTES_TABLE")
    plays_table: str = msgspec.field(name="PLAYS_TABLE")


class Said(msgspec.Struct, frozen=True):
    """What a person thinks of a song; `at` in epoch seconds."""

    opinion: Opinion
    library: str
    song: Song
    at: int


class Workout(msgspec.Struct, frozen=True):
    """A workout and its songs, in the words of `history`."""

    workout: PastWorkout
    plays: list[Play]


class Exported(msgspec.Struct, frozen=True):
    """Everything; `unreadable` counts what no version can read that this one knows."""

    user: str
    settings: Settings | None
    max_heart_rate: float | None
    """The highest running average that was seen, beats/min."""
    opinions: list[Said]
    skips: dict[str, int]
    """How often each song was skipped, by its id, as far as that counts."""
    own_songs: list[Song]
    workouts: list[Workout]
    """Oldest first."""
    unreadable: int
    format: Literal["tempofit-person"] = "tempofit-person"
    version: Literal[1] = 1


def export_on_aws(user: str, stage: str) -> Exported:
    """Of a deployed stage. CloudError when a table cannot be read."""
    outputs = find_outputs(stage)
    tables = Tables(outputs.songs_table, outputs.tastes_table, outputs.plays_table)
    dynamodb = stage_client("dynamodb")
    try:
        with aws_errors("What is kept cannot be read"):
            return read(dynamodb, tables, user)
    finally:
        dynamodb.close()


def export_here(user: str) -> Exported:
    """Of the local cloud. CloudError when none runs, or a table cannot be read."""
    url = read_addresses().dynamodb_url
    require(url, otherwise=NO_CLOUD)
    tables = _tables_here()
    dynamodb = client_here("dynamodb", url)
    try:
        return read(dynamodb, tables, user)
    except (BotoCoreError, ClientError) as error:
        raise CloudError(f"What is kept cannot be read: {error}. {remedy(error)}") from None
    finally:
        dynamodb.close()


def _tables_here() -> Tables:
    """What `forget` deletes of, as that is all."""
    path = addresses.ADDRESSES.parent / "gateway.json"
    try:
        config = msgspec.json.decode(path.read_bytes(), type=gateway.Config)
        (forget,) = (one for one in config.functions if one.name == "forget")
        return msgspec.convert(forget.environment, Tables)
    except (OSError, ValueError) as error:
        raise CloudError(
            f"{path} is not what a local cloud of this version writes there: {error}. {NOT_RUNNING}"
        ) from None


def read(dynamodb: Any, tables: Tables, user: str) -> Exported:
    """Everything that the tables hold of a person. Raises what boto3 does."""
    unreadable = 0

    def readable(read_one: Any, stored: Any) -> Any:
        nonlocal unreadable
        try:
            return read_one(stored)
        except UNREADABLE:
            unreadable += 1
            return None

    taste = dynamodb.get_item(TableName=tables.tastes_table, Key={"user_id": {"S": user}})
    item: Item = taste.get("Item", {})
    opinions = {
        name: readable(_said, value) for name, value in item.items() if name.startswith(OPINION)
    }
    skips = {
        name.removeprefix(SKIPS): len(value["L"])
        for name, value in item.items()
        if name.startswith(SKIPS)
    }
    liked = {said.song.id: said.opinion.liked for said in opinions.values() if said}
    own = (readable(song_of, song) for song in _items(dynamodb, tables.songs_table, OWN_KEY, user))
    workouts = [
        readable(lambda songs, session=session: _workout(session, songs, liked), songs)
        for session, songs in _sessions(dynamodb, tables.plays_table, user, readable)
    ]
    return Exported(
        user=user,
        settings=readable(_settings, item[SETTINGS]) if SETTINGS in item else None,
        max_heart_rate=readable(_number, item["max_heart_rate"])
        if "max_heart_rate" in item
        else None,
        opinions=[said for said in opinions.values() if said],
        skips=skips,
        own_songs=[song for song in own if song],
        workouts=[workout for workout in workouts if workout],
        unreadable=unreadable,
    )


OWN_KEY = ("library", library_of)
PLAY_KEY = ("user_id", str)


def _sessions(
    dynamodb: Any, table: str, user: str, readable: Any
) -> Iterator[tuple[int, list[tuple[int, Played]]]]:
    """Sessions and their songs, oldest first."""
    items = _items(dynamodb, table, PLAY_KEY, user)
    for session, group in groupby(items, key=lambda item: int(item["play"]["S"].split("#")[0])):
        songs = [play for item in group if (play := readable(play_of, item))]
        if songs:
            yield session, songs


def _items(dynamodb: Any, table: str, key: Any, user: str) -> Iterator[Item]:
    name, value_of = key
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="#key = :key",
        ExpressionAttributeNames={"#key": name},
        ExpressionAttributeValues={":key": {"S": value_of(user)}},
    )
    for page in pages:
        yield from page["Items"]


def _workout(
    session: int, songs: list[tuple[int, Played]], liked: dict[str, bool | None]
) -> Workout:
    plays = [told(slot, play, liked.get(play.song.id)) for slot, play in songs]
    return Workout(past_workout(session, [play for _, play in songs]), plays)


def _said(value: Any) -> Said:
    return msgspec.json.decode(value["S"], type=Said)


def _settings(value: Any) -> Settings:
    return msgspec.json.decode(value["S"], type=Settings)


def _number(value: Any) -> float:
    return float(value["N"])
