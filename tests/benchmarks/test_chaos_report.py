"""What chaos found: letters and logs are read whole, and what did not hold is said in sentences."""

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from benchmarks.chaos.letters import Letters
from benchmarks.chaos.looks import Look, by_quarter
from benchmarks.chaos.report import Report, judged
from benchmarks.chaos.run import _first
from local.addresses import Addresses
from local.logs import Log
from local.processes import PartError
from local.template.stack import Function
from tempofit.__main__ import app

CLEAN = Report(
    machine="a machine",
    seed=1,
    users=2,
    seconds=120,
    faults={"poison": 1, "redis_killed": 2},
    samples_sent=10,
    samples_folded=8,
    samples_refused=1,
    samples_gone=1,
    samples_left_out=0,
    samples_lost=0,
    samples_duplicated=0,
    songs_stored=4,
    songs_duplicated=0,
    slots_unfilled=0,
    songs_untold=0,
    poison_sent=24,
    dead_letters=24,
    dead_letters_others=0,
    unreadable_sent=12,
    unreadable_counted=13,
    recovered_s={"poison": 1.0, "redis_killed": 30.0},
    filled_s=45.0,
    told_s=60.0,
    rss_mb_by_quarter=[900, 900, 900, 900],
    file_handles_by_quarter=[200, 200, 200, 200],
    log_mb_by_quarter=[0.1, 0.2, 0.3, 0.4],
)


