"""The decoder of a function and the model of its route take and refuse the same bodies."""

import json
from collections.abc import Callable
from typing import Any, get_args

import fastjsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, ValidationError

from events.messages import decode_client
from events.schemas import ROUTES, draft4
from events.session import Mode, PlanName

TIME = 1_760_000_000_000
SCHEMAS = {key: draft4(struct) for key, struct in ROUTES.items()}
DRAFT4 = {key: Draft4Validator(schema) for key, schema in SCHEMAS.items()}
COMPILED: dict[str, Callable[[Any], Any]] = {
    key: fastjsonschema.compile(schema, use_default=False) for key, schema in SCHEMAS.items()
}


def heart_rates(samples: str) -> str:
    return f'{{"action":"heartrate","samples":{samples}}}'


def start(settings: str) -> str:
    return f'{{"action":"start","at_ms":{TIME},"settings":{settings}}}'


def change(settings: str) -> str:
    return f'{{"action":"change","settings":{settings}}}'


def rate(opinion: str) -> str:
    return f'{{"action":"rate","song_id":"d-1","opinion":{opinion}}}'


OWN_SONG = '{"id":"a","title":"A","artist":"B","tempo":120,"duration_seconds":200}'


def own_songs(added: str, removed: str = "[]") -> str:
    return f'{{"action":"own_songs","songs":{added},"remove":{removed}}}'


TAKEN = {
    "heartrate": [
        heart_rates(f"[[{TIME},80]]"),
        heart_rates(f"[[{TIME},80.5]]"),
        heart_rates(f"[[{TIME},30],[{TIME},230]]"),
        heart_rates("[[0,80]]"),
        heart_rates(f"[{','.join([f'[{TIME},80]'] * 60)}]"),
    ],
    "start": [
        f'{{"action":"start","at_ms":{TIME}}}',
        start("{}"),
        start('{"mode":"zone","max_heart_rate":null}'),
        start('{"mode":"zone","max_heart_rate":190,"age":40,"library":"my-songs"}'),
    ],
    "change": [
        '{"action":"change","settings":{}}',
        change('{"mode":"plan","plan":"couch-to-5k"}'),
        change('{"mode":"plan","plan":[{"seconds":60,"zone":5}]}'),
        change('{"mode":"cadence","cadence":172.5,"span":0.5,"genres":["rock"]}'),
        change('{"lock":128,"responsive":true,"goal_zone":4}'),
    ],
    "skip": [f'{{"action":"skip","slot":0,"at_ms":{TIME}}}'],
    "end": [f'{{"action":"end","at_ms":{TIME}}}'],
    "history": [
        '{"action":"history"}',
        f'{{"action":"history","before_ms":{TIME}}}',
        f'{{"action":"history","session":{TIME}}}',
    ],
    "rate": [
        rate("{}"),
        rate('{"liked":true}'),
        rate('{"liked":null,"tempo":86.25}'),
    ],
    "workout": [
        '{"action":"workout"}',
        f'{{"action":"workout","since_ms":{TIME}}}',
        '{"action":"workout","athlete":"auth0|ann"}',
        '{"action":"workout","athlete":null}',
    ],
    "floor": ['{"action":"floor","floor":"north-gym"}'],
    "own_songs": [
        '{"action":"own_songs"}',
        own_songs("[]"),
        own_songs(f"[{OWN_SONG}]"),
        own_songs(f"[{','.join([OWN_SONG] * 50)}]", '["a","b"]'),
    ],
}
REFUSED = {
    "heartrate": [
        heart_rates(samples)
        for samples in (
            "[]",
            "null",
            "{}",
            "[[]]",
            "[null]",
            f"[[{TIME}]]",
            f"[[{TIME},80,1]]",
            f"[[{TIME},0]]",
            f"[[{TIME},29.999]]",
            f"[[{TIME},230.001]]",
            f"[[{TIME},300]]",
            f'[[{TIME},"80"]]',
            f"[[{TIME},null]]",
            f"[[{TIME},true]]",
            f"[[{TIME},1e400]]",
            f"[[{TIME},-1e400]]",
            f"[[{TIME},{'9' * 400}]]",
            f"[[{TIME},NaN]]",
            f"[[{TIME},[80]]]",
            "[[1.0,80]]",
            "[[1e3,80]]",
            "[[-1,80]]",
            "[[true,80]]",
            '[["2026-01-01",80]]',
            "[[10000000000000,80]]",
            f"[{','.join([f'[{TIME},80]'] * 121)}]",
            f"[[{TIME},80],[{TIME},0]]",
        )
    ]
    + [
        "",
        "null",
        "[]",
        "{}",
        '"heartrate"',
        '{"action":"heartrate"}',
        f'{{"samples":[[{TIME},80]]}}',
        f'{{"action":"skip","samples":[[{TIME},80]]}}',
        f'{{"action":"heartrate","samples":[[{TIME},80]],"user":"somebody else"}}',
        heart_rates(f"[[{TIME},80]]")[:-1],
    ],
    "start": [
        '{"action":"start"}',
        '{"action":"start","at_ms":1.5}',
        start("null"),
        start('{"mode":"fast"}'),
        start('{"library":""}'),
        start('{"library":"../songs"}'),
        start('{"library":null}'),
        start('{"interval_seconds":9}'),
        start('{"interval_seconds":301}'),
        start('{"interval_seconds":30.0}'),
        start('{"max_heart_rate":0}'),
        start('{"age":4}'),
        start('{"user":"somebody else"}'),
    ],
    "change": [
        '{"action":"change"}',
        '{"action":"change","settings":null}',
        change('{"mode":"plan","plan":"marathon"}'),
        change('{"plan":[]}'),
        change('{"plan":[{"seconds":60,"zone":6}]}'),
        change('{"plan":[{"seconds":60}]}'),
        change('{"plan":[{"seconds":60,"zone":1,"name":"x"}]}'),
        change('{"plan":{"seconds":60,"zone":1}}'),
        change('{"span":2.1}'),
        change('{"cadence":0}'),
        change('{"lock":"fast"}'),
        change('{"responsive":1}'),
        change('{"genres":[""]}'),
        change('{"goal_zone":0}'),
    ],
    "rate": [
        '{"action":"rate","opinion":{}}',
        '{"action":"rate","song_id":"a"}',
        '{"action":"rate","song_id":"","opinion":{}}',
        rate('{"liked":"yes"}'),
        rate('{"tempo":0}'),
        rate('{"stars":5}'),
    ],
    "skip": [
        f'{{"action":"skip","at_ms":{TIME}}}',
        f'{{"action":"skip","slot":-1,"at_ms":{TIME}}}',
        f'{{"action":"skip","slot":"0","at_ms":{TIME}}}',
        f'{{"action":"skip","slot":false,"at_ms":{TIME}}}',
    ],
    "end": [
        '{"action":"end"}',
        '{"action":"end","at_ms":-1}',
        f'{{"action":"end","at_ms":{TIME},"slot":0}}',
    ],
    "history": [
        '{"action":"history","before_ms":null}',
        '{"action":"history","session":null}',
        '{"action":"history","session":-1}',
        '{"action":"history","athlete":"ann"}',
    ],
    "workout": [
        '{"action":"workout","since_ms":null}',
        '{"action":"workout","since":0}',
        '{"action":"workout","athlete":""}',
        '{"action":"workout","athlete":"a b"}',
    ],
    "floor": [
        '{"action":"floor"}',
        '{"action":"floor","floor":null}',
        '{"action":"floor","floor":"North"}',
        '{"action":"floor","floor":"north:gym"}',
    ],
    "own_songs": [
        own_songs("null"),
        own_songs('[{"id":"a"}]'),
        own_songs(f"[{OWN_SONG.replace('120', '39')}]"),
        own_songs(f"[{OWN_SONG.replace('200', '901')}]"),
        own_songs(f"[{','.join([OWN_SONG] * 51)}]"),
        own_songs("[]", '[""]'),
        '{"action":"own_songs","library":"demo"}',
    ],
}

