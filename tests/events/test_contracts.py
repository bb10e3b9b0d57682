import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from events import asyncapi, messages, stream
from events.asyncapi import EXAMPLES
from events.pulse import Pulse
from events.schemas import ROUTES, draft4

DECODERS: dict[str, Callable[[bytes], Any]] = {
    "heartrate": messages.decode_client,
    "start": messages.decode_client,
    "change": messages.decode_client,
    "rate": messages.decode_client,
    "skip": messages.decode_client,
    "end": messages.decode_client,
    "workout_query": messages.decode_client,
    "floor_query": messages.decode_client,
    "class_plan": messages.decode_client,
    "own_songs": messages.decode_client,
    "history_query": messages.decode_client,
    "session": stream.decode_heart_rate,
    "averages": stream.decode_averages,
    "song_request": stream.decode_song_request,
    "song": messages.decode_server,
    "started": messages.decode_server,
    "changed": messages.decode_server,
    "rated": messages.decode_server,
    "skipped": messages.decode_server,
    "ended": messages.decode_server,
    "workout": messages.decode_server,
    "floor_view": messages.decode_server,
    "class_planned": messages.decode_server,
    "own_songs_kept": messages.decode_server,
    "history": messages.decode_server,
    "past_workout": messages.decode_server,
    "error": messages.decode_server,
}


def test_every_contract_has_an_example() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.json")} == set(DECODERS)


@pytest.mark.parametrize("name", DECODERS)
def test_an_example_survives_decoding_and_encoding(name: str) -> None:
    data = (EXAMPLES / f"{name}.json").read_bytes()
    decoded = DECODERS[name](data)
    assert json.loads(stream.encode(decoded)) == json.loads(data)


def test_a_pulse_of_the_version_before_does_not_tell_when_the_last_silence_ended() -> None:
    pulse = msgspec.json.decode(b"[9000,4000,122.5,121.75,120.0,123.0,121.75]", type=Pulse)
    assert (pulse.at_ms, pulse.peak, pulse.started_ms) == (9000, 121.75, 0)


@pytest.mark.parametrize("name", DECODERS)
def test_decoded_values_cannot_be_changed(name: str) -> None:
    decoded = DECODERS[name]((EXAMPLES / f"{name}.json").read_bytes())
    with pytest.raises(AttributeError):
        setattr(decoded, decoded.__struct_fields__[0], None)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{",
        '{"action":"dance"}',
        '{"action":"heartrate"}',
        '{"action":"heartrate","samples":[]}',
        '{"action":"heartrate","samples":[[1760000040000,0]]}',
        '{"action":"heartrate","samples":[[1760000040000,300]]}',
        '{"action":"heartrate","samples":[[1760000040000,"120"]]}',
        '{"action":"heartrate","samples":[[1760000040000]]}',
        '{"action":"heartrate","samples":[[1760000040000.5,120]]}',
        '{"action":"heartrate","samples":[[1760000040000,120]],"user":"bob"}',
        json.dumps({"action": "heartrate", "samples": [[1_760_000_040_000, 120]] * 121}),
        '{"action":"skip","slot":-1,"at_ms":1}',
        '{"action":"start","at_ms":1,"settings":{"interval_seconds":9}}',
        '{"action":"start","at_ms":1,"settings":{"library":"../demo"}}',
        '{"action":"start","at_ms":1,"settings":{"floor":"North Gym"}}',
        '{"action":"floor"}',
        '{"action":"class_plan","floor":"north","plan":"sprints","at_ms":1}',
        '{"action":"workout","athlete":"a b"}',
        '{"action":"own_songs","songs":[{"id":"a","title":"A","artist":"B","tempo":20,'
        '"duration_seconds":200}]}',
        json.dumps({"action": "own_songs", "remove": ["a"] * 51}),
    ],
)
def test_a_bad_message_is_refused(body: str) -> None:
    with pytest.raises(msgspec.MsgspecError):
        messages.decode_client(body)


def test_groups_are_few_and_everybody_is_always_in_the_same_one() -> None:
    groups = {stream.group_of(f"user-{number}") for number in range(1000)}
    assert groups == set(range(stream.GROUPS))
    assert stream.group_of("athlete-001") == stream.group_of("athlete-001")


def test_groups_lie_evenly_on_any_number_of_shards() -> None:
    for shards in (1, 2, 4, 8, 16):
        on = [int(stream.hash_key_of(group)) * shards // 2**128 for group in range(stream.GROUPS)]
        assert [on.count(shard) for shard in range(shards)] == [stream.GROUPS // shards] * shards


def test_the_asyncapi_document_is_the_one_that_the_types_make() -> None:
    assert json.loads(asyncapi.FILE.read_bytes()) == asyncapi.description()


def test_a_description_has_no_indentation_which_python_3_13_takes_from_docstrings() -> None:
    made = json.dumps([asyncapi.description(), *map(draft4, ROUTES.values())])
    assert "\\n\\n" in made
    assert "\\n " not in made