class Queue:
    """Stands where SQS is: what is received and not deleted comes again."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []

    def letter(self, stream: str, shard: str, first: int, last: int) -> None:
        batch = {
            "shardId": shard,
            "startSequenceNumber": str(first),
            "endSequenceNumber": str(last),
            "streamArn": f"arn:aws:kinesis:us-east-1:000000000000:stream/{stream}",
        }
        self.bodies.append({"requestContext": {}, "KinesisBatchInfo": batch})

    def receive_message(self, **_: Any) -> dict[str, Any]:
        messages = [
            {"Body": msgspec.json.encode(body).decode(), "ReceiptHandle": str(place)}
            for place, body in enumerate(self.bodies[:10])
        ]
        return {"Messages": messages} if messages else {}

    def delete_message(self, **_: Any) -> None:
        del self.bodies[0]


def letters_of(queue: Queue, logs: Path) -> Letters:
    cloud: Any = SimpleNamespace(
        client=lambda service: queue,
        addresses=Addresses(heart_rate_stream="heart-rate"),
        logs=logs,
        stack=SimpleNamespace(
            functions=[Function("average", "lambdas.average.handler", {}, 30, 256)]
        ),
    )
    return Letters(cloud)


def test_dead_letters_are_held_against_the_poison(tmp_path: Path) -> None:
    queue = Queue()
    letters = letters_of(queue, tmp_path)
    for stream in ("heart-rate", "song-requests"):
        answers = [{"ShardId": "shard-1", "SequenceNumber": str(each)} for each in (5, 7, 9)]
        letters.put(stream, answers)
    queue.letter("song-requests", "shard-1", 5, 7)
    queue.letter("song-requests", "shard-1", 5, 7)
    letters.collect()
    assert (letters.sent, letters.countable) == (3, 3)
    assert (letters.named, letters.others) == (2, 0)
    queue.letter("song-requests", "shard-1", 9, 9)
    letters.collect()
    assert (letters.named, letters.others) == (3, 0)


@pytest.mark.parametrize(
    ("stream", "shard", "last"),
    [("heart-rate", "shard-1", 5), ("requests", "shard-2", 5), ("requests", "shard-1", 6)],
)
def test_a_dead_letter_of_what_is_no_poison_is_found(
    tmp_path: Path, stream: str, shard: str, last: int
) -> None:
    queue = Queue()
    letters = letters_of(queue, tmp_path)
    for each in ("heart-rate", "requests"):
        letters.put(each, [{"ShardId": "shard-1", "SequenceNumber": "5"}])
    queue.letter(stream, shard, 5, last)
    letters.collect()
    assert letters.others == 1


PRINTED = [
    '{"_aws":{},"Records":[4.0],"Unreadable":[3.0],"Unusable":[0.0]}',
    '{"level":"ERROR","message":"Unreadable"}',
    '{"_aws":{},"Unreadable":[1.0],"Unusable":1}',
    '{"_aws":{},"Records":[1.0]}',
]


def say(log: Log, *lines: str) -> None:
    """As a process does that prints to the log."""
    with log.taking() as printed:
        os.write(printed.descriptor, "".join(f"{line}\n" for line in lines).encode())
    printed.settle()


def test_what_average_could_not_read_is_counted_from_its_log(tmp_path: Path) -> None:
    letters = letters_of(Queue(), tmp_path)
    letters.read_log()
    assert letters.counted == 0
    log = Log(tmp_path / "average.log")
    say(log, *PRINTED)
    letters.read_log()
    assert letters.counted == 5
    letters.read_log()
    assert letters.counted == 5
    letters.close()


def test_what_is_in_the_old_file_of_a_log_is_counted_too(tmp_path: Path) -> None:
    letters = letters_of(Queue(), tmp_path)
    log = Log(tmp_path / "average.log", file_bytes=1_000)
    with log.taking():  # the file stays open between
        for times in range(1, 30):
            say(log, PRINTED[0])
            if times % 5 == 0:
                letters.read_log()
    letters.read_log()
    letters.close()
    assert (tmp_path / "average.log.1").exists()
    assert letters.counted == 29 * 3


def test_half_a_line_waits_for_its_other_half(tmp_path: Path) -> None:
    letters = letters_of(Queue(), tmp_path)
    half = len(PRINTED[0]) // 2
    with (tmp_path / "average.log").open("a") as log:
        for part in (PRINTED[0][:half], PRINTED[0][half:] + "\n"):
            log.write(part)
            log.flush()
            letters.read_log()
    letters.close()
    assert letters.counted == 3


def test_a_clean_run_leaves_nothing_unmet() -> None:
    assert judged(CLEAN, {}) == CLEAN


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("samples_lost", 3, "3 samples that were sent by the rules count in no average (ann 3)."),
        ("samples_duplicated", 2, "Averages count 2 samples more than were sent (ann 2)."),
        ("songs_duplicated", 1, "1 songs are second ones of their slots (ann 1)."),
        ("slots_unfilled", 1, "1 slots have no song, 180 s after the last fault (ann 1)."),
        ("songs_untold", 4, "4 songs were stored and never told, 240 s after the last fault"),
        ("dead_letters", 23, "Dead letters name 23 of 24 poisonous records"),
        ("dead_letters_others", 2, "2 dead letters begin or end with a record that is no poison."),
        ("unreadable_counted", 11, "counted 11 of 12 poisonous heart rates"),
        ("recovered_s", {"poison": 1.0}, "redis_killed: 240 s after the last fault ann waits."),
    ],
)
def test_what_did_not_hold_is_said(field: str, value: Any, sentence: str) -> None:
    report = msgspec.structs.replace(CLEAN, **{field: value})
    number = value if isinstance(value, int) else 0
    (said,) = judged(report, {field: {"ann": number, "bob": 0}}, "ann waits").unmet
    assert sentence in said


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("recovered_s", {"poison": 1.0, "redis_killed": 31.5}, "31.5 s after the end of redis"),
        ("filled_s", 46.0, "Every slot was filled 46 s after the last fault; it should take 45 s."),
        ("told_s", 61.0, "Every song was told 61 s after the last fault; it should take 60 s."),
    ],
)
def test_what_took_long_is_said(field: str, value: Any, sentence: str) -> None:
    report = judged(msgspec.structs.replace(CLEAN, **{field: value}), {})
    (said,) = report.late
    assert sentence in said
    assert not report.unmet


def test_what_never_came_is_not_late() -> None:
    report = msgspec.structs.replace(CLEAN, slots_unfilled=1, filled_s=181.0)
    assert judged(report, {}).late == []


@pytest.mark.parametrize("columns", ["40", "80"])
@pytest.mark.parametrize("unmet", [[], ["1 songs are second ones."]])
def test_the_command_says_what_did_not_hold(
    monkeypatch: pytest.MonkeyPatch, columns: str, unmet: list[str]
) -> None:
    report = msgspec.structs.replace(CLEAN, unmet=unmet, late=["All was well late."])
    monkeypatch.setattr("benchmarks.chaos.run.run", lambda *given, **options: report)
    done = CliRunner().invoke(app, ["chaos"], env={"COLUMNS": columns})
    said = " ".join(done.stdout.split())
    assert done.exit_code == bool(unmet)
    assert ("Did not hold: 1 songs are second ones." in said) == bool(unmet)
    assert ("All that must hold held." in said) != bool(unmet)
    assert "Late: All was well late." in said
    assert "redis_killed" in said
    assert max(map(len, done.stdout.splitlines())) <= int(columns)
    told = json.loads(CliRunner().invoke(app, ["chaos", "--json"]).stdout)
    assert (told["unmet"], told["late"]) == (unmet, ["All was well late."])


def test_a_quarter_is_its_median_and_a_log_is_as_long_as_at_its_end() -> None:
    looks = [Look(100.0 + each, 10 + each, each / 10) for each in range(12)]
    looks[4] = Look(5.0, 1, 0.4)  # some were just killed
    assert by_quarter(looks) == [
        Look(101, 11, 0.2),
        Look(103, 13, 0.5),
        Look(107, 17, 0.8),
        Look(110, 20, 1.1),
    ]
    assert by_quarter(looks[:1]) == [looks[0]] * 4


def test_what_ends_a_run_is_the_first_of_what_its_tasks_raised() -> None:
    error = PartError("The part 'gateway' ended.")
    assert _first(ExceptionGroup("", [ExceptionGroup("", [error]), ValueError()])) is error