for key, good in TAKEN.items():
    body = good[0][:-1]
    TAKEN[key] = [*good, f'{body},"id":"7"}}', f'{body},"id":"{"ü" * 64}"}}']
    REFUSED[key] += [f'{body},"id":{bad}}}' for bad in ("null", "7", "true", '""', f'"{"a" * 65}"')]


def taken_by(key: str, body: str) -> tuple[bool, ...]:
    """Whether the function's decoder, jsonschema, and the local gateway's validator take `body`."""
    return (
        _decodes(key, body),
        _is_valid(DRAFT4[key].validate, body),
        _is_valid(COMPILED[key], body),
    )


@pytest.mark.parametrize(
    ("key", "body"), [(key, b) for key, bodies in TAKEN.items() for b in bodies]
)
def test_all_take_a_good_body(key: str, body: str) -> None:
    assert taken_by(key, body) == (True, True, True)


@pytest.mark.parametrize(
    ("key", "body"), [(key, body) for key, bodies in REFUSED.items() for body in bodies]
)
def test_all_refuse_a_bad_body(key: str, body: str) -> None:
    assert taken_by(key, body) == (False, False, False)


@pytest.mark.parametrize("key", SCHEMAS)
def test_a_model_is_a_schema_of_draft_4(key: str) -> None:
    Draft4Validator.check_schema(SCHEMAS[key])
    assert "$ref" not in json.dumps(SCHEMAS[key])


atoms = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 400),
    st.integers(),
    st.sampled_from([TIME, 10**13 - 1, 10**13, 2**63, 2**64, 10**40]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(29, 231),
    st.text(max_size=4),
    st.sampled_from(["pulse", "zone", "demo", "a" * 64, "a" * 65, "Demo", "start"]),
)
anything = st.recursive(
    atoms, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2)
)


def mostly(
    value: st.SearchStrategy[Any], otherwise: st.SearchStrategy[Any] = anything
) -> st.SearchStrategy[Any]:
    """As it should be, nine times in ten."""
    return st.integers(0, 9).flatmap(lambda draw: value if draw else otherwise)


def record(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[Any]:
    names = sorted([*required, *optional, "user"])
    return mostly(
        st.fixed_dictionaries(required, optional=optional),
        st.dictionaries(st.sampled_from(names), anything) | _with_more(required, optional),
    )


def _with_more(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[Any]:
    loose = {name: mostly(value) for name, value in (required | optional).items()}
    return st.fixed_dictionaries({}, optional=loose | {"user": anything})


times = st.integers(-1, 10**13)
rates = st.integers(29, 231) | st.floats(29.5, 230.5)
samples = mostly(
    st.lists(st.tuples(times, rates), max_size=62),
    st.lists(st.tuples(mostly(times), mostly(rates)) | anything, max_size=62),
)
phases = record({"seconds": mostly(st.integers(9, 14_401)), "zone": mostly(st.integers(0, 6))}, {})
settings = record(
    {},
    {
        "mode": mostly(st.sampled_from(get_args(Mode))),
        "library": mostly(st.from_regex("^[a-z0-9][a-z0-9-]{0,5}$")),
        "interval_seconds": mostly(st.integers(9, 301)),
        "resting_heart_rate": mostly(rates),
        "max_heart_rate": mostly(rates | st.none()),
        "age": mostly(st.integers(4, 111)),
        "goal_zone": mostly(st.integers(0, 6)),
        "span": mostly(st.floats(0.4, 2.1)),
        "cadence": mostly(st.floats(10, 260) | st.none()),
        "plan": mostly(st.sampled_from(get_args(PlanName)) | st.lists(phases, max_size=3)),
        "lock": mostly(st.floats(30, 260) | st.none()),
        "responsive": mostly(st.booleans()),
        "genres": mostly(st.lists(st.text(max_size=3), max_size=3)),
        "floor": mostly(st.text("ab-", max_size=3) | st.none()),
        "alias": mostly(st.text(max_size=41) | st.none()),
    },
)
opinion = record(
    {}, {"liked": mostly(st.booleans() | st.none()), "tempo": mostly(st.floats(30, 260))}
)
names = st.text("ab-|:", max_size=3) | st.none()
own_song = record(
    {
        "id": mostly(st.text(max_size=3)),
        "title": mostly(st.text(max_size=3)),
        "artist": mostly(st.text(max_size=3)),
        "tempo": mostly(st.floats(30, 260)),
        "duration_seconds": mostly(st.floats(40, 910)),
    },
    {"genre": mostly(st.text(max_size=3) | st.none())},
)
BODIES = {
    "heartrate": record({"action": st.just("heartrate"), "samples": samples}, {}),
    "start": record({"action": st.just("start"), "at_ms": times}, {"settings": settings}),
    "change": record({"action": st.just("change"), "settings": settings}, {}),
    "rate": record(
        {"action": st.just("rate"), "song_id": mostly(st.text(max_size=3)), "opinion": opinion}, {}
    ),
    "skip": record({"action": st.just("skip"), "slot": mostly(st.integers(0)), "at_ms": times}, {}),
    "end": record({"action": st.just("end"), "at_ms": times}, {}),
    "history": record({"action": st.just("history")}, {"before_ms": times, "session": times}),
    "workout": record({"action": st.just("workout")}, {"since_ms": times, "athlete": names}),
    "floor": record({"action": st.just("floor"), "floor": mostly(names)}, {}),
    "own_songs": record(
        {"action": st.just("own_songs")},
        {
            "songs": mostly(st.lists(own_song, max_size=3)),
            "remove": mostly(st.lists(st.text(max_size=3), max_size=3)),
        },
    ),
}


@pytest.mark.parametrize("key", BODIES)
@given(data=st.data())
def test_decoder_and_models_agree_on_any_body(key: str, data: st.DataObject) -> None:
    body = json.dumps(data.draw(BODIES[key]))
    assert len(set(taken_by(key, body))) == 1


def _decodes(key: str, body: str) -> bool:
    """As a message of this route: the gateway has chosen it by the value of `action`."""
    try:
        return isinstance(decode_client(body), ROUTES[key])
    except msgspec.DecodeError:  # a ValidationError is one, too
        return False


def _is_valid(validate: Callable[[Any], Any], body: str) -> bool:
    try:
        validate(msgspec.json.decode(body))
    except msgspec.DecodeError:
        return False  # what is no JSON reaches no model
    except (ValidationError, fastjsonschema.JsonSchemaValueException):
        return False
    return True
